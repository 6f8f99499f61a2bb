"""The package as it is installed elsewhere."""

import subprocess
import sys
import zipfile

import pytest

from paths import ROOT


@pytest.mark.slow
def test_the_wheel_holds_mnist_and_the_reference_runs(tmp_path):
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("digitlib-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "digitlib").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert package <= names
    assert {"digitlib/mnist/train-images-idx3-ubyte.gz", "digitlib/reference/cnn.weights.h5"} <= names
    assert not {name for name in names if name.startswith(("tools", "tests", "book", "chapters"))}
