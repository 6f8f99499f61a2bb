"""What counts as the same: outputs of cells, pictures, numbers and claims of pages, records of trainings.

A cell or a number may state tolerances: ``atol`` for its decimals,
``count_atol`` for its counts. All else is compared exactly. Every function
gives its differences, a line each; none means the same.
"""

import functools
import json
import math
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path

from nbformat import NotebookNode

from digitlib.files import read_text
from digitlib.plots import DESCRIPTION

DECIMAL = re.compile(r"(?<![\w.])[-+]?\d+\.\d*(?:[eE][-+]?\d+)?(?!\.?\w|%?\w)")  # it may end a sentence
_WHOLE = r"[-+]?\d+(?:,\d{3})*(?![\w]|\.\d)"
# In text a count follows a colon, as in "right: 9881"; in a table it is what is no label and in no column of names.
# Any other whole number is a name: a class, a seed, the level of an interval, the size of a test set.
COUNT = re.compile(rf"(?<=:)(?<!seed:)(?<!class:)(?<!digit:)(?<!label:)(?<!epoch:) +{_WHOLE}", re.IGNORECASE)
COUNT_IN_TABLE = re.compile(rf"(?<![\w.#]){_WHOLE}")
COLUMN_OF_NAMES = re.compile(r"\b(seed|class|digit|label|epoch|true|predicted|answer|image)\b", re.IGNORECASE)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")

# Not compared: pixels, which another version of a library moves (the description of what was drawn is compared
# instead), and the number of a widget, which is drawn at random.
NOT_COMPARED = ("image/png", "application/vnd.jupyter.widget-view+json")

# "Exactly" for decimals. Another processor adds in another order, which changes the last digits of a sum: of a double
# by some 1e-15 of its value, of a single by some 1e-7. Prose shows four digits, so nothing that is read can hide here.
ROUNDING = 1e-6

# How far two trainings may lie apart; on another processor, the same seed is as good as another. By the sweep
# "headline", ten seeds of each network: losses by epoch lie within 0.012, and two runs give other answers to at most
# 148 of 10,000 images (cnn) or 313 (the fully connected ones). With room for runs that were not among the ten:
HISTORY_TOLERANCE = {"loss": 0.03, "accuracy": 0.005}
ANSWERS_TOLERANCE = 400
OF_THE_MACHINE = ("seconds", "cpu_seconds", "processor", "versions")
# Of a rule that is taught, such as familiarity.json, whose weights are of size 0.1 and are stored with four digits.
RULE_TOLERANCE = 0.01


def cell_differences(stored: NotebookNode, new: NotebookNode) -> list[str]:
    """How the outputs of a cell differ from those that are stored, within the tolerances that the cell states.

    Of a cell that is tagged ``nbval-ignore-output``, only the outline of its
    pictures is compared: titles, labels, legends, kinds of artists.
    """
    if "nbval-ignore-output" not in stored.metadata.get("tags", []):
        return output_differences(stored.outputs, new.outputs, **stored.metadata.get("nbval", {}))
    pictures = [
        [_outline(output.metadata[DESCRIPTION]) for output in cell.outputs if DESCRIPTION in output.get("metadata", {})]
        for cell in (stored, new)
    ]
    return list(differences(*pictures, where="pictures"))


def output_differences(
    stored: list[NotebookNode], new: list[NotebookNode], *, atol: float = 0, count_atol: int = 0
) -> list[str]:
    """How the outputs of a cell differ from those that are stored; standard error aside."""
    pair = [[part for output in outputs for part in _parts(output)] for outputs in (stored, new)]
    kinds = [", ".join(kind for kind, _ in parts) or "nothing" for parts in pair]
    if kinds[0] != kinds[1]:
        return [f"stored {kinds[0]}, now {kinds[1]}"]
    found: list[str] = []
    for (kind, old), (_, now) in zip(*pair, strict=True):
        if kind == DESCRIPTION:
            found += picture_differences(old, now, max(atol, count_atol))
        elif isinstance(old, str) and isinstance(now, str):
            found += [] if close(old, now, atol, count_atol) else [f"{kind}: stored\n{old}\nnow\n{now}"]
        elif old != now:
            found.append(f"{kind}: stored {old}, now {now}")
    return found


def close(stored: str, new: str, atol: float, count_atol: float) -> bool:
    """Whether two texts are equal but for numbers within their tolerance."""
    if not atol and not count_atol:
        return stored == new
    if labels(stored) != labels(new):
        return False
    parts = [_split(text, DECIMAL) for text in (stored, new)]
    if not _within(parts[0][1], parts[1][1], atol):
        return False
    texts = [part[0] for part in parts]
    if count_atol:
        parts = [_split(text, COUNT_IN_TABLE if labels(stored) else COUNT) for text in texts]
        if not _within(parts[0][1], parts[1][1], count_atol):
            return False
        texts = [part[0] for part in parts]
    return _unpadded(texts[0]) == _unpadded(texts[1])


