"""The full proof: the slow tests, a spot check of the stored runs, then every chapter run in full and compared.

python tools/verify.py
"""

import subprocess
import sys

from paths import BOOK, EXECUTED, RESULTS, ROOT, chapters
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
    return _pytest("--nbval", f"--nbval-executed={EXECUTED}", str(BOOK))


def _pytest(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
