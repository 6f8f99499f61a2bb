"""Everything that is published: the site, with the book as a PDF, its notebooks and the site itself to take along.

python tools/publish.py
"""

import shutil
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from book import build_site
from chromium import NoBrowser
from composing import compose_committed, copy_handwritten
from digitlib.files import write_all
from paths import BOOK, BUILD
from printing import print_book

SITE = BUILD / "html"
PUBLISHED_BOOK = BUILD / "published"


def main() -> int:
    start = time.perf_counter()
    files = compose_committed()
    with tempfile.TemporaryDirectory() as folder:
        try:
            downloads = make_downloads(files, Path(folder))
        except NoBrowser as problem:
            print(f"the PDF needs a browser: {problem}", file=sys.stderr)
            return 1
        shutil.rmtree(PUBLISHED_BOOK, ignore_errors=True)
        write_all(compose_committed(downloads=downloads), PUBLISHED_BOOK)
        copy_handwritten(PUBLISHED_BOOK)
        shutil.copytree(folder, PUBLISHED_BOOK / "downloads")
    shutil.rmtree(SITE)
    if build_site(PUBLISHED_BOOK) != 0:
        return 1
    print(f"\nsite  {SITE / 'index.html'}")
    for download in downloads:
        print(f"      {download['name']}, {download['megabytes']:.1f} MB")
    print(f"time  {time.perf_counter() - start:.0f} s")
    return 0


def make_downloads(files: dict[str, bytes], folder: Path) -> list[dict]:
    """Make the files that the title page offers; returns what it says of them."""
    shutil.copy(print_book(files), folder)
    with zipfile.ZipFile(folder / "digit-book-notebooks.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(name for name in files if name.endswith(".ipynb")):
            archive.writestr(f"digit-book/{name}", files[name])
    shutil.rmtree(SITE, ignore_errors=True)
    if build_site(BOOK) != 0:
        raise SystemExit("the site could not be built: see the messages above")
    shutil.make_archive(str(folder / "digit-book-site"), "zip", SITE)
    told = {
        "digit-book.pdf": ("The book as a PDF", "To print, or to read without a screen; solutions are in an appendix."),
        "digit-book-notebooks.zip": ("All notebooks", "To run in Jupyter; each installs the helper package by itself."),
        "digit-book-site.zip": ("This site", "To read without internet: unpack it and open `index.html`."),
    }
    return [
        {"name": name, "title": title, "about": about, "megabytes": (folder / name).stat().st_size / 1e6}
        for name, (title, about) in told.items()
    ]


if __name__ == "__main__":
    sys.exit(main())
