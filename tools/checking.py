"""Is the book what its sources and results give, and is nothing typed that a run should say?"""

import base64
import json
import lzma
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml
from nbformat import NotebookNode
from pybtex.database import parse_file

import digitlib
from composing import compose_committed
from digitlib.data import load_mnist
from digitlib.files import sha256, unaccounted
from digitlib.results import DESCRIPTION
from paths import BOOK, CHAPTERS, REFERENCE, ROOT, chapters, pages
from rendering import EXPRESSION, RenderError, load_facts, load_results, read_chapter, read_notebook, setup_cell
from running import reference_digests

LARGEST_FIGURE = 150_000  # bytes of a PNG; a phone loads a chapter of ten in seconds
LARGEST_ACCURACY_TOLERANCE = 0.005
LARGEST_TOLERANCE = 0.03
LARGEST_COUNT_TOLERANCE = 50
LARGEST_IGNORED_SHARE = 0.10
HELD_OUT = 10_000  # the last training images, which experiments that choose are scored on

# Digits that prose may hold, and why; any other number comes from a result.
ALLOWED_DIGITS = {
    r"(?<![\d.,])\d(?![\d.,]*\d)(?! ?%)": "one digit alone: the name of a class, or a count by definition",
    r"\b(\d+)x\1\b": "the sides of a square image, by definition",
    r"\b(28|255)\b": "the side of an image and the largest uint8, by definition",
    r"\b(10|32|64|784)(-bit)?\b": "the sizes that define the networks and their numbers",
    r"\b(95|99\.9) % (prediction )?(interval|confidence)": "the level of an interval, by definition",
    r"`[^`]+`": "code, which runs or is quoted",
    r"\$\$.+?\$\$|\$[^$\n]+\$": "a formula; tests recompute the arithmetic",
    r"\]\([^)]*\)": "the address of a link",
    r"\bSD-[13]\b|\bISO [\d-]+|\bUTF-8\b|\bAVX2\b|\bSHA-256\b": "the name of a thing",
    r"\bPython 3\.1\d\b": "a version that the set-up asks for",
    r"\bCC BY(-SA)? \d\.0\b": "the name of a licence",
    r"<[^>]+>": "a tag of HTML",
    r"^(`{3,}|:{3,})\{.*$|^:[\w-]+:.*$": "a directive or its option: how the page looks",
    r"^#+ .*$": "a heading",
}

# Words that state the outcome of a run: they belong into claim("...").
OUTCOME_WORDS = re.compile(
    r"\b(most (often |frequently )?(confused|confident|frequent|common)|(larger|smaller|higher|lower|better|worse|more"
    r" accurate|less accurate|faster|slower|fewer errors|more errors) than|the (best|worst|largest|smallest|highest"
    r"|lowest|easiest|hardest|rarest|fastest|slowest)|outperforms?|beats?|wins|over-?fits)\b",
    re.IGNORECASE,
)
# Sentences that hold by definition or in general, and why.
ALLOWED_OUTCOMES = {
    "the largest of": "the definition of maximum",
    "the largest value": "the definition of maximum",
    "the largest score": "a step of a computation",
    "from the lowest to the highest": "the edges of a band, by definition",
    "the highest probability": "the definition of the predicted class",
    "smaller than in the input": "arithmetic of a convolution without padding",
    "most confident errors": "the name of a list, sorted by definition",
    "most confident mistakes": "the name of a list, sorted by definition",
    "most confused pairs": "the name of a list, sorted by definition",
}


def problems() -> list[str]:
    """Everything that is wrong with the book as committed, a line each."""
    found = [*_check_composition(), *_check_prose(), *_check_facts(), *_check_versions(), *_check_staleness()]
    for path in sorted(BOOK.glob("*.ipynb")):
        found += notebook_problems(read_notebook(path), path.name)
    for path in sorted(BOOK.glob("solutions/*.ipynb")):
        found += cell_problems(read_notebook(path), f"solutions/{path.name}")
    found += ignored_problems([read_notebook(path) for path in sorted(BOOK.glob("*.ipynb"))])
    return found + stored_problems(REFERENCE)


def notebook_problems(notebook: NotebookNode, name: str) -> list[str]:
    """What breaks the rules for stored notebooks."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = []
    if not code or code[0].source != setup_cell():
        found.append(f"{name}: the first code cell is not the set-up cell")
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        found.append(f"{name}: execution counts are not 1 to {len(code)}")
    return found + cell_problems(notebook, name)


def cell_problems(notebook: NotebookNode, name: str) -> list[str]:
    """What breaks the rules for stored cells of code."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [f"{name}, cell {cell.id}: {problem}" for cell in code for problem in _cell_problems(cell)]


