"""Prose, code and figures take the time that each is read in, and exercises the time that they state."""

import jupytext
import pytest

from pipeline.kinds_of_cells import expand
from pipeline.paths import chapters
from pipeline.reading_time import minutes_of_exercises, minutes_to_read, minutes_with_exercises
from pipeline.sources import read_chapter

SETUP = '# %% tags=["remove-cell"]\n' + "import digitlib\n" * 100
EXERCISES = """
# %% [markdown]
# **Exercise 1** (ten minutes). {words}

# %%
answer = ...
### BEGIN SOLUTION
{lines}### END SOLUTION
check("example.1", answer)

# %% [markdown]
# **Exercise 2** (a quarter of
# an hour, if you run it). {words}

# %%
check("example.2", ...)
"""


def chapter(source):
    return expand(jupytext.reads(SETUP + source, fmt="py:percent"))


def prose(count):
    return "\n# %% [markdown]\n# " + "word " * count + "\n"


def code(lines, head="# %%"):
    return f"\n{head}\n" + "value = 1\n" * lines


FIGURE = '# %% mystnb={"figure": {"caption": "Many words that are part of the figure.", "name": "fig-x"}}'


@pytest.mark.parametrize(
    ("source", "minutes"),
    [
        (prose(238), 1),
        (prose(10 * 238), 10),
        (code(12), 1),
        (code(12) + "\n" * 100, 1),  # an empty line takes no time
        (code(20 * 12), 20),
        (code(1, FIGURE) * 12, 5),  # 12 lines and 12 figures: 60 and 240 seconds
        (prose(238) + code(12) + code(4, FIGURE), 3),  # 60 + 60 + 20 + 20 seconds
        (prose(238) + code(1000, '# %% tags=["pipeline"]') + code(1000, '# %% tags=["hide-cell"]'), 1),
        ("\n# %% [markdown]\n# " + "{{ a.number | with(3, filters) }} | - <summary>word</summary> " * 238, 2),
        ("", 1),
    ],
)
def test_minutes_to_read(source, minutes):
    assert minutes_to_read(chapter(source)) == minutes


def test_exercises_take_what_they_state_however_long_they_are():
    exercises = EXERCISES.format(words="word " * 1000, lines="value = 1\n" * 100)
    notebook = chapter(prose(6 * 238) + exercises)
    assert minutes_to_read(notebook) == 6
    assert minutes_of_exercises(notebook) == 25
    assert minutes_with_exercises(notebook) == 30  # 31, to ten minutes


def test_a_time_in_other_words_is_refused():
    with pytest.raises(ValueError, match="an exercise takes 'a while': choose from a few minutes, ten"):
        minutes_of_exercises(chapter("\n# %% [markdown]\n# **Exercise 1** (a while). Do it.\n"))


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_the_time_of_every_exercise_is_counted(path):
    notebook = read_chapter(path)
    assert minutes_with_exercises(notebook) >= minutes_to_read(notebook) - 5 + minutes_of_exercises(notebook)
    assert minutes_of_exercises(notebook) >= 5
