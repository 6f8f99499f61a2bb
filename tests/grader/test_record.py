"""A record comes back from its file as it was, and nothing else is taken for one."""

import json

import pytest

from grader.record import VERSION, GradedTest, Record, RecordError, Result, Score, StoppedCell

RECORD = Record(
    "Zo\u00eb \udc80",
    "Zo\u00eb \udc80 (1)",
    ["hw.ipynb"],
    "bubblewrap",
    None,
    Result(
        problem="it ended",
        seconds=1.5,
        starved=True,
        cells=[StoppedCell(3, "KeyError: 'no'", "d = {}")],
        tests=[
            GradedTest("q1", "first", "Title.", "Hint.", 2, Score(0.25, "why", "detail", right=3, scored=4)),
            GradedTest("q2", "second", "Title.", "", 1, Score(1)),
        ],
    ),
)


def test_a_record_comes_back_from_its_file():
    text = RECORD.to_json()
    assert Record.from_json(text) == RECORD
    assert text.isascii(), "a file's name may be no text"


def test_of_a_question_it_knows_the_tests():
    assert [test.name for test in RECORD.result.of("q1")] == ["first"]
    assert RECORD.result.of("q3") == []
    assert [test.earned for test in RECORD.result.tests] == [0.5, 1]


@pytest.mark.parametrize("text", ["", "[]", "3", json.dumps({"version": VERSION}), '{"version": 2, "result": []}'])
def test_what_is_no_record_is_called_so(text):
    with pytest.raises(RecordError, match="is not a record of the grader"):
        Record.from_json(text)


def test_another_field_than_known_is_no_record():
    content = json.loads(RECORD.to_json())
    content["result"]["tests"][0]["more"] = 1
    with pytest.raises(RecordError, match=r"is not a record of the grader: .*more"):
        Record.from_json(json.dumps(content))


@pytest.mark.parametrize(("content", "version"), [({"name": "ann", "tests": []}, 1), ({"version": 3}, 3)])
def test_another_version_is_named(content, version):
    with pytest.raises(RecordError, match=f"is a record of version {version}, and this grader reads version {VERSION}"):
        Record.from_json(json.dumps(content))
