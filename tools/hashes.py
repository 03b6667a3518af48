"""`make hashes`: what the pinned versions are, down to the byte, for an install that checks it.

Asks pip what it would install here (this Python, this system) for the pages, and for building the
project itself, and writes name, version and SHA-256 to build/requirements-hashed.txt. Addresses are
left out: whoever installs takes the same bytes from wherever they get their packages.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tools import BUILD, ROOT, files

WANTED = (".", "hatchling", "editables")
PROJECT = "therapy-comparison"


def lines(report: dict[str, Any]) -> list[str]:
    """A requirement with its hash for every package of pip's report but the project's own.

    Raises `ValueError` for a package without a hash, such as one installed from a folder.
    """
    found = []
    for item in report["install"]:
        name, version = item["metadata"]["name"], item["metadata"]["version"]
        if name == PROJECT:
            continue
        sha256 = item["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
        if not sha256:
            raise ValueError(f"pip names no hash of {name} {version}")
        found.append(f"{name}=={version} --hash=sha256:{sha256}")
    return sorted(found, key=str.lower)


def main() -> int:
    """Write the file; pip's exit code where pip fails."""
    pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
    done = subprocess.run(
        [*pip, "--report", "-", "--constraint", "constraints.txt", *WANTED],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        return done.returncode
    written = lines(json.loads(done.stdout))
    path = BUILD / "requirements-hashed.txt"
    files.write(path, "\n".join(written) + "\n")
    print(f"{path.relative_to(ROOT)}: {len(written)} packages with their hashes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