def labels(text: str) -> list[str]:
    """What names things, if the text is a table of pandas: its labels, and columns of seeds, classes and the like."""
    if "<th>" in text:
        table = _Table()
        table.feed(text)
        return table.labels
    lines = text.splitlines()
    if len(lines) < 3 or len({len(line) for line in lines}) != 1 or DECIMAL.search(lines[0]):
        return []  # equally long by chance, for the head of a table holds names
    found = lines[0].split() + [re.split(r"\s{2,}", line.strip())[0] for line in lines[1:]]
    for column in COLUMN_OF_NAMES.finditer(lines[0]):
        found += [name for line in lines[1:] for name in line[: column.end()].split()[-1:]]
    return found


def picture_differences(stored: Mapping, new: Mapping, atol: float = 0) -> Iterator[str]:
    """How the descriptions of two pictures, by `digitlib.plots.Drawing.describe`, differ.

    Numbers may differ by `atol`, and so may texts that are numbers. The
    digests of the pixels are not compared.
    """
    found = list(differences(_outline(stored), _outline(new), where="picture"))
    yield from found
    if found:
        return
    for old, now in zip(stored["axes"], new["axes"], strict=True):
        yield from differences(old["artists"], now["artists"], atol=atol, where="picture artists")
        for text, other in zip_longest(old["texts"], now["texts"]):
            if NUMBER.fullmatch(text or "") and NUMBER.fullmatch(other or ""):
                text, other = float(text), float(other)
            yield from differences(text, other, atol=atol, where="picture text")


def results_differences(pages: Path, kept: Path, new: Path) -> Iterator[str]:
    """How all that a run keeps differs from what is stored, a line each.

    Parameters
    ----------
    pages : Path
        The stored results of pages, ``results/``.
    kept : Path
        The stored networks and rules, ``digitlib/data/runs/``.
    new : Path
        What a run has kept of both, such as ``_build/results``.
    """
    names = [{path.name for path in (folder / "pages").glob("*.json")} for folder in (pages, new)]
    yield from (f"{name}: stored, and not made by this run" for name in sorted(names[0] - names[1]))
    yield from (f"{name}: made by this run, and not stored" for name in sorted(names[1] - names[0]))
    for name in sorted(names[0] & names[1]):
        old, now = (_read(folder / "pages" / name) for folder in (pages, new))
        found = list(page_differences(old, now))
        for file in now["kept"] if not found else []:
            if file.endswith(".json"):
                compare = record_differences if "predictions" in _read(new / file) else rule_differences
                found += [f"{file}: {line}" for line in compare(_read(kept / file), _read(new / file))]
        yield from (f"{name}: {line}" for line in found)


def page_differences(stored: Mapping, new: Mapping) -> Iterator[str]:
    """How the numbers and claims of a page, as `page_results.Page` saves them, differ from the stored ones."""
    for part in ("tolerances", "measured", "claims", "kept"):
        yield from differences(stored.get(part), new.get(part), where=part)
    old, now = ({name: None for name in page["numbers"]} for page in (stored, new))
    yield from differences(old, now)
    for name in new["numbers"]:
        if name in stored["numbers"]:
            compare = kind_differences if name in new["measured"] else differences
            yield from compare(
                stored["numbers"][name], new["numbers"][name], where=name, **new["tolerances"].get(name, {})
            )


def record_differences(stored: Mapping, new: Mapping) -> Iterator[str]:
    """How the record of a training, a `digitlib.training.Run`, differs from the stored one."""
    apart = (*OF_THE_MACHINE, "history", "predictions")
    yield from differences(*({name: run[name] for name in run if name not in apart} for run in (stored, new)))
    for name in OF_THE_MACHINE:
        yield from kind_differences(stored[name], new[name], where=name)
    yield from differences(list(stored["history"]), list(new["history"]), where="metrics")
    for metric in stored["history"].keys() & new["history"].keys():
        atol = HISTORY_TOLERANCE[metric.removeprefix("val_")]
        yield from differences(stored["history"][metric], new["history"][metric], atol=atol, where=metric)
    answers = stored["predictions"], new["predictions"]
    other = sum(one != another for one, another in zip_longest(*answers))
    if len(answers[0]) != len(answers[1]) or other > ANSWERS_TOLERANCE:
        yield f"predictions: {other} of {len(answers[0])} answers differ, tolerance {ANSWERS_TOLERANCE}"


def rule_differences(stored: Mapping, new: Mapping) -> Iterator[str]:
    """How a rule that was taught differs from the stored one."""
    return differences(stored, new, atol=RULE_TOLERANCE)


def differences(stored, new, *, atol: float = 0, count_atol: int = 0, where: str = "") -> Iterator[str]:
    """How two values of JSON differ: decimals by more than `atol`, whole numbers by more than `count_atol`."""
    within = functools.partial(differences, atol=atol, count_atol=count_atol)
    if type(stored) is not type(new):
        yield _line(where, stored, new)
    elif isinstance(stored, dict):
        for name in stored | new:
            if name not in stored or name not in new:
                there, now = ("there" if name in one else "absent" for one in (stored, new))
                yield _line(f"{where} {name}".strip(), there, now)
            else:
                yield from within(stored[name], new[name], where=f"{where} {name}".strip())
    elif isinstance(stored, list) and len(stored) == len(new):
        for place, (old, now) in enumerate(zip(stored, new, strict=True)):
            yield from within(old, now, where=f"{where} {place}".strip())
    elif isinstance(stored, float):
        if not math.isclose(stored, new, rel_tol=ROUNDING, abs_tol=atol or ROUNDING):
            yield _line(where, stored, new, atol)
    elif isinstance(stored, int) and not isinstance(stored, bool):
        if abs(stored - new) > count_atol:
            yield _line(where, stored, new, count_atol)
    elif stored != new:
        yield _line(where, stored, new)


def kind_differences(stored, new, *, where: str) -> Iterator[str]:
    """Where two measurements are not of one kind: other names, another type, another sign, not finite."""
    if isinstance(stored, dict) and isinstance(new, dict) and stored.keys() == new.keys():
        for name in stored:
            yield from kind_differences(stored[name], new[name], where=f"{where} {name}")
        return
    numbers = all(isinstance(value, int | float) for value in (stored, new))
    same_sign = not numbers or (math.isfinite(stored) and math.isfinite(new) and (stored < 0) == (new < 0))
    if type(stored) is not type(new) or isinstance(stored, dict) or not same_sign:
        yield f"{where}: stored {stored}, now {new}, which is of another kind"


class _Table(HTMLParser):
    def __init__(self):
        super().__init__()
        self.labels, self._columns, self._place, self._kind = [], {}, 0, None

    def handle_starttag(self, tag, attrs):
        self._place = 0 if tag == "tr" else self._place + (tag in ("th", "td"))
        self._kind = tag

    def handle_data(self, data):
        if self._kind == "th":
            self._columns.setdefault(self._place, data)
        if self._kind == "th" or (self._kind == "td" and COLUMN_OF_NAMES.search(self._columns.get(self._place, ""))):
            self.labels.append(data)

    def handle_endtag(self, tag):
        self._kind = None


def is_blank(output: NotebookNode) -> bool:
    """Whether an output displays an empty text and nothing else that a reader could see."""
    data = output.get("data", {})
    return data.keys() <= {"text/plain", "text/html"} and data.get("text/plain") == ""


def _parts(output: NotebookNode) -> Iterator[tuple[str, object]]:
    """What an output shows, by kind."""
    if output.output_type == "stream":
        if output.name != "stderr":
            yield output.name, output.text
    elif output.output_type == "error":
        yield "error", f"{output.ename}: {output.evalue}"
    elif not is_blank(output):
        yield from ((kind, None if kind in NOT_COMPARED else value) for kind, value in sorted(output.data.items()))
        if DESCRIPTION in output.metadata:
            yield DESCRIPTION, output.metadata[DESCRIPTION]


def _outline(picture: Mapping) -> list[dict]:
    """What a picture's description says but for numbers and texts inside the axes."""
    return [
        {name: axes[name] for name in axes if name not in ("texts", "artists")}
        | {"artists": [[artist["type"], artist["label"]] for artist in axes["artists"]]}
        for axes in picture["axes"]
    ]


def _split(text: str, pattern: re.Pattern) -> tuple[str, list[float]]:
    return pattern.sub("#", text), [float(number.replace(",", "")) for number in pattern.findall(text)]


def _within(stored: list[float], new: list[float], atol: float) -> bool:
    return len(stored) == len(new) and all(
        math.isclose(one, other, rel_tol=0, abs_tol=atol + 1e-12) for one, other in zip(stored, new, strict=True)
    )


def _unpadded(text: str) -> str:
    """The text without the padding of columns, which moves with the length of a number."""
    return re.sub(r"\s*([\[\],()])\s*", r"\1", re.sub(r"[ \t]+", " ", text))


def _line(where: str, stored, new, tolerance: float = 0) -> str:
    return f"{where}: stored {stored}, now {new}" + (f", tolerance {tolerance}" if tolerance else "")


def _read(path: Path) -> dict:
    return json.loads(read_text(path))
