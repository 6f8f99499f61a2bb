"""Release a version: write it everywhere, check the book, commit and tag.

python tools/release.py 0.2.0
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from digitlib.files import read_text
from pipeline.paths import BOOK, ROOT

PLACES = {
    "digitlib/__init__.py": r'(?<=__version__ = ")[^"]+',
    "pyproject.toml": r'(?<=^version = ")[^"]+',
    "CITATION.cff": r"(?<=^version: ).+",
}


def main(arguments: list[str] | None = None) -> int:
    """Release the version named; 1 if something is in the way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", type=_three_numbers, help="such as 1.2.3")
    version = parser.parse_args(arguments).version
    tag = f"v{version}"
    if problem := _obstacle(version, tag):
        print(problem, file=sys.stderr)
        return 1
    for place in write_version(version, ROOT):
        print(f"wrote {version} into {place}")
    # In processes of their own, which read the new version.
    for command in ("render", "check"):
        subprocess.run([sys.executable, str(ROOT / "tools" / "notebooks.py"), command], check=True)
    if unnamed := notebooks_without(tag):
        print(f"the set-up cell does not name {tag} in {', '.join(unnamed)}", file=sys.stderr)
        return 1
    _git("commit", "--all", "--message", f"Release {version}")
    _git("tag", "--annotate", tag, "--message", f"Version {version}")
    print(f"tagged {tag}: push the commit and the tag")
    return 0


def write_version(version: str, root: Path) -> list[str]:
    """Write the version wherever it stands; returns the files that changed."""
    changed = []
    for place, pattern in PLACES.items():
        path = root / place
        text = read_text(path)
        new, count = re.subn(pattern, version, text, count=1, flags=re.MULTILINE)
        if count != 1:
            raise SystemExit(f"{place} states no version: expected one that matches {pattern}")
        if new != text:
            path.write_text(new, encoding="utf-8", newline="\n")
            changed.append(place)
    return changed


def notebooks_without(tag: str, book: Path = BOOK) -> list[str]:
    """The notebooks whose text does not name the tag."""
    return [path.name for path in sorted(book.glob("*.ipynb")) if f"@{tag}" not in read_text(path)]


def _three_numbers(text: str) -> str:
    if not re.fullmatch(r"\d+\.\d+\.\d+", text):
        raise argparse.ArgumentTypeError(f"{text} is no version: write three numbers, such as 1.2.3")
    return text


def _obstacle(version: str, tag: str) -> str | None:
    if not (ROOT / ".git").exists():
        return f"{ROOT} is no git checkout: clone the repository, and release from the clone"
    if changes := _git("status", "--porcelain"):
        return f"there are uncommitted changes:\n{changes}commit, move or ignore them"
    if tag in _git("tag", "--list").split():
        return f"{tag} exists already: choose the next version"
    if f"## {version}" not in read_text(ROOT / "CHANGELOG.md"):
        return f"CHANGELOG.md has no section '## {version}': write it first"
    return None


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout
