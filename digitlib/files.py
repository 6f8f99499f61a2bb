"""Read text whatever program saved it; write files whole or not at all."""

import codecs
import os
from pathlib import Path

# How other encodings begin. UTF-32 comes first, since its mark begins with that of UTF-16.
MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


class TextError(ValueError):
    """A file is not text in UTF-8; the message names the file and what was met instead."""


def read_text(path: str | Path) -> str:
    """Read a text file in UTF-8, with or without a byte-order mark, with any line ends.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    str
        Without the mark, with Unix line ends.

    Raises
    ------
    OSError
        If there is no such file, or it cannot be read.
    TextError
        If it is in another encoding, or no text.
    """
    content = Path(path).read_bytes()
    if encoding := _other_encoding(content):
        raise TextError(f"{path} is {encoding}: save it as UTF-8")
    return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _other_encoding(content: bytes) -> str | None:
    """What a file is instead of UTF-8 text, in words; None if it is that."""
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            return f"{encoding} text"
    if b"\0" in content:  # valid in UTF-8, but in text the sign of two bytes a letter
        return f"UTF-16 text, or no text: its byte {content.index(0) + 1} is zero"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        return f"not UTF-8 text but perhaps Windows-1252 or Latin-1: on line {line} stands the byte {byte:#04x}"
    return None


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
