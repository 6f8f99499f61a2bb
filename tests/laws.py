"""How laws are tested: on examples that Hypothesis makes up, with all the time they need, and nothing kept."""

from hypothesis import settings

law = settings(deadline=None, database=None)
