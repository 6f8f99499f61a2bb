"""The package as it is installed elsewhere."""

import re
import runpy
import subprocess
import sys
import zipfile
from importlib.machinery import PathFinder

import pytest

from pipeline.paths import BOOK, ROOT


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
    assert {"digitlib/data/mnist/train-images-idx3-ubyte.gz", "digitlib/data/runs/cnn.weights.h5"} <= names
    assert not {name for name in names if name.startswith(("tools", "tests", "book", "chapters"))}


def test_a_site_is_built_with_the_package_of_its_own_checkout_installed_or_not(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if not PathFinder.find_spec("digitlib", [folder])])
    assert PathFinder.find_spec("digitlib") is None
    for name in ("book/_ext/book_checkout.py", "digitlib/__init__.py"):
        copy = tmp_path / name
        copy.parent.mkdir(parents=True)
        copy.write_bytes((ROOT / name).read_bytes())
    runpy.run_path(str(tmp_path / "book" / "_ext" / "book_checkout.py"))
    assert PathFinder.find_spec("digitlib").origin == str(tmp_path / "digitlib" / "__init__.py")


def test_extensions_look_for_their_own_checkout_before_they_import_the_package():
    importing = re.compile(r"^(?:import|from) (digitlib|book_checkout)", re.MULTILINE)
    found = [importing.findall(path.read_text(encoding="utf-8")) for path in (BOOK / "_ext").glob("*.py")]
    users = [modules for modules in found if "digitlib" in modules]
    assert users
    assert all(modules[0] == "book_checkout" for modules in users)
