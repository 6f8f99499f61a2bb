"""The full proof: the slow tests, a spot check of the stored runs, then every chapter run in full and compared:
the outputs of its cells and its pictures by nbval, and the numbers and claims that prose takes from it.

python tools/verify.py
"""

import subprocess
import sys

from comparing import results_differences
from paths import BOOK, EXECUTED, REFERENCE, RESULTS, ROOT, chapters
from running import RunError, affordable, run


def main() -> int:
    if code := _pytest("-m", "slow", "tests"):
        return code
    if code := subprocess.run([sys.executable, str(ROOT / "tools" / "spot_check.py")], check=False).returncode:
        return code
    try:
        run(chapters(), EXECUTED, RESULTS, at_once=affordable())  # what it takes in seconds is not compared
    except RunError as error:
        print(error, file=sys.stderr)
        return 1
    found = list(results_differences(REFERENCE, RESULTS))
    for line in found:
        print(line)
    print(f"{len(found)} differences" if found else "Every number and claim of the pages is what is stored.")
    return _pytest("--nbval", f"--nbval-executed={EXECUTED}", str(BOOK)) or bool(found)


def _pytest(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
