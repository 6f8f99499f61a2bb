"""Make what students get of the assignments, with otter-grader.

    python tools/make_assignments.py [NAME ...] [--output _build/assignments]

For each assignment, into a folder of its name: the student's notebook, which
carries its public tests along and runs in Colab as well as in a lab without
internet; the solution, for the teacher; and the archive that Gradescope takes,
with the public tests only. Hidden tests go into none of them.
"""

import argparse
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import jupytext
import nbformat
import yaml
from nbformat import NotebookNode

import digitlib
from digitlib.files import make_writable, read_text
from grader.hidden_tests import AssignmentError, is_hidden
from pipeline.configuration import repository
from pipeline.notebook_files import NOTEBOOK_METADATA, write_notebook
from pipeline.paths import BUILD, assignments
from pipeline.sources import setup_cell

PLACEHOLDER = "/your_account/"  # of the repository's address, before anybody has set it
PYTHON = "3.11"  # that the book is tested with
OTTER = "otter-grader==7.0.0"  # the release that writes the tests must also read them
CHECKS_CELL = """\
# The checks of this notebook. They are written beside it, so that they need neither account nor network.
from pathlib import Path

try:
    import otter
except ImportError:
    import subprocess
    import sys

    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "{otter}"], check=True)
    import otter

CHECKS = {{
{checks}}}
Path("checks").mkdir(exist_ok=True)
for question, check in CHECKS.items():
    Path("checks", f"{{question}}.py").write_text(check, encoding="utf-8")
grader = otter.Notebook(tests_dir="checks")
"""


def make(source: Path, folder: Path) -> Path:
    """Make what students and Gradescope get of one assignment.

    Parameters
    ----------
    source : Path
        The assignment's source.
    folder : Path
        Receives ``NAME.ipynb`` for the student, ``NAME-solution.ipynb`` and
        ``NAME-gradescope.zip``; what it held before is removed.

    Returns
    -------
    Path
        The student's notebook.

    Raises
    ------
    AssignmentError
        If otter-grader is not installed, or refuses the source.
    """
    name = source.stem
    with tempfile.TemporaryDirectory() as scratch:
        master, made = Path(scratch, f"{name}.ipynb"), Path(scratch, "made")
        write_notebook(read_master(source), master)
        _assign(master, made)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        student = folder / f"{name}.ipynb"
        write_notebook(_finish(made / "student", name), student)
        write_notebook(_finish(made / "autograder", name), folder / f"{name}-solution.ipynb")
        (archive,) = (made / "autograder").glob("*.zip")
        shutil.move(archive, folder / f"{name}-gradescope.zip")
    return student


def read_master(source: Path) -> NotebookNode:
    """An assignment as otter-grader wants it: with its settings, without the hidden tests."""
    cells = [cell for cell in jupytext.reads(read_text(source), fmt="py:percent").cells if not is_hidden(cell)]
    notebook = nbformat.v4.new_notebook(metadata=copy.deepcopy(NOTEBOOK_METADATA), cells=[_settings(source), *cells])
    for position, cell in enumerate(notebook.cells):
        cell.id = f"{source.stem}-{position:02d}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if key == "tags"}
    return notebook


def _settings(source: Path) -> NotebookNode:
    settings = {
        "name": source.stem,
        "init_cell": False,  # ours brings the tests along
        "export_cell": False,
        "solutions_pdf": False,
        "python_version": PYTHON,
        "requirements": [f"git+{repository()}@v{digitlib.__version__}"],
        "tests": {"files": True, "ok_format": False},
        "generate": {"show_hidden": False},
    }
    return nbformat.v4.new_raw_cell("# ASSIGNMENT CONFIG\n" + yaml.safe_dump(settings, sort_keys=False))


def _assign(master: Path, folder: Path) -> None:
    # Without running the tests: that would train networks at full size. The project's own tests run them small.
    command = [sys.executable, "-m", "otter", "assign", "--no-run-tests", "--no-pdfs", str(master), str(folder)]
    result = subprocess.run(command, cwd=master.parent, env=environment(), capture_output=True, text=True, check=False)
    if result.returncode:
        *_, reason = ["no output", *(result.stdout + result.stderr).strip().splitlines()]
        raise AssignmentError(
            f"otter-grader could not make assignment {master.stem}: {reason}. "
            f"Is it installed (pip install {OTTER})? If so, look at the directives in the source's raw cells"
        )


def environment() -> dict[str, str]:
    """The environment in which otter finds the programs that belong to this Python."""
    return os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])}


def _finish(folder: Path, name: str) -> NotebookNode:
    """A notebook from otter that starts anywhere, and that a grader recognizes."""
    notebook = nbformat.reads(read_text(folder / f"{name}.ipynb"), as_version=4)
    tests = {path.stem: read_text(path) for path in sorted((folder / "tests").glob("*.py"))}
    notebook.cells = [_start_cell(setup_cell(), "set-up"), _start_cell(_checks_cell(tests), "checks"), *notebook.cells]
    notebook.metadata["digit_book"] = {"assignment": name}
    return notebook


def _start_cell(code: str, name: str) -> NotebookNode:
    """A cell that Jupyter and Colab show folded."""
    folded = {"jupyter": {"source_hidden": True}, "cellView": "form", "deletable": False, "editable": False}
    return nbformat.v4.new_code_cell(code, id=name, metadata=folded)


def _checks_cell(tests: dict[str, str]) -> str:
    checks = "".join(f'    "{name}": r"""\n{_plain(test)}""",\n' for name, test in tests.items())
    return CHECKS_CELL.format(otter=OTTER, checks=checks).strip()


def _plain(test: str) -> str:
    """A test as it may stand between triple quotes."""
    return test.replace('"""', "'''").strip() + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Make the assignments named, or all; 1 if one cannot be made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="names or numbers; all by default")
    parser.add_argument("--output", type=Path, default=BUILD / "assignments", metavar="FOLDER")
    options = parser.parse_args(arguments)
    sources = assignments(options.names)
    make_writable(options.output)
    if PLACEHOLDER in repository():
        print(
            f"set repository: url in _config.yml to your repository's address, and make them again: "
            f"these notebooks install the helper package from {repository()}, where there is none",
            file=sys.stderr,
        )
    try:
        for source in sources:
            print(make(source, options.output / source.stem))
    except AssignmentError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
