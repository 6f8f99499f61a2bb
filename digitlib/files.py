"""Write files whole or not at all."""

import os
from pathlib import Path


def write_text(text: str, path: str | Path) -> None:
    """Write a text file with UTF-8 and Unix line ends.

    The text goes to a file beside it first, which then takes its place, so a
    reader never meets half of it, and whoever is interrupted loses nothing.

    Parameters
    ----------
    text : str
    path : path-like
        Folders that do not exist are made.
    """
    write_bytes(text.encode("utf-8"), path)


def write_bytes(content: bytes, path: str | Path) -> None:
    """Write a file as `write_text` does, from bytes."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)