def ignored_problems(notebooks: list[NotebookNode]) -> list[str]:
    """Whether too many cells escape comparison."""
    code = [cell for notebook in notebooks for cell in notebook.cells if cell.cell_type == "code"]
    ignored = [cell for cell in code if "nbval-ignore-output" in cell.metadata.get("tags", [])]
    if len(ignored) > LARGEST_IGNORED_SHARE * len(code):
        return [f"{len(ignored)} of {len(code)} code cells are ignored by nbval: at most {LARGEST_IGNORED_SHARE:.0%}"]
    return []


def prose_problems(template: str, where: str) -> list[str]:
    """Numbers and outcomes that are typed into prose instead of rendered from a result."""
    text = re.sub(r"\{%.*?%\}", "", EXPRESSION.sub("", template))
    for fence in re.findall(r"^```.*?^```", text, re.DOTALL | re.MULTILINE):
        text = text.replace(fence, "")
    found = [
        f"{where}: {match.group()!r} states an outcome: put it into claim(...) with an assertion"
        for match in OUTCOME_WORDS.finditer(text)
        if not _allowed_outcome(text, match)
    ]
    for pattern in ALLOWED_DIGITS:
        text = re.sub(pattern, " ", text, flags=re.DOTALL if "$$" in pattern else re.MULTILINE)
    return found + [
        f"{where}: the number {number!r} is typed: render it from a result" for number in re.findall(r"\S*\d\S*", text)
    ]


def _cell_problems(cell: NotebookNode) -> Iterator[str]:
    tolerance = cell.metadata.get("nbval", {})
    printed = ""
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"a stored error: {output.ename}"
        elif output.output_type == "stream":
            printed += output.text
            if output.name == "stderr":
                yield "stored standard error"
            if re.search(r"[\r\b]", output.text):
                yield "a progress bar in a stored output"
        else:
            printed += output.data.get("text/plain", "")
            yield from _picture_problems(cell, output)
    if cell.source.rstrip().endswith(";"):
        yield "code ends with a semicolon, which nbval trips over"
    yield from tolerance_problems(tolerance, accuracy="accuracy" in printed)
    if "nbval-ignore-output" in cell.metadata.get("tags", []) and "assert " not in cell.source:
        yield "is not compared and holds no assertion: take the tag away, or assert what every run must give"


def _picture_problems(cell: NotebookNode, output: NotebookNode) -> Iterator[str]:
    if "image/png" not in output.data:
        return
    if len(output.data["image/png"]) * 3 / 4 > LARGEST_FIGURE:
        yield f"a figure of more than {LARGEST_FIGURE:,} bytes"
    figure = cell.metadata.get("mystnb", {}).get("figure", {})
    if not figure.get("caption") or not figure.get("name"):
        yield "a figure without caption or name"
    if not output.data.get("text/plain", "").endswith("."):
        yield "a figure whose cell does not end by describing it: let a Drawing be the last expression"
    drawn = output.metadata.get(DESCRIPTION, {}).get("png")
    if drawn != sha256(base64.b64decode(output.data["image/png"])):
        yield "a figure that is not the one drawn: its digest is another than that in the output's metadata"


def _check_composition() -> Iterator[str]:
    try:
        composed = compose_committed()
    except (RenderError, OSError) as error:
        yield str(error)
        return
    for name, content in composed.items():
        path = BOOK / name
        if not path.exists():
            yield f"book/{name} is missing: python tools/notebooks.py render"
        elif _unix_lines(path) != content:
            yield f"book/{name} is not what its source gives: python tools/notebooks.py render (or pull, to keep it)"
    made = {*BOOK.glob("**/*.ipynb"), *BOOK.glob("*.md"), *BOOK.glob("images/*")}
    for path in sorted(made - {BOOK / name for name in composed}):
        yield f"{path.relative_to(ROOT).as_posix()} has no source in chapters/"


def _unix_lines(path: Path) -> bytes:
    """The file as it is in the repository: git on Windows may have changed the line ends of text."""
    content = path.read_bytes()
    return content if path.suffix == ".png" else content.replace(b"\r\n", b"\n")


def _check_prose() -> Iterator[str]:
    for path in chapters():
        for cell in read_chapter(path).cells:
            if cell.cell_type == "markdown":
                yield from prose_problems(cell.source, f"{path.name}, cell {cell.id}")
            if figure := cell.metadata.get("mystnb", {}).get("figure"):
                yield from prose_problems(figure["caption"], f"{path.name}, caption of cell {cell.id}")
    for path in [*pages(), ROOT / "README.md"]:
        yield from prose_problems(path.read_text(encoding="utf-8"), path.name)


def _check_facts() -> Iterator[str]:
    known = parse_file(str(BOOK / "references.bib")).entries
    for name, entry in load_facts().items():
        if entry.get("source") not in known:
            yield f"{CHAPTERS.name}/facts.yml: {name} has no source in references.bib"


