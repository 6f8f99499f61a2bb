"""Grade a folder of submissions, each in a sandbox of its own.

    python -m grader 1_raw_bytes.py ~/course/submissions/1 --seed-file ~/course/secret.txt --output ~/course/graded/1

A submission is a notebook NAME.ipynb, or a subfolder NAME with one notebook in
it. Into the output go grades.csv, a feedback file for each student and a record
for each; the same command goes on where it was stopped, and runs again only
what has changed. Hidden tests are made from the seed: keep the file to yourself.
"""

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from digitlib.files import make_writable
from grader.assignment import Assignment
from grader.batch import grade_all
from grader.hidden_tests import AssignmentError
from grader.memory import place
from grader.reports import clean
from grader.sandboxes import Bubblewrap, NoSandbox, Unsafe, choose
from grader.seeds import SeedError, read_seed
from grader.submissions import find_other_files


def main(arguments: Sequence[str] | None = None, known: Sequence[Path] = ()) -> int:
    """Grade as the command line says.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.
    known : sequence of Path
        Sources of assignments that may be named by number or name.

    Returns
    -------
    int
        The status for the shell.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may lack letters of a student's name
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assignment", help="its source, a file" + (", or its number or name" if known else ""))
    parser.add_argument("submissions", type=Path, help="the folder with what was handed in")
    parser.add_argument("--seed-file", type=Path, required=True, help="a file with your secret, any text")
    parser.add_argument("--output", type=Path, help="a folder for this assignment alone; default: graded/NAME")
    parser.add_argument("--workers", type=int, default=2, help="submissions side by side")
    parser.add_argument("--unsafe", action="store_true", help="run submissions without a sandbox, with all your rights")
    options = parser.parse_args(arguments)
    if options.workers < 1:
        parser.error(f"--workers: {options.workers} is less than 1")
    try:
        return _grade(find_assignment(options.assignment, known), options)
    except (AssignmentError, NoSandbox, SeedError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. What is finished is kept; the same command goes on.", file=sys.stderr)
        return 130


def find_assignment(name: str, known: Sequence[Path] = ()) -> Path:
    """Find the source of an assignment: a file, or one of those known, by its name or its number.

    Parameters
    ----------
    name : str
    known : sequence of Path

    Returns
    -------
    Path

    Raises
    ------
    AssignmentError
        If there is no such file, and no known source or several of that name.
    """
    if Path(name).is_file():
        return Path(name)
    found = [path for path in known if path.stem == Path(name).stem or path.stem.startswith(f"{Path(name).stem}_")]
    if len(found) != 1:
        there = f": choose from {', '.join(path.stem for path in known)}" if known else ": name its source, a file"
        raise AssignmentError(f"no assignment {name!r}{there}")
    return found[0]


def _grade(source: Path, options: argparse.Namespace) -> int:
    output = options.output or Path("graded", source.stem)
    if not options.submissions.is_dir():
        print(f"{options.submissions} is no folder: name the one with what was handed in, unpacked", file=sys.stderr)
        return 2
    if output.resolve().is_relative_to(options.submissions.resolve()):
        print(f"{output} lies among the submissions: choose another --output", file=sys.stderr)
        return 2
    seed = read_seed(options.seed_file)
    box = choose(Unsafe.name if options.unsafe else Bubblewrap.name)
    if options.unsafe:
        print("UNSAFE: submissions can read, change and send whatever you can.", file=sys.stderr)
    assignment = Assignment.read(source, seed)
    make_writable(output)
    records = grade_all(options.submissions, assignment, output, box, workers=options.workers)
    graded = sum(bool(record.result.tests) for record in records)
    held = "held by the kernel" if place() else "looked at ten times a second"
    print(f"{graded} of {len(records)} submissions graded ({box.name}, memory {held}); {output / 'grades.csv'}")
    if others := find_other_files(options.submissions):
        print(f"Not graded, since these are no notebooks (.ipynb): {', '.join(map(clean, others))}")
    return 0 if records else 2
