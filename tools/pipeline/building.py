"""The book from end to end: run every chapter, build the site from that run, compare with the book's own result.

python tools/make_book.py
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

from digitlib.files import in_one_line, read_text, write_all
from pipeline.composing import compose_run, copy_handwritten
from pipeline.paths import BOOK, BUILD, EXECUTED, LOGS, RESULTS, STORED_RESULTS, chapters
from pipeline.running import RunError, affordable, run
from pipeline.templates import RenderError, load_results

TOLERANCE = 0.005  # of the test accuracy: over twice the spread of repeated runs, and the most any cell may state
RUN_BOOK = BUILD / "book"


def main(arguments: list[str] | None = None) -> int:
    """Make the book; 1 if a chapter fails, the site cannot be built, or the run does not agree with the book's own."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(
        arguments
    )
    try:
        return make()
    except (RunError, RenderError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(in_one_line(error), file=sys.stderr)
    return 1


def make() -> int:
    """Run, put together, build and compare; 0 if the site was built and the run agrees with the book's own."""
    start = time.perf_counter()
    run(chapters(), EXECUTED, RESULTS, at_once=affordable())
    executed = time.perf_counter()
    write_all(compose_run(EXECUTED, RESULTS), RUN_BOOK)
    copy_handwritten(RUN_BOOK)
    composed = time.perf_counter()
    print("building the site", flush=True)
    if build_site(RUN_BOOK) != 0:
        return 1
    built = time.perf_counter()
    print_times(
        load_results(RESULTS),
        {"all chapters": executed - start, "putting together": composed - executed, "site": built - composed},
    )
    return report(load_results(RESULTS), load_results(STORED_RESULTS), built - start)


def site_command(folder: Path, *options: str) -> list[str]:
    """How jupyter-book builds the site of a folder: warnings are errors."""
    jupyter_book = str(shutil.which("jupyter-book", path=str(Path(sys.executable).parent)))
    return [jupyter_book, "build", str(folder), "--warningiserror", "--nitpick", *options]


def build_site(folder: Path = BOOK, *options: str) -> int:
    """Build the site of a book folder into ``_build/html``, or what the options of jupyter-book say.

    What Sphinx says goes to a log.
    """
    command, log = site_command(folder, *options), LOGS / "site.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as file:
        code = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, check=False).returncode
    if code:
        said = [line for line in read_text(log).splitlines() if "WARNING" in line or "ERROR" in line]
        print("\n".join([*said, f"The site could not be built from {folder}: see {log}"]), file=sys.stderr)
    return code


def print_times(results: dict[str, dict], stages: dict[str, float]) -> None:
    """Print where the time went: by chapter and step, then by stage. Chapters side by side share the cores."""
    print(f"\n{'seconds':24}{'start':>8}{'slowest cell':>14}{'other cells':>13}{'all':>8}{'gigabytes':>11}")
    for path in chapters():
        ran = results[path.stem]["run"]
        steps = ran["steps"]
        print(
            f"{path.stem:24}{steps['start']:8.1f}{steps['slowest_cell']:14.1f}{steps['other_cells']:13.1f}"
            f"{ran['seconds']:8}{ran['peak_gigabytes'] or '':>11}"
        )
    for stage, seconds in stages.items():
        print(f"{stage:24}{seconds:43.1f}")


def report(run_results: dict[str, dict], book_results: dict[str, dict], seconds: float) -> int:
    """Print where the site lies and whether this run agrees with the book's own."""
    here, there = (results["04_training"]["numbers"]["test_accuracy"] for results in (run_results, book_results))
    agree = abs(here - there) <= TOLERANCE
    print(f"\nsite           {BUILD / 'html' / 'index.html'}")
    print(f"test accuracy  {here:.4f}; the book's own is {there:.4f}")
    print(f"agreement      {'yes' if agree else 'NO'}: they differ by {abs(here - there):.4f}, tolerance {TOLERANCE}")
    print(f"time           {seconds / 60:.1f} minutes")
    return 0 if agree else 1
