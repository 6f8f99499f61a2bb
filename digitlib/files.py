"""Read text that any program has saved; write files whole or not at all, and keep account of stored ones."""

import codecs
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOM = 1_000_000  # bytes that a folder must have room for: a full disk makes files, but writes nothing into them
ASIDE = ".aside"  # where files wait until all of them are written
SUMS = "SHA256SUMS"
# How other encodings begin. UTF-32 comes first, since its mark begins with that of UTF-16.
MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


class TextError(ValueError):
    """A file is not text in UTF-8; the message names the file and says what it is instead."""


def read_text(path: str | Path) -> str:
    """Read a text file in UTF-8, with or without a byte-order mark, with any line ends.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    str
        Without the mark, with Unix line ends.

    Raises
    ------
    OSError
        If there is no such file, or it cannot be read.
    TextError
        If it is in another encoding, or is not text.
    """
    content = Path(path).read_bytes()
    if encoding := _other_encoding(content):
        raise TextError(f"{path} is {encoding}: save it as UTF-8")
    return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _other_encoding(content: bytes) -> str | None:
    """Say what a file is if it is not UTF-8 text; None if it is."""
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


def make_writable(folder: Path) -> None:
    """Make a folder if it is not there, and check that a file can be written in it.

    Parameters
    ----------
    folder : Path
        The folder.

    Raises
    ------
    SystemExit
        If it cannot. The message says what to do.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(ROOM))
    except OSError as error:
        raise SystemExit(
            f"{folder} cannot be written to: {error.strerror}. "
            "If it is on a stick or another disk, see that this is mounted and not write-protected; or name another"
        ) from error


def in_one_line(error: OSError) -> str:
    """Say in one line what the system refused, and where.

    Parameters
    ----------
    error : OSError
        The refusal.

    Returns
    -------
    str
    """
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def prepare_output(file: Path) -> None:
    """Make the folder of a file that is to be written.

    Parameters
    ----------
    file : Path
        The file.

    Raises
    ------
    SystemExit
        If the file cannot be written there. The message says what to do.
    """
    make_writable(file.parent)
    if file.is_dir():
        raise SystemExit(f"{file} is a folder: name a file in it")


def write_text(text: str, path: str | Path) -> None:
    """Write a text file with UTF-8 and Unix line ends.

    The text is written to a new file, which then takes the place of the old
    one. So nobody reads half a text, and an interruption destroys nothing.

    Parameters
    ----------
    text : str
        What to write.
    path : path-like
        The file. Missing folders are made.
    """
    write_bytes(text.encode("utf-8"), path)


def write_bytes(content: bytes, path: str | Path) -> None:
    """Write a file as `write_text` does, from bytes.

    Parameters
    ----------
    content : bytes
        What to write.
    path : path-like
        The file. Missing folders are made; an old file's permissions stay.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    _put_in_place(part, path)


def write_all(files: dict[str, bytes], folder: Path) -> None:
    """Write several files, and put them in place when all of them are written.

    Until then they lie in one folder, ``.aside``. If the computer stops on the
    way, only that folder is left over, and the next call clears it.

    Parameters
    ----------
    files : dict of str to bytes
        Contents by path below `folder`.
    folder : Path
        Where to put them.
    """
    aside = folder / ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        parts = {name: aside / str(number) for number, name in enumerate(files)}
        for name, part in parts.items():
            part.write_bytes(files[name])
        for name, part in parts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            _put_in_place(part, folder / name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def store(files: dict[str, bytes], folder: Path) -> None:
    """Write files as `write_all` does, and their digests into the folder's ``SHA256SUMS``.

    The digests of all other files stay as they are. So `unaccounted` still finds
    files that were changed without this function.

    Parameters
    ----------
    files : dict of str to bytes
        Contents by path below `folder`.
    folder : Path
        Where to put them.
    """
    sums = read_sums(folder) | {name: sha256(content) for name, content in files.items()}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    write_all(files | {SUMS: lines.encode("utf-8")}, folder)


def unaccounted(folder: Path) -> Iterator[str]:
    """Compare the files of a folder with its ``SHA256SUMS``.

    Parameters
    ----------
    folder : Path
        The folder.

    Yields
    ------
    str
        For each file that differs, its path below the folder, and what is wrong.
    """
    sums = read_sums(folder)
    there = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and ASIDE not in path.parts
    }
    for name in sorted(sums.keys() - there.keys()):
        yield f"{name} is missing"
    for name in sorted(there.keys() - {SUMS}):
        if name not in sums:
            yield f"{name} is not listed"
        elif sha256(there[name].read_bytes()) != sums[name]:
            yield f"{name} has another digest"


def read_sums(folder: Path) -> dict[str, str]:
    """Read the digests in a folder's ``SHA256SUMS``.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    dict of str to str
        Digests by path below the folder; none if there is no such file.
    """
    path = folder / SUMS
    lines = read_text(path).splitlines() if path.exists() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def sha256(content: bytes) -> str:
    """Compute a SHA-256 digest.

    Parameters
    ----------
    content : bytes
        Of a file.

    Returns
    -------
    str
        In hexadecimal digits.
    """
    return hashlib.sha256(content).hexdigest()


def _put_in_place(part: Path, path: Path) -> None:
    if path.exists():
        shutil.copymode(path, part)
    os.replace(part, path)
