"""What the book promises of small waits: importing the package, loading MNIST, reading the photo of a telephone.

    python benchmarks/promises.py

Prints the shortest of five tries beside what is promised, and fails if a promise is broken.
"""

import io
import sys
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from benchmarking import answer_of

PROMISED = {"import digitlib": 0.5, "load MNIST": 1.0, "read a photo of 12 megapixels": 2.0}  # seconds
TRIES = 5
IMPORT = "import time; start = time.perf_counter(); import digitlib; print(time.perf_counter() - start)"


def main() -> int:
    from digitlib import data
    from digitlib.handwriting.photos import read_photo

    photo = _photo(data.load_mnist()[1][0][:20])
    measured = {
        "import digitlib": min(answer_of("-c", IMPORT) for _ in range(TRIES)),
        "load MNIST": shortest(data.load_mnist),
        "read a photo of 12 megapixels": shortest(lambda: read_photo(photo)),
    }
    for name, seconds in measured.items():
        print(f"{name:32}{seconds:7.3f} s, promised {PROMISED[name]:.1f} s")
    return int(any(measured[name] > promised for name, promised in PROMISED.items()))


def shortest(function: Callable) -> float:
    """The seconds of the quickest of some calls."""
    seconds = []
    for _ in range(TRIES):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _photo(digits: np.ndarray) -> bytes:
    """A sheet of paper with two rows of ten digits."""
    sheet = np.full((4_000, 3_000), 235, np.uint8)
    for position, digit in enumerate(digits):
        row, column = divmod(position, 10)
        place = sheet[800 + 1_600 * row :, 100 + 285 * column :][:224, :224]
        place -= (np.kron(digit, np.ones((8, 8), np.uint8)) * 0.7).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(sheet).convert("RGB").save(file, "JPEG")
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
