"""Is the book what its sources and results give, and is nothing typed that a run should say?"""

import base64
import json
import lzma
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import yaml
from nbformat import NotebookNode
from pybtex.database import Entry

import digitlib
from digitlib.checks import decode_digits
from digitlib.data import hold_out, load_mnist
from digitlib.files import read_text, sha256, unaccounted
from digitlib.plots import DESCRIPTION
from pipeline.citations import load_facts, load_references, source_address
from pipeline.composing import compose_committed
from pipeline.kinds_of_cells import is_pipeline
from pipeline.lock import asked, lock_problems, locked
from pipeline.notebook_files import read_notebook
from pipeline.paths import BOOK, REFERENCE, ROOT, STORED_RESULTS, chapters, pages
from pipeline.prose_rules import claim_problems, numbers_in, prose_problems
from pipeline.running import reference_digests
from pipeline.sources import read_chapter, setup_cell
from pipeline.templates import RenderError, load_results

LARGEST_FIGURE = 150_000  # bytes of a PNG; a phone loads a chapter of ten in seconds
LARGEST_ACCURACY_TOLERANCE = 0.005
LARGEST_TOLERANCE = 0.03
LARGEST_COUNT_TOLERANCE = 50
LARGEST_IGNORED_SHARE = 0.10

# What the addresses of sources look like: of a DOI by its handbook, of a number by arXiv's, since 2007.
ADDRESSES = {
    "doi": r"10\.\d{4,9}/[^\s\"{}]+",
    "eprint": r"\d{2}(0[1-9]|1[0-2])\.\d{4,5}",
    "url": r"https?://[\w.-]+\.[a-z]+(/[^\s\"<>{}]*)?",
}


def problems() -> list[str]:
    """Everything that is wrong with the book as committed, a line each."""
    found = [*_check_composition(), *_check_prose(), *_check_sources(), *_check_versions(), *_check_staleness()]
    found += lock_problems(asked(), locked())
    notebooks = {path.name: read_notebook(path) for path in sorted(BOOK.glob("*.ipynb"))}
    for name, notebook in notebooks.items():
        found += notebook_problems(notebook, name)
    for path in sorted(BOOK.glob("solutions/*.ipynb")):
        found += cell_problems(read_notebook(path), f"solutions/{path.name}")
    found += ignored_problems(list(notebooks.values()))
    return found + stored_problems(REFERENCE) + result_problems(STORED_RESULTS)


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
    if "nbval-ignore-output" in cell.metadata.get("tags", []):
        yield from _ignored_problems(cell, printed)


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
            yield f"book/{name} is not what its source gives: python tools/notebooks.py render"
    made = {*BOOK.glob("**/*.ipynb"), *BOOK.glob("images/*")}
    for path in sorted(made - {BOOK / name for name in composed}):
        yield f"{path.relative_to(ROOT).as_posix()} has no source in chapters/"


def _unix_lines(path: Path) -> bytes:
    """The file as it is in the repository: git on Windows may have changed the line ends of text."""
    content = path.read_bytes()
    return content if path.suffix == ".png" else content.replace(b"\r\n", b"\n")