def _check_versions() -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    stated = {"pyproject.toml": project, "CITATION.cff": str(citation)}
    for file, version in stated.items():
        if version != digitlib.__version__:
            yield f"{file} says version {version}, digitlib says {digitlib.__version__}"
    if f"## {digitlib.__version__}" not in changelog:
        yield f"CHANGELOG.md has no section {digitlib.__version__}"


def _check_staleness() -> Iterator[str]:
    digests = reference_digests()
    results = load_results(REFERENCE)
    for path in chapters():
        code = "\n".join(cell.source for cell in read_chapter(path).cells if cell.cell_type == "code")
        names = set(re.findall(r"reference\.load_\w+\(\"(\w+)\"\)", code))
        if "reference.load_sweeps()" in code:
            names |= {Path(file).name.partition(".")[0] for file in digests if file.startswith("sweeps/")}
        for name in sorted(names):
            yield from _stale_files(path, name, results.get(path.stem, {}), digests)


def _stale_files(path: Path, name: str, result: dict, digests: dict[str, str]) -> Iterator[str]:
    seen = result.get("run", {}).get("reference", {})
    for file in (f"{name}.json", f"{name}.weights.h5", f"{name}.jsonl", f"sweeps/{name}.jsonl.xz"):
        if file in digests and seen.get(file) != digests[file]:
            yield f"{path.stem} was run with another {file} than the one committed: run and accept it again"


def _allowed_outcome(text: str, match: re.Match) -> bool:
    around = " ".join(text[max(0, match.start() - 40) : match.end() + 40].lower().split())
    return any(phrase in around for phrase in ALLOWED_OUTCOMES)


def stored_problems(folder: Path) -> list[str]:
    """Stored files that no command has stored as they are, sweeps whose answers belie them, and lax tolerances."""
    found = [
        f"{folder.name}/{problem}: only commands that accept results may change it" for problem in unaccounted(folder)
    ]
    (_, train_labels), (_, test_labels) = load_mnist()
    scored_on = {"test": test_labels, "validation": train_labels[-HELD_OUT:]}
    for path in sorted(folder.glob("sweeps/*.jsonl.xz")):
        try:
            records = [json.loads(line) for line in lzma.decompress(path.read_bytes()).splitlines()]
        except (lzma.LZMAError, ValueError) as error:
            found.append(f"{path.name} cannot be read: {error}")
            continue
        for row, record in enumerate(records):
            found += [f"{path.name}, row {row}: {problem}" for problem in sweep_problems(record, scored_on)]
    results = load_results(folder)
    for name, page in results.items():
        found += [f"{name}: {problem}" for problem in page_problems(page)]
    return found + measured_problems(results)


def sweep_problems(record: dict, scored_on: dict[str, np.ndarray]) -> Iterator[str]:
    """Where the record of a run contradicts its own answers, held against the labels."""
    answers, labels = record["predictions"], scored_on[record["scored_on"]]
    if not record["images"] == len(answers) == len(labels):
        yield f"{len(answers)} answers to {len(labels)} images, {record['images']} of which are said to be scored"
        return
    right = int((np.array(list(answers)).astype(int) == labels).sum())
    if right != record["right"]:
        yield f"{right} of its answers are right, and {record['right']} are said to be"


def page_problems(page: dict) -> Iterator[str]:
    """Tolerances of a page's numbers that would let anything pass; they have the bounds of the cells'."""
    for name, tolerance in page.get("tolerances", {}).items():
        yield from (f"{name}: {problem}" for problem in tolerance_problems(tolerance, accuracy="accuracy" in name))


def measured_problems(results: dict[str, dict]) -> list[str]:
    """Whether too many numbers escape comparison."""
    measured = sum(len(page.get("measured", [])) for page in results.values())
    count = sum(len(page["numbers"]) for page in results.values())
    if measured > LARGEST_IGNORED_SHARE * count:
        return [f"{measured} of {count} numbers are measured and not compared: at most {LARGEST_IGNORED_SHARE:.0%}"]
    return []


def tolerance_problems(tolerance: dict, *, accuracy: bool) -> Iterator[str]:
    """What is wrong with the tolerances that a cell or a number states."""
    if unknown := set(tolerance) - {"atol", "count_atol"}:
        yield f"unknown tolerance {', '.join(sorted(unknown))}"
    cap = LARGEST_ACCURACY_TOLERANCE if accuracy else LARGEST_TOLERANCE
    if tolerance.get("atol", 0) > cap:
        yield f"tolerance {tolerance['atol']} is above {cap}"
    if tolerance.get("count_atol", 0) > LARGEST_COUNT_TOLERANCE:
        yield f"count tolerance {tolerance['count_atol']} is above {LARGEST_COUNT_TOLERANCE}"
