"""Files written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Write text (UTF-8, line ends as they are) beside the path, then rename it to the path.

    Whoever reads meanwhile, or after a write cut short, finds the old file, whole. The folder is
    made where it is missing. Raises `SystemExit`, with a sentence, where it cannot be written to.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            # A rename can reach the disk before the text does.
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        said = f"{path} was not written ({error.strerror}): can its folder be written to?"
        raise SystemExit(said) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
