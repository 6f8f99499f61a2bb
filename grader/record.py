"""What is kept of a graded submission, and its form on disk."""

import json
from dataclasses import asdict, dataclass, field

VERSION = 2  # of the form of the file; another one is not read


class RecordError(Exception):
    """A file holds no record that this grader reads; the message continues after the file's name."""


@dataclass(frozen=True)
class StoppedCell:
    """A code cell that stopped with an error.

    Attributes
    ----------
    cell : int
        Counted among code cells, from 1.
    error, begins : str
        The error, and the cell's first line.
    """

    cell: int
    error: str
    begins: str = ""


@dataclass(frozen=True)
class Score:
    """What the answers to a hidden test are worth.

    Attributes
    ----------
    share : float
        Of the points.
    reason, detail : str
        A reason for the student, and a detail for the teacher alone.
    right, scored : int, optional
        How many of how many are right, if a judge says so.
    """

    share: float
    reason: str = ""
    detail: str = ""
    right: int | None = None
    scored: int | None = None


@dataclass(frozen=True)
class GradedTest:
    """What a submission earned in one hidden test.

    Attributes
    ----------
    question, name, title, feedback : str
        See `hidden_tests.Hidden`.
    points : float
        What it could earn.
    score : Score
    """

    question: str
    name: str
    title: str
    feedback: str
    points: float
    score: Score

    @property
    def earned(self) -> float:
        """The points that it earned."""
        return self.points * self.score.share


@dataclass(frozen=True)
class Result:
    """What came of running a submission.

    Attributes
    ----------
    problem : str
        Why it was not graded or did not come to its end; empty if it did.
    seconds : float
        On the clock.
    starved : bool
        Whether the clock stopped it; on a quieter machine it may come to its end.
    cells : list of StoppedCell
    tests : list of GradedTest
        Empty if it was not graded.
    """

    problem: str = ""
    seconds: float = 0
    starved: bool = False
    cells: list[StoppedCell] = field(default_factory=list)
    tests: list[GradedTest] = field(default_factory=list)

    def of(self, question: str) -> list[GradedTest]:
        """The tests of a question.

        Parameters
        ----------
        question : str

        Returns
        -------
        list of GradedTest
        """
        return [test for test in self.tests if test.question == question]


@dataclass(frozen=True)
class Record:
    """A submission and its result.

    Attributes
    ----------
    name, label : str
        See `submissions.Submission`.
    files : list of str
        The names of its notebooks.
    sandbox : str
    fingerprint : str, optional
        A digest of all that the result depends on; None if it is to be graded again.
    result : Result
    """

    name: str
    label: str
    files: list[str]
    sandbox: str
    fingerprint: str | None
    result: Result

    def to_json(self) -> str:
        """The text of the record's file."""
        return json.dumps({"version": VERSION} | asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Record":
        """Read what `to_json` wrote.

        Parameters
        ----------
        text : str

        Returns
        -------
        Record

        Raises
        ------
        RecordError
            If it is something else, or of another version.
        """
        try:
            content = json.loads(text)
            version = content.pop("version", 1)  # the first form did not name its own
            if version == VERSION:
                result = content.pop("result")
                cells = [StoppedCell(**cell) for cell in result.pop("cells")]
                tests = [GradedTest(**test | {"score": Score(**test["score"])}) for test in result.pop("tests")]
                return cls(**content, result=Result(**result, cells=cells, tests=tests))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordError(f"is not a record of the grader: {error!r}") from error
        raise RecordError(f"is a record of version {version}, and this grader reads version {VERSION}")
