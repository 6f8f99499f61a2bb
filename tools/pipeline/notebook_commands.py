"""The commands for those who write the book.

    python tools/notebooks.py run [CHAPTER ...] [--quick] [-p NAME VALUE]
    python tools/notebooks.py accept [CHAPTER ...]
    python tools/notebooks.py render
    python tools/notebooks.py check

run executes chapters into _build/executed/ and changes nothing else; accept
moves that run into book/ and digitlib/data/runs/; render writes the prose into
book/ anew, without running anything; check says whether book/ is what the
sources and results give, and whether these are as they were stored.
"""

import argparse
import sys

from digitlib.files import TextError, in_one_line, write_all
from pipeline.checking import problems
from pipeline.composing import accept, compose_committed
from pipeline.parameters import ParameterError, declared_parameters, read_parameters
from pipeline.paths import BOOK, EXECUTED, RESULTS, chapters
from pipeline.running import RunError, run, run_quick
from pipeline.sources import read_chapter
from pipeline.templates import RenderError


def main(arguments: list[str] | None = None) -> int:
    """Run one of the four commands; 1 if it fails, with a sentence that says why."""
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except (ParameterError, RenderError, RunError, TextError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(in_one_line(error), file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    paths = chapters(options.chapters)
    if options.quick and options.parameter:
        raise ParameterError("--quick sets the parameters itself: leave out -p, or --quick")
    if options.quick:
        run_quick(paths)
        return 0
    defaults: dict = {}
    for path in paths if options.parameter else []:
        defaults |= declared_parameters(read_chapter(path))
    run(paths, EXECUTED, RESULTS, parameters=read_parameters(options.parameter, defaults))
    return 0


def _accept(options: argparse.Namespace) -> int:
    accepted, left = accept(options.chapters, EXECUTED, RESULTS)
    for name in accepted:
        print(f"accepted {name}")
    for name in left:
        print(f"left {name} as it was: its code has changed, run it too")
    return 0


def _render(options: argparse.Namespace) -> int:
    write_all(compose_committed(), BOOK)
    return 0


def _check(options: argparse.Namespace) -> int:
    found = problems()
    for problem in found:
        print(problem)
    print(f"{len(found)} problems" if found else "The book is what its sources and results give.")
    return 1 if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    run_parser = _command(commands, "run", _run)
    run_parser.add_argument("chapters", nargs="*", help="names or numbers; all by default")
    run_parser.add_argument("--quick", action="store_true", help="one epoch, few images, into _build/quick/")
    run_parser.add_argument(
        "-p",
        "--parameter",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VALUE"),
        help="as papermill's -p",
    )
    _command(commands, "accept", _accept).add_argument("chapters", nargs="*")
    _command(commands, "render", _render)
    _command(commands, "check", _check)
    return parser


def _command(commands, name: str, function) -> argparse.ArgumentParser:
    parser = commands.add_parser(name)
    parser.set_defaults(command=function)
    return parser
