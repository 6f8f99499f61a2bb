"""What submissions are compared with."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from grader.hidden_images import ENVIRONMENT as HIDDEN_SET
from grader.hidden_tests import Hidden, Limits, Source


@dataclass(frozen=True)
class Assignment:
    """An assignment with its hidden tests.

    Attributes
    ----------
    name : str
    tests : list of Hidden
    limits : Limits
    digest : str
        Changes with the source, the seed and, if the source uses it, the hidden set that the teacher names.
    given : list of str
        Cells that are executed again after a submission's own, so that hidden
        tests call these helpers as they were handed out.
    manual : dict of str to float
        The points of the questions that a person reads.
    """

    name: str
    tests: list[Hidden]
    limits: Limits
    digest: str
    given: list[str] = field(default_factory=list)
    manual: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, seed: str) -> "Assignment":
        """Execute a source and make its hidden tests.

        Parameters
        ----------
        path : Path
            In the percent format; it is read once.
        seed : str
            The teacher's secret.

        Returns
        -------
        Assignment

        Raises
        ------
        AssignmentError
            If the source cannot be used; see `hidden_tests`.
        """
        source = Source.read(path)
        tests = source.make_tests(seed)
        hidden_set = os.environ.get(HIDDEN_SET) if "hidden_images" in source.text else None
        parts = [source.text.encode(), seed.encode(), Path(hidden_set).read_bytes() if hidden_set else b""]
        digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
        return cls(path.stem, tests, source.limits(), digest, source.given(), source.manual())

    def questions(self) -> list[str]:
        """The questions that have hidden tests, in the source's order."""
        return list(dict.fromkeys(test.question for test in self.tests))
