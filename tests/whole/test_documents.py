"""What the documents name is there."""

import re

from tools import ROOT

NAMED = re.compile(r"`([\w./]+)(?:\([^`]*\))?`")
WHERE = [ROOT, ROOT / "docs", ROOT / "src" / "compare"]
SOURCES = ["src/**/*.py", "src/**/*.js", "tools/*.py", "data/datapackage.json"]


def test_names_in_documents_are_names_of_ours() -> None:
    """Files and folders stand where it says; functions, columns and ids are in code or tables."""
    files = [path for place in SOURCES for path in ROOT.glob(place)]
    words = {word for path in files for word in re.findall(r"\w+", path.read_text("utf-8"))}
    words |= {part for path in files for part in path.name.split(".")}
    for document in ("docs/design.md", "CONTRIBUTING.md", "GLOSSARY.md"):
        text = re.sub("```.*?```", "", (ROOT / document).read_text("utf-8"), flags=re.DOTALL)
        for name in set(NAMED.findall(text)):
            if "/" in name:
                there = any((place / name).exists() for place in WHERE)
                assert there or name.startswith("build/"), (document, name)
            elif "_" in name or "." in name:
                here = (ROOT / name).exists() or set(name.split(".")) <= words
                assert here, (document, name)
