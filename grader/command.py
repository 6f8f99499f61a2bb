"""Grade a folder of submissions, each in a sandbox of its own.

    python tools/grade.py 1 ~/course/submissions/1 --seed-file ~/course/secret.txt --output ~/course/graded/1

A submission is a notebook NAME.ipynb, or a subfolder NAME with one notebook in
it. Into the output go grades.csv, a feedback file for each student and a record
for each; the same command goes on where it was stopped, and runs again only
what has changed. Hidden tests are made from the seed: keep the file to yourself.

Docker is used where it answers and has the image, else bubblewrap. To make the
image: python tools/grade.py --dockerfile | docker build -t digit-book-grader -
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from digitlib.files import make_writable
from grader.assignment import Assignment
from grader.batch import grade_all
from grader.hidden_tests import AssignmentError
from grader.reports import clean
from grader.sandboxes import NoSandbox, choose, dockerfile
from grader.seeds import SeedError, read_seed
from grader.submissions import find_other_files
from pipeline.lock import locked


class _PrintDockerfile(argparse.Action):
    def __call__(self, parser, *rest):
        print(dockerfile(map(str, locked())), end="")
        parser.exit()


def main(known: Sequence[Path] = ()) -> int:
    """Grade; an assignment may be named by the number or name of one of those known."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal may lack letters of a student's name
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assignment", help="its number, its name, or its source if it is your own")
    parser.add_argument("submissions", type=Path, help="the folder with what was handed in")
    parser.add_argument("--seed-file", type=Path, required=True, help="a file with your secret, any text")
    parser.add_argument("--output", type=Path, help="a folder for this assignment alone; default: graded/NAME")
    parser.add_argument("--workers", type=int, default=2, help="submissions side by side")
    parser.add_argument("--sandbox", choices=["bubblewrap", "docker"], help="default: what there is")
    parser.add_argument("--unsafe", action="store_true", help="run submissions without a sandbox, with all your rights")
    parser.add_argument("--dockerfile", action=_PrintDockerfile, nargs=0, help="print what makes Docker's image")
    options = parser.parse_args()
    options.known = known
    if options.workers < 1:
        parser.error(f"--workers: {options.workers} is less than 1")
    try:
        return run(options)
    except (AssignmentError, NoSandbox, SeedError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. What is finished is kept; the same command goes on.", file=sys.stderr)
        return 130


def run(options: argparse.Namespace) -> int:
    source = find_assignment(options.assignment, options.known)
    output = options.output or Path("graded", source.stem)
    if not options.submissions.is_dir():
        print(f"{options.submissions} is no folder: name the one with what was handed in, unpacked", file=sys.stderr)
        return 2
    if output.resolve().is_relative_to(options.submissions.resolve()):
        print(f"{output} lies among the submissions: choose another --output", file=sys.stderr)
        return 2
    seed = read_seed(options.seed_file)
    box = choose(options.sandbox, unsafe=options.unsafe)
    if options.unsafe:
        print("UNSAFE: submissions can read, change and send whatever you can.", file=sys.stderr)
    assignment = Assignment.read(source, seed)
    make_writable(output)
    records = grade_all(options.submissions, assignment, output, box, workers=options.workers)
    graded = sum(bool(record["tests"]) for record in records)
    print(f"{graded} of {len(records)} submissions graded ({box.name}); {output / 'grades.csv'}")
    if others := find_other_files(options.submissions):
        print(f"Not graded, since these are no notebooks (.ipynb): {', '.join(map(clean, others))}")
    return 0 if records else 2


def find_assignment(name: str, known: Sequence[Path] = ()) -> Path:
    """The source of an assignment: a file, or one of those known, by its name or its number.

    Raises
    ------
    AssignmentError
        If there is no such file, and not exactly one of that name.
    """
    if Path(name).is_file():
        return Path(name)
    found = [path for path in known if path.stem == Path(name).stem or path.stem.startswith(f"{Path(name).stem}_")]
    if len(found) != 1:
        there = f": choose from {', '.join(path.stem for path in known)}" if known else ": name its source, a file"
        raise AssignmentError(f"no assignment {name!r}{there}")
    return found[0]
