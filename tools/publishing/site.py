"""Everything that is published: the site, with the book as a PDF, its notebooks and the site itself to take along.

python tools/make_site.py
"""

import argparse
import shutil
import sys
import time
import zipfile
from pathlib import Path

from digitlib.files import write_all
from pipeline.building import build_site
from pipeline.composing import compose_site, copy_handwritten
from pipeline.paths import BUILD
from publishing.chromium import NoBrowser
from publishing.pdf import print_book

SITE = BUILD / "html"
PUBLISHED_BOOK = BUILD / "published"
DOWNLOADS = {
    "digit-book.pdf": ("The book as a PDF", "To print, or to read without a screen; solutions are in an appendix."),
    "digit-book-notebooks.zip": ("All notebooks", "To run in Jupyter; each installs the helper package by itself."),
    "digit-book-site.zip": ("This site", "To read without internet: unpack it and open `index.html`."),
}


def main(arguments: list[str] | None = None) -> int:
    """Make all that is published; 1 without a browser."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(
        arguments
    )
    start = time.perf_counter()
    files = compose_site()
    try:
        pdf = print_book(files)
    except NoBrowser as problem:
        print(f"the PDF needs a browser: {problem}", file=sys.stderr)
        return 1
    shutil.rmtree(PUBLISHED_BOOK, ignore_errors=True)
    write_all(files, PUBLISHED_BOOK)
    copy_handwritten(PUBLISHED_BOOK)
    build_anew()
    downloads = make_downloads(files, pdf, PUBLISHED_BOOK / "downloads")
    # Sphinx reads again only what the downloads change: the title page.
    offering = compose_site(downloads=downloads)
    write_all({name: content for name, content in offering.items() if content != files[name]}, PUBLISHED_BOOK)
    build_anew()
    print(f"\nsite  {SITE / 'index.html'}")
    for download in downloads:
        print(f"      {download['name']}, {download['megabytes']:.1f} MB")
    print(f"time  {time.perf_counter() - start:.0f} s")
    return 0


def build_anew() -> None:
    """Build the site from the published book, with nothing left of an earlier one; SystemExit if it fails."""
    shutil.rmtree(SITE, ignore_errors=True)
    if build_site(PUBLISHED_BOOK) != 0:
        raise SystemExit("the site could not be built: see the messages above")


def make_downloads(files: dict[str, bytes], pdf: Path, folder: Path) -> list[dict]:
    """Put the files that the title page offers into a new folder; returns what it says of them."""
    folder.mkdir()
    shutil.copy(pdf, folder)
    with zipfile.ZipFile(folder / "digit-book-notebooks.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(name for name in files if name.endswith(".ipynb")):
            archive.writestr(f"digit-book/{name}", files[name])
    shutil.make_archive(str(folder / "digit-book-site"), "zip", SITE)
    return [
        {"name": name, "title": title, "about": about, "megabytes": (folder / name).stat().st_size / 1e6}
        for name, (title, about) in DOWNLOADS.items()
    ]
