"""Numbers of an edition, kept so that later ones can say what they corrected.

    python tools/keep_edition.py NAME [--commit COMMIT]

Templates find them as ``edition.NAME.PAGE``.
"""

import argparse
import json
import re
import subprocess
import sys

from digitlib.files import read_text, store
from pipeline.paths import ROOT, STORED_RESULTS

FOLDER = "earlier"
PAGE = re.compile(r"(?:^|/)pages/\d+_(\w+)\.json$")


def main(arguments: list[str] | None = None) -> int:
    """Keep the numbers of all pages; 1 if there are none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="what the edition is called from now on, such as 'second'")
    parser.add_argument("--commit", default="HEAD", help="where its stored pages are; the last commit by default")
    options = parser.parse_args(arguments)
    try:
        numbers = numbers_at(options.commit)
    except subprocess.CalledProcessError as error:
        parser.error(f"{options.commit}: {error.stderr.strip()}")
    if not numbers:
        print(f"{options.commit} holds no results of pages", file=sys.stderr)
        return 1
    content = json.dumps(numbers, indent=1, ensure_ascii=False) + "\n"
    store({f"{FOLDER}/{options.name}.json": content.encode("utf-8")}, STORED_RESULTS)
    print(f"kept the numbers of {len(numbers)} pages as the edition {options.name!r}")
    return 0


def numbers_at(commit: str) -> dict[str, dict]:
    """The numbers of each page, as a commit of the project holds them, wherever its results lay then."""
    paths = _git("ls-tree", "-r", "--name-only", commit).splitlines()
    found = {match[1]: path for path in paths if (match := PAGE.search(path))}
    return {page: json.loads(_git("show", f"{commit}:{path}"))["numbers"] for page, path in found.items()}


def load_editions() -> dict[str, dict]:
    """The numbers of every edition that was kept, by its name and by page."""
    return {path.stem: json.loads(read_text(path)) for path in sorted((STORED_RESULTS / FOLDER).glob("*.json"))}


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True).stdout
