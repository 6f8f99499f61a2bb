"""The diagrams of how a network learns: each point lies on its curve, and each slope stands where it belongs."""

import numpy as np
import pytest

from digitlib import plots


def test_the_steps_of_a_descent_lie_on_the_curve_which_shows_both_its_sides():
    drawing = plots.descent(lambda w: (w - 3) ** 2, [0, 2, 2.5], subject="Steps", xlabel="w", ylabel="loss")
    curve, steps = drawing.ax.lines
    np.testing.assert_array_equal(steps.get_xydata(), [[0, 9], [2, 1], [2.5, 0.25]])
    places, heights = curve.get_xydata().T
    np.testing.assert_allclose(heights, (places - 3) ** 2)
    assert places.min() < 0
    assert places.max() > 3
    assert [(note.xyann, note.xy) for note in drawing.ax.texts] == [((0, 9), (2, 1)), ((2, 1), (2.5, 0.25))]
    assert drawing.alt.endswith("2 steps on it. Steps: from 0.00 to 2.50, while the loss goes from 9.00 to 0.25.")


def test_a_chain_has_its_values_above_and_its_slopes_below_and_says_both():
    drawing = plots.chain([("w", 2, 12), ("p", 6, 4), ("L", 4, 1)], factors=[3, 4])
    texts = sorted((text for text in drawing.ax.texts if text.get_text()), key=lambda text: text.get_position()[0])
    said = [text.get_text() for text in texts]
    assert said == ["w = 2", "slope 12", "times 3", "p = 6", "slope 4", "times 4", "L = 4", "slope 1"]
    heights = {text.get_text(): text.get_position()[1] for text in texts}
    assert min(heights[f"{value}"] for value in ("w = 2", "p = 6", "L = 4")) > max(
        height for text, height in heights.items() if "=" not in text
    )
    forwards, backwards = (
        [note.xy[0] - note.xyann[0] for note in drawing.ax.texts if not note.get_text() and note.xy[1] == height]
        for height in (heights["w = 2"], heights["slope 1"])
    )
    assert len(forwards) == len(backwards) == 2
    assert min(forwards) > 0 > max(backwards)
    assert drawing.alt == (
        "Diagram of a computation in 2 steps. Forwards: w is 2, p is 6, L is 4. "
        "Slopes, backwards: 1 at L, 4 at p, 12 at w."
    )


def test_a_chain_needs_a_factor_between_each_two_quantities():
    with pytest.raises(ValueError, match="1 factors for 3 quantities: give one between each two"):
        plots.chain([("w", 2, 12), ("p", 6, 4), ("L", 4, 1)], factors=[3])
