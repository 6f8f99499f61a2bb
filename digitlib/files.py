"""Write files whole or not at all, and keep account of those that the package brings."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

ASIDE = ".aside"  # where files wait until all of them are written
SUMS = "SHA256SUMS"


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
    """Write a file as `write_text` does, from bytes. A file that is there keeps its permissions."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    _put_in_place(part, path)


def write_all(files: dict[str, bytes], folder: Path) -> None:
    """Write several files; the first is put in place when the last is written.

    Until then they lie in one folder, ``.aside``. If the computer stops on the
    way, that folder is all that is left over, and the next call clears it.

    Parameters
    ----------
    files : dict of str to bytes
        Contents by path below `folder`.
    folder : Path
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

    The digests of all other files stay, so that whatever has changed without
    this function is still found by `unaccounted`.
    """
    sums = read_sums(folder) | {name: sha256(content) for name, content in files.items()}
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    write_all(files | {SUMS: lines.encode("utf-8")}, folder)


def unaccounted(folder: Path) -> Iterator[str]:
    """Each file of a folder that is not as ``SHA256SUMS`` says, by its path below it, and what is wrong."""
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
    """The digests in a folder's ``SHA256SUMS``, by path; none if there is no such file."""
    path = folder / SUMS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def sha256(content: bytes) -> str:
    """The SHA-256 digest of a file's content."""
    return hashlib.sha256(content).hexdigest()


def _put_in_place(part: Path, path: Path) -> None:
    if path.exists():
        shutil.copymode(path, part)
    os.replace(part, path)
