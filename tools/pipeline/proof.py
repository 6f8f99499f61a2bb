"""The full proof: the slow tests, one of the stored runs repeated, then every chapter run in full and compared:
the outputs of its cells and its pictures by nbval, and the numbers and claims that prose takes from it.

python tools/verify.py
"""

import argparse
import subprocess
import sys

from digitlib.files import in_one_line
from pipeline.comparing import results_differences
from pipeline.paths import BOOK, EXECUTED, LOGS, REFERENCE, RESULTS, ROOT, STORED_RESULTS, chapters
from pipeline.running import RunError, affordable, run

SPOT_CHECK_LOG = LOGS / "spot_check.log"


def main(arguments: list[str] | None = None) -> int:
    """Prove the book; 1 if a part does not hold."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(
        arguments
    )
    try:
        return prove()
    except RunError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(in_one_line(error), file=sys.stderr)
    return 1


def prove() -> int:
    """0 if every part of the proof holds."""
    before = _git_status()
    if code := _pytest("-m", "slow", "--complete", "-n", "3", "--dist", "worksteal", "tests"):
        return code
    with _start_spot_check() as spot_check:  # beside the chapters, since it keeps one core busy
        run(chapters(), EXECUTED, RESULTS, at_once=affordable())  # what it takes in seconds is not compared
    found = list(results_differences(STORED_RESULTS, REFERENCE, RESULTS))
    if spot_check.returncode:
        found.append(f"the spot check failed; what else was said is in {SPOT_CHECK_LOG}")
    for line in found:
        print(line)
    if (after := _git_status()) != before:
        found.append(f"the run has changed the checkout:\n{after}")
        print(found[-1])
    print(f"{len(found)} differences" if found else "Every number and claim of the pages is what is stored.")
    return _pytest("--nbval", f"--nbval-executed={EXECUTED}", str(BOOK)) or bool(found)


def _start_spot_check() -> subprocess.Popen:
    """Begin to repeat the stored run whose turn it is; what TensorFlow says of itself meanwhile goes to a log."""
    SPOT_CHECK_LOG.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(ROOT / "tools" / "spot_check.py"), "--runs", "1"]
    with SPOT_CHECK_LOG.open("w", encoding="utf-8") as file:
        return subprocess.Popen(command, stderr=file)


def _git_status() -> str:
    command = ["git", "status", "--porcelain"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _pytest(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode
