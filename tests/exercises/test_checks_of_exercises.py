"""Exercises: each wrong answer is caught with a message of its own, and nothing but an answer is right.

That every solution is right and every stub is not yet solved is tested where the
chapters run: a run in which a check says anything else fails.
"""

import re
import subprocess
import sys

import numpy as np
import pytest
from foreseen_answers import declared, general, says
from independent_answers import RECOGNIZED, UNEXPECTED, independent

from digitlib import exercises
from pipeline import kinds_of_cells
from pipeline.paths import chapters
from pipeline.sources import read_chapter
from pipeline.templates import short_name

pytestmark = pytest.mark.heavy

CHAPTERS = {short_name(path.stem): read_chapter(path) for path in chapters()}
CHECK = re.compile(r'^check\("(\w+\.\d+)"', re.MULTILINE)
EXERCISES = {
    chapter: [
        name for cell in notebook.cells if kinds_of_cells.is_solution(cell) for name in CHECK.findall(cell.source)
    ]
    for chapter, notebook in CHAPTERS.items()
}
NAMES = [name for names in EXERCISES.values() for name in names]
TRAINING = {"first_network.3", "training.4", "training.5"}  # each answer trains a network for seconds


class EqualsEverything:
    """An answer that claims to be what it is compared with, whatever that is."""

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = object.__hash__
    __lt__ = __le__ = __gt__ = __ge__ = __eq__

    def __call__(self, *arguments):
        return EqualsEverything()


class AgreeableNumber(float):
    __eq__, __ne__, __hash__ = EqualsEverything.__eq__, EqualsEverything.__ne__, float.__hash__


class AgreeableArray(np.ndarray):
    __eq__, __ne__ = EqualsEverything.__eq__, EqualsEverything.__ne__


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_three_to_five_exercises_each_with_a_check_in_order(chapter):
    assert EXERCISES[chapter] == [f"{chapter}.{number}" for number in range(1, len(EXERCISES[chapter]) + 1)]
    assert 3 <= len(EXERCISES[chapter]) <= 5
    prose = "\n".join(cell.source for cell in CHAPTERS[chapter].cells if cell.cell_type == "markdown")
    assert len(re.findall(r"\*\*Exercise \d\*\* \([^)]+\)\.", prose)) == len(EXERCISES[chapter])
    for name in EXERCISES[chapter]:
        assert 1 <= len(exercises.find(name).hints) <= exercises.MOST_HINTS


@pytest.mark.parametrize("name", NAMES)
def test_each_declared_error_is_told_by_its_own_message(name):
    for messages, answer in declared(name):
        result, remark = exercises.verdict(name, answer)
        assert result == "not yet", f"{messages[0]}: {result}"
        assert any(says(remark, message) for message in messages), f"{messages[0]}: {remark}"


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in TRAINING else []) for name in NAMES]
)
def test_errors_that_were_written_apart_from_the_checks_are_each_told_by_a_message_of_their_own(name):
    remarks = {}
    for what, answer in independent(name).items():
        result, remark = exercises.verdict(name, answer)
        assert result == "not yet", f"{what}: {result}"
        remarks[what] = remark
    assert len(set(remarks.values())) == len(remarks), remarks


@pytest.mark.parametrize("name", [name for name in NAMES if exercises.find(name).declaration])
def test_a_declared_error_is_known_in_other_words_and_another_is_not_taken_for_it(name):
    for answers, is_declared in (RECOGNIZED, True), (UNEXPECTED, False):
        for what, answer in independent(name, answers).items():
            _, remark = exercises.verdict(name, answer)
            assert is_declared != any(says(remark, message) for message in general(name)), f"{what}: {remark}"


@pytest.mark.parametrize("name", NAMES)
def test_three_errors_of_reasoning_or_more_are_foreseen(name):
    own = {messages[0] for messages, _ in declared(name)}
    assert len(own or independent(name)) >= 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "answer",
    [
        EqualsEverything(),
        lambda *arguments: EqualsEverything(),
        AgreeableNumber(0.123),
        np.zeros((3, 3)).view(AgreeableArray),
        np.array(EqualsEverything()),
        [EqualsEverything()] * 2,
        {"right": True},
        "right",
        True,
        float("nan"),
    ],
    ids=["object", "function", "number", "array", "array of objects", "list", "dict", "text", "truth", "nan"],
)
def test_nothing_is_right_because_it_says_so(name, answer):
    assert exercises.verdict(name, answer)[0] != "right"


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_is_not_solved_yet(name):
    assert exercises.verdict(name, ...)[0] == "not solved yet"
    assert exercises.verdict(name, None)[0] == "not solved yet"


def questions(chapter):
    """The questions to think about: each with its choices, each with what is said of it."""
    prose = "\n\n".join(cell.source for cell in CHAPTERS[chapter].cells if cell.cell_type == "markdown")
    section = re.search(r"^## Questions to think about\n(.*?)^## ", prose, re.DOTALL | re.MULTILINE)[1]
    found = re.split(r"^\*\*(.+?)\*\*$", section, flags=re.DOTALL | re.MULTILINE)[1:]
    return {
        question: re.findall(r"<details><summary>(.+?)</summary>\n\n(.+?)\n\n</details>", choices, re.DOTALL)
        for question, choices in zip(found[::2], found[1::2], strict=True)
    }


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_questions_whose_every_choice_is_explained(chapter):
    asked = questions(chapter)
    assert 2 <= len(asked) <= 4
    for question, choices in asked.items():
        assert len(choices) >= 3, question
        assert sum(explanation.startswith("Right") for _, explanation in choices) == 1, question
        assert min(len(explanation.split()) for _, explanation in choices) >= 5, question


def test_hints_come_one_at_a_time_end_and_begin_again(capsys):
    exercises._hints_given.clear()
    hints = exercises.find("architecture.1").hints
    for _ in range(len(hints) + 2):
        exercises.hint("architecture.1")
    *told, end, again = capsys.readouterr().out.splitlines()
    assert told == [f"Hint {number} of {len(hints)}: {text}" for number, text in enumerate(hints, start=1)]
    assert end.startswith("There is no fourth hint")
    assert again == told[0]


@pytest.mark.parametrize("name", ["architecture.99", "architecture", "answers.1", "no such chapter.1", "", 3])
def test_an_unknown_exercise_is_named(name):
    with pytest.raises(ValueError, match=r"there is no exercise .*such as 'training.1'"):
        exercises.check(name, 1)


def test_a_function_that_raises_is_told_what_it_raised():
    result, remark = exercises.verdict("architecture.4", lambda scores: scores / "three")
    assert result == "not yet"
    assert "TypeError" in remark


def test_a_function_that_misses_an_axis_is_told_how_to_make_a_row_of_one_image():
    result, remark = exercises.verdict("dataset.4", lambda image: image.sum(axis=(1, 2)))
    assert result == "not yet"
    assert "AxisError" in remark
    assert "image[np.newaxis]" in remark


def test_a_function_cannot_spoil_what_it_is_judged_by():
    def scribble(scores):
        scores[:] = 0
        return scores

    assert exercises.verdict("architecture.4", scribble)[0] == "not yet"


def test_the_checks_load_tensorflow_only_where_an_exercise_is_about_it():
    code = f"import sys\nfrom digitlib import exercises\nfor name in {NAMES}: exercises.find(name)\n"
    code += "exercises.check('architecture.1', 3); print('tensorflow' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[-1] == "False"