def unasserted_problems(notebook: NotebookNode, name: str) -> Iterator[str]:
    """Cells of a chapter's source that no run is compared with, though the pipeline asserts nothing of them."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell, following in zip(code, [*code[1:], None], strict=True):
        asserts = following and is_pipeline(following) and re.search(r"^assert ", following.source, re.MULTILINE)
        if "nbval-ignore-output" in cell.metadata.get("tags", []) and not asserts:
            yield f"{name}, cell {cell.id}: tagged nbval-ignore-output, but no cell of the pipeline after it asserts it"


def _check_prose() -> Iterator[str]:
    of_all = set()
    for path in chapters():
        yield from unasserted_problems(read_chapter(path), path.name)
        cells = read_chapter(path).cells
        code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        numbers = numbers_in(code)
        of_all |= numbers
        yield from claim_problems(code, path.name)
        for cell in cells:
            if cell.cell_type == "markdown":
                yield from prose_problems(cell.source, f"{path.name}, cell {cell.id}", numbers)
            if figure := cell.metadata.get("mystnb", {}).get("figure"):
                yield from prose_problems(figure["caption"], f"{path.name}, caption of cell {cell.id}", numbers)
    for path in pages():
        yield from prose_problems(read_text(path), path.name, of_all)
    # The minutes of commands are held against the measured ones by a test.
    readme = re.sub(r"^\| `make \w+` \|.*\n", "", read_text(ROOT / "README.md"), flags=re.MULTILINE)
    yield from prose_problems(readme, "README.md", of_all)


def _check_sources() -> Iterator[str]:
    references, facts = load_references(), load_facts()
    yield from reference_problems(references)
    yield from fact_problems(facts, references)
    for path in [*chapters(), *pages()]:
        yield from citation_problems(read_text(path), path.name, facts)
    for path in [*ROOT.glob("*.md"), *ROOT.glob(".github/**/*.md"), *ROOT.glob("assignments/*.md")]:
        yield from link_problems(path)


def reference_problems(references: Mapping[str, Entry]) -> list[str]:
    """What is wrong with the addresses in ``references.bib``, a line each: their form, or one given twice."""
    found: list[str] = []
    seen: dict[str, str] = {}
    for key, entry in references.items():
        for field, form in ADDRESSES.items():
            address = entry.fields.get(field)
            if address and not re.fullmatch(form, address):
                found.append(f"references.bib: {key} has the {field} {address!r}, which none can be")
        address = source_address(entry.fields).lower()
        if address in seen:
            found.append(f"references.bib: {key} has the address of {seen[address]}, {address}")
        seen[address] = key
    return found


def fact_problems(facts: Mapping[str, dict], references: Mapping[str, Entry]) -> list[str]:
    """What is wrong with ``chapters/facts.yml``, a line each: the form of a value, or its source."""
    found = []
    for name, entry in facts.items():
        source = str(entry.get("source", ""))
        if source not in references and not re.fullmatch(ADDRESSES["url"], source):
            found.append(f"facts.yml: {name} has no source: give a key of references.bib, or an address")
        if not re.fullmatch(r"\d+(,\d{3})*(\.\d+)?( %| [a-zA-Z]+)?", str(entry.get("value"))):
            found.append(f"facts.yml: {name} has the value {entry.get('value')!r}: write a number, and its unit")
    return found


def citation_problems(text: str, where: str, facts: Mapping[str, dict]) -> list[str]:
    """Figures from elsewhere on a page that does not say from where, a line each."""
    used = {name: facts[name]["source"] for name in re.findall(r"\bfact\.(\w+)", text) if name in facts}
    return [
        f"{where}: fact.{name} is quoted without its source, {source}: cite it on the page"
        for name, source in sorted(used.items())
        if f'cite("{source}")' not in text and f"]({source})" not in text
    ]


def link_problems(path: Path) -> list[str]:
    """Links of a page to files and headings of the project that are not there, a line each."""
    found = []
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", read_text(path), flags=re.DOTALL | re.MULTILINE)
    for link in re.findall(r"\]\(([^()\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists():
            found.append(f"{path.name}: the link {link} leads to no file")
        elif anchor and anchor not in _anchors(read_text(target)):
            found.append(f"{path.name}: the link {link} leads to no heading")
    return found


def _anchors(text: str) -> set[str]:
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _check_versions() -> Iterator[str]:
    project = tomllib.loads(read_text(ROOT / "pyproject.toml"))["project"]["version"]
    citation = yaml.safe_load(read_text(ROOT / "CITATION.cff"))["version"]
    changelog = read_text(ROOT / "CHANGELOG.md")
    stated = {"pyproject.toml": project, "CITATION.cff": str(citation)}
    for file, version in stated.items():
        if version != digitlib.__version__:
            yield f"{file} says version {version}, digitlib says {digitlib.__version__}"
    if f"## {digitlib.__version__}" not in changelog:
        yield f"CHANGELOG.md has no section {digitlib.__version__}"


def _check_staleness() -> Iterator[str]:
    digests = reference_digests()
    results = load_results(STORED_RESULTS)
    for path in chapters():
        code = "\n".join(cell.source for cell in read_chapter(path).cells if cell.cell_type == "code")
        names = set(re.findall(r"reference\.load_\w+\(\"(\w+)\"\)", code))
        if "reference.load_sweeps()" in code:
            names |= {Path(file).name.partition(".")[0] for file in digests if file.startswith("sweeps/")}
        if "reference.load_networks()" in code:
            names |= {file.removesuffix(".weights.h5") for file in digests if file.startswith("networks/")}
        for name in sorted(names):
            yield from _stale_files(path, name, results.get(path.stem, {}), digests)


def _stale_files(path: Path, name: str, result: dict, digests: dict[str, str]) -> Iterator[str]:
    seen = result.get("run", {}).get("reference", {})
    for file in (f"{name}.json", f"{name}.weights.h5", f"{name}.jsonl", f"sweeps/{name}.jsonl.xz"):
        if file in digests and seen.get(file) != digests[file]:
            yield f"{path.stem} was run with another {file} than the one committed: run and accept it again"


# What differs from run to run: seconds, alone, in the lines of a training or as a rate; versions.
UNREPEATABLE = re.compile(r"\bseconds?\b|\b\d+(\.\d+)? ?m?s\b|\b\d+\.\d+\.\d+\b")


def _ignored_problems(cell: NotebookNode, printed: str) -> Iterator[str]:
    """Whether a cell that no run is compared with shows what a run can be compared with."""
    tags = "is tagged nbval-ignore-output"
    shown = [output.get("data", {}) for output in cell.outputs]
    if any("text/html" in data for data in shown) or re.search(r"\.to_(string|markdown|html)\(", cell.source):
        yield f"{tags}, but shows a table: state its tolerance, and put seconds into a cell of their own"
    elif not any("image/png" in data for data in shown) and not UNREPEATABLE.search(printed):
        yield f"{tags}, but shows no seconds, versions or picture: state its tolerance instead"


def unaccounted_problems(folder: Path) -> list[str]:
    """Stored files that no command has stored as they are."""
    return [
        f"{folder.name}/{problem}: only commands that accept results may change it" for problem in unaccounted(folder)
    ]


def stored_problems(folder: Path) -> list[str]:
    """What is wrong with the stored runs; of sweeps, also where the answers belie the counts."""
    found = unaccounted_problems(folder)
    train, (_, test_labels) = load_mnist()
    _, (_, held_out_labels) = hold_out(*train)
    scored_on = {"test": test_labels, "validation": held_out_labels}
    for path in sorted(folder.glob("sweeps/*.jsonl.xz")):
        try:
            records = [json.loads(line) for line in lzma.decompress(path.read_bytes()).splitlines()]
        except (lzma.LZMAError, ValueError) as error:
            found.append(f"{path.name} cannot be read: {error}")
            continue
        for row, record in enumerate(records):
            found += [f"{path.name}, row {row}: {problem}" for problem in sweep_problems(record, scored_on)]
    return found


def result_problems(folder: Path) -> list[str]:
    """What is wrong with the stored results of pages, lax tolerances included."""
    found, results = unaccounted_problems(folder), load_results(folder)
    for name, page in results.items():
        found += [f"{name}: {problem}" for problem in page_problems(page)]
    return found + measured_problems(results)


def sweep_problems(record: dict, scored_on: dict[str, np.ndarray]) -> Iterator[str]:
    """Where the record of a run contradicts its own answers, held against the labels."""
    answers, labels = record["predictions"], scored_on[record["scored_on"]]
    if not record["images"] == len(answers) == len(labels):
        yield f"{len(answers)} answers to {len(labels)} images, {record['images']} of which are said to be scored"
        return
    right = int((decode_digits(answers) == labels).sum())
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
