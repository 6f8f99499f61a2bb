import importlib
import inspect
import pkgutil
from functools import partial
from itertools import combinations

import keras
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from seaborn.utils import relative_luminance

from digitlib import evaluation, plots

matplotlib.use("Agg")

IMAGES = np.arange(5 * 3 * 4, dtype=float).reshape(5, 3, 4)
KERNELS = np.arange(2 * 3 * 6, dtype=float).reshape(2, 3, 1, 6) - 10
MAPS = np.moveaxis(IMAGES, 0, -1)
TRUE, PREDICTED = np.array([0, 0, 0, 0, 1, 1, 9]), np.array([0, 0, 0, 3, 1, 7, 9])
COUNTS = evaluation.confusion_matrix(TRUE, PREDICTED)
SHARES = evaluation.confusion_matrix(
    np.arange(10).repeat(4), np.r_[0, 1, 1, 1, 1, 0, 0, 0, np.arange(2, 10).repeat(4)], normalize="true"
)

RUNS = np.array([[1.0, 4.0], [3.0, 8.0], [2.0, 6.0]])
ESTIMATES = pd.DataFrame({"value": [1.0, 3.0], "low": [0.5, 2.0], "high": [2.0, 3.5]}, index=["fog", "shear"])
GROUPS = pd.DataFrame({"doubt": [0.001, 0.02, 0.5], "errors": [0.002, 0.01, 0.6]})
STEPS = pd.DataFrame({"value": [80.0, 20.0, 40.0], "note": ["98 %", "99 %", ""]}, index=["seed", "fast", "slow"])
LAYERS = pd.DataFrame({"intensity": [1.0, 50.0], "rate": [5.0, 80.0]}, index=["dense", "convolution"])
POINTS = ESTIMATES.assign(x=[10.0, 1000.0])

WEIGHTS = np.array([[-1, 0, 2], [-1, 0, 1], [-3, 0, 1]])
DIGIT = np.random.default_rng(0).integers(0, 10, (6, 7))
WINDOW, TWO_TABLES = np.arange(18).reshape(2, 3, 3).transpose(1, 2, 0), np.stack([WEIGHTS, WEIGHTS.T], axis=-1)
SMALL = keras.Sequential(
    [
        keras.Input(shape=(6, 7, 1)),
        keras.layers.Conv2D(4, (3, 3), activation="relu"),
        keras.layers.MaxPooling2D((2, 2)),
        keras.layers.Flatten(),
        keras.layers.Dense(3, activation="softmax"),
    ]
)

DRAW = {
    "image_grid": partial(plots.image_grid, IMAGES, subject="Images"),
    "image_blocks": partial(plots.image_blocks, {"after": IMAGES[:3], "before": IMAGES[3:]}, subject="Images"),
    "bars": partial(plots.bars, {"a": 1, "b": 2}, subject="Bars", xlabel="x", ylabel="y"),
    "answer": partial(plots.answer, DIGIT, [0.1, 0.7, 0.2], subject="An answer"),
    "histogram": partial(plots.histogram, IMAGES, subject="Values", xlabel="x", ylabel="y"),
    "lines": partial(plots.lines, {"a": [1, 2]}, subject="Curves", xlabel="x", ylabel="y"),
    "bands": partial(plots.bands, {"a": RUNS}, x=[1, 2], subject="Curves", xlabel="x", ylabel="y"),
    "runs": partial(plots.runs, {"a": [1, 2], "b": [3]}, subject="Runs", xlabel="x"),
    "intervals": partial(plots.intervals, {"a": ESTIMATES}, subject="Estimates", xlabel="x"),
    "labelled_points": partial(plots.labelled_points, POINTS, subject="Points", xlabel="x", ylabel="y"),
    "reliability": partial(plots.reliability, {"a": GROUPS}, subject="Answers"),
    "waterfall": partial(plots.waterfall, STEPS, subject="Seconds", xlabel="seconds"),
    "roofline": partial(plots.roofline, LAYERS, peak=100.0, bandwidth=10.0),
    "confusion_heat_map": partial(plots.confusion_heat_map, COUNTS),
    "difference_heat_map": partial(plots.difference_heat_map, {"a": ESTIMATES}, subject="Differences"),
    "kernels": partial(plots.kernels, KERNELS),
    "feature_maps": partial(plots.feature_maps, MAPS, layer="conv2d"),
    "network": partial(plots.network, SMALL),
    "passage": partial(plots.passage, SMALL, DIGIT[..., np.newaxis] / 9, maps=2),
    "window_on_image": partial(plots.window_on_image, DIGIT, WEIGHTS, row=1, column=3),
    "channel_sum": partial(plots.channel_sum, WINDOW, TWO_TABLES, bias=-2),
    "kernels_with_maps": partial(plots.kernels_with_maps, {"a": WEIGHTS}, {"a": DIGIT - 3.5}),
    "descent": partial(plots.descent, lambda w: w**2, [2, 1, 0.5], subject="Steps", xlabel="w", ylabel="loss"),
    "chain": partial(plots.chain, [("w", 2, 12), ("p", 6, 4), ("L", 4, 1)], factors=[3, 4]),
    "pooling": partial(plots.pooling, [[1, 0, 2, 3], [4, 6, 6, 8]]),
}
every_function = pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW.keys())


@pytest.fixture(autouse=True)
def no_figure_is_shown(monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a plotting function has shown its figure")

    monkeypatch.setattr(plt, "show", refuse)
    monkeypatch.setattr(matplotlib.figure.Figure, "show", refuse)


def drawn(drawing):
    return [np.asarray(image.get_array()) for image in drawing.ax.images]


def limits(drawing):
    return [image.get_clim() for image in drawing.ax.images]


def texts(drawing):
    return [text.get_text() for text in drawing.ax.texts]


def dark_center(drawing):
    """Where the ink is in the rendered figure, as shares of its width and height from the top left."""
    drawing.figure.canvas.draw()
    pixels = np.asarray(drawing.figure.canvas.buffer_rgba())[..., 0]
    rows, columns = np.nonzero(pixels < 100)
    return columns.mean() / pixels.shape[1], rows.mean() / pixels.shape[0]


def test_every_plotting_function_is_in_the_common_tests():
    public = {name for name in plots.__all__ if callable(getattr(plots, name))}
    assert public == {*DRAW, "Drawing"}


def test_every_function_that_draws_is_at_hand_in_the_package():
    names = [module.name for module in pkgutil.iter_modules(plots.__path__, "digitlib.plots.")]
    modules = [importlib.import_module(name) for name in names]
    returned = {
        name: thing.__annotations__.get("return")
        for module in modules
        for name, thing in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_")
    }
    drawing = {name for name, kind in returned.items() if kind in (plots.Drawing, "Drawing")}
    assert drawing == set(DRAW)


@every_function
def test_every_function_draws_on_the_axes_given_and_opens_no_figure(draw):
    figure, (left, right) = plt.subplots(1, 2)
    drawing = draw(ax=right)
    assert drawing.ax is right
    assert drawing.figure is figure
    assert right.has_data()
    assert not left.has_data()
    assert plt.get_fignums() == [figure.number]


@every_function
def test_every_function_opens_one_figure_with_one_axes_if_none_are_given(draw):
    drawing = draw()
    assert plt.get_fignums() == [drawing.figure.number]
    assert drawing.figure.axes == [drawing.ax]
    assert drawing.ax.has_data()


@every_function
def test_every_drawing_prints_as_a_sentence_that_describes_it(draw):
    drawing = draw()
    assert repr(drawing) == drawing.alt
    assert drawing.alt.endswith(".")
    assert len(drawing.alt) > 20


def test_every_image_is_drawn_as_it_is():
    drawing = plots.image_grid(IMAGES, subject="Images", columns=2)
    np.testing.assert_array_equal(drawn(drawing), IMAGES)


def test_images_follow_each_other_in_rows_without_overlap():
    drawing = plots.image_grid(IMAGES, subject="Images", columns=2, titles=list("abcde"))
    boxes = [image.get_extent() for image in drawing.ax.images]
    places = [(top, left) for left, right, bottom, top in boxes]
    assert places == sorted(places)
    assert len({top for top, left in places}) == 3
    assert len({left for top, left in places}) == 2
    for (left, right, bottom, top), (left_2, right_2, bottom_2, top_2) in combinations(boxes, 2):
        assert right <= left_2 or right_2 <= left or bottom <= top_2 or bottom_2 <= top


def test_images_are_drawn_inside_the_axes_with_their_own_proportions():
    drawing = plots.image_grid(IMAGES, subject="Images", columns=2)
    (x_low, x_high), (y_high, y_low) = drawing.ax.get_xlim(), drawing.ax.get_ylim()
    for left, right, bottom, top in (image.get_extent() for image in drawing.ax.images):
        assert (right - left, bottom - top) == pytest.approx((4, 3))
        assert x_low <= left < right <= x_high
        assert y_low <= top < bottom <= y_high
    assert drawing.ax.get_aspect() == 1


def test_the_first_pixel_of_an_image_is_rendered_at_its_top_left():
    x, y = dark_center(plots.image_grid(np.array([[[1, 0], [0, 0]]]), subject="A corner"))
    assert 0.1 < x < 0.4
    assert 0.1 < y < 0.4


def test_the_third_image_is_rendered_at_the_start_of_the_second_row():
    images = np.zeros((4, 5, 5))
    images[2] = 1
    x, y = dark_center(plots.image_grid(images, subject="Blots", columns=2))
    assert 0.1 < x < 0.4
    assert 0.6 < y < 0.9


def test_ink_is_dark_and_paper_is_light():
    image = plots.image_grid(np.array([[[0, 255]]]), subject="Ink").ax.images[0]
    paper, ink = image.cmap(image.norm([0, 255]))[:, :3]
    assert paper.min() > 0.99
    assert ink.max() < 0.01


def test_images_share_one_scale_of_colours_unless_asked_otherwise():
    assert limits(plots.image_grid(IMAGES, subject="Images")) == [(0, 59)] * 5
    own = plots.image_grid(IMAGES, subject="Images", shared_scale=False)
    assert limits(own) == [(0, 11), (12, 23), (24, 35), (36, 47), (48, 59)]


def test_a_symmetric_scale_has_zero_in_its_middle():
    images = np.array([[[-3.0, 1.0]], [[0.5, 2.0]]])
    assert limits(plots.image_grid(images, subject="Signs", symmetric=True)) == [(-3, 3)] * 2
    own = plots.image_grid(images, subject="Signs", symmetric=True, shared_scale=False)
    assert limits(own) == [(-3, 3), (-2, 2)]


def test_each_block_has_its_name_above_it_and_a_scale_of_its_own():
    drawing = plots.image_blocks({"after": IMAGES[:3], "before": IMAGES[3:]}, subject="Weights", columns=2)
    assert limits(drawing) == [(0, 35)] * 3 + [(36, 59)] * 2
    assert texts(drawing) == ["after", "before"]
    assert drawing.alt == "Weights: 3 images after, 2 images before."
    drawing.figure.canvas.draw()
    images = [image.get_window_extent() for image in drawing.ax.images]
    for text, first in zip(drawing.ax.texts, (0, 3), strict=True):
        box = text.get_window_extent()
        assert box.y0 > images[first].y1
        assert not any(box.overlaps(image) for image in images)
    assert not any(one.overlaps(other) for one, other in combinations(images, 2))
    assert limits(plots.image_blocks({"a": IMAGES[:1] - 4}, subject="Signs", symmetric=True)) == [(-7, 7)]


@pytest.mark.parametrize("blocks", [{}, {"a": IMAGES[0]}, {"a": IMAGES[:0]}, {"a": IMAGES, "b": IMAGES[:, :2]}])
def test_blocks_of_images_of_several_sizes_are_refused(blocks):
    with pytest.raises(ValueError, match="expected images of one shape"):
        plots.image_blocks(blocks, subject="Images")


@pytest.mark.parametrize("titles", [list("abcde"), ["4 as 9\n99.7%"] * 5], ids=["one line", "two lines"])
@pytest.mark.parametrize("columns", [2, 5])
def test_every_title_is_rendered_just_above_its_image_and_touches_no_other(titles, columns):
    drawing = plots.image_grid(np.zeros((5, 28, 28)), subject="Images", titles=titles, columns=columns)
    assert texts(drawing) == titles
    drawing.figure.canvas.draw()
    images = [image.get_window_extent() for image in drawing.ax.images]
    for text, image in zip(drawing.ax.texts, images, strict=True):
        box = text.get_window_extent()
        assert (box.x0 + box.x1) / 2 == pytest.approx((image.x0 + image.x1) / 2, abs=2)
        assert 0 <= box.y0 - image.y1 < image.height / 10
        assert box.y1 <= drawing.figure.bbox.y1
        assert not any(box.overlaps(other) for other in images)


@pytest.mark.parametrize(
    ("count", "columns", "alt"),
    [
        (1, 10, "Digits: 1 image in 1 row."),
        (5, 10, "Digits: 5 images in 1 row."),
        (5, 5, "Digits: 5 images in 1 row."),
        (5, 4, "Digits: 5 images in 2 rows."),
        (5, 1, "Digits: 5 images in 5 rows."),
    ],
)
def test_the_grid_tells_how_many_images_are_in_how_many_rows(count, columns, alt):
    assert plots.image_grid(IMAGES[:count], subject="Digits", columns=columns).alt == alt


def test_the_grid_tells_its_titles_on_one_line():
    drawing = plots.image_grid(IMAGES[:2], subject="Digits", titles=["5\nfive", "0"])
    assert drawing.alt == "Digits: 2 images in 1 row, labelled 5 five, 0."


@pytest.mark.parametrize("images", [IMAGES[0], IMAGES[..., np.newaxis], IMAGES[:0]])
def test_what_is_not_a_stack_of_images_is_refused(images):
    with pytest.raises(ValueError, match="expected images of shape") as error:
        plots.image_grid(images, subject="Images")
    assert str(images.shape) in str(error.value)
    assert plt.get_fignums() == []


def test_a_missing_title_is_an_error():
    with pytest.raises(ValueError, match="4 titles for 5 images"):
        plots.image_grid(IMAGES, subject="Images", titles=list("abcd"))


def test_bars_are_as_high_as_the_values_in_their_order():
    values = pd.Series([5_923, 6_742, 5_421], index=[0, 1, 5])
    drawing = plots.bars(values, subject="Images per digit", xlabel="digit", ylabel="images")
    assert [bar.get_height() for bar in drawing.ax.patches] == [5_923, 6_742, 5_421]
    assert [label.get_text() for label in drawing.ax.get_xticklabels()] == ["0", "1", "5"]
    assert (drawing.ax.get_xlabel(), drawing.ax.get_ylabel()) == ("digit", "images")
    assert drawing.alt == "Bar chart. Images per digit: from 5,421 (digit 5) to 6,742 (digit 1)."


def test_bars_of_a_mapping_keep_its_names():
    drawing = plots.bars({"cnn": 0.99, "plain": 0.975}, subject="Accuracy", xlabel="network", ylabel="accuracy")
    assert [label.get_text() for label in drawing.ax.get_xticklabels()] == ["cnn", "plain"]
    assert drawing.alt == "Bar chart. Accuracy: from 0.975 (network plain) to 0.99 (network cnn)."


def test_a_histogram_counts_values_of_any_shape_from_zero():
    values = np.array([[0, 0, 0, 0, 0], [0, 0, 0, 1, 4]])
    drawing = plots.histogram(values, subject="Pixels", xlabel="value", ylabel="pixels", bins=4)
    assert [bar.get_height() for bar in drawing.ax.patches] == [8, 1, 0, 1]
    assert [bar.get_x() for bar in drawing.ax.patches] == [0, 1, 2, 3]
    assert (drawing.ax.get_yscale(), drawing.ax.get_ylim()[0]) == ("linear", 0)
    assert (drawing.ax.get_xlabel(), drawing.ax.get_ylabel()) == ("value", "pixels")
    assert drawing.alt == "Histogram. Pixels: 80.0% of the values lie in the fullest bin, from 0 to 1."


def test_lines_go_through_the_values_from_one_on():
    drawing = plots.lines(
        {"up": [0.1, 0.5, 0.9], "down": [0.7, 0.2]}, subject="Two ways", xlabel="step", ylabel="height"
    )
    up, down = drawing.ax.lines
    assert up.get_xydata().tolist() == [[1, 0.1], [2, 0.5], [3, 0.9]]
    assert down.get_xydata().tolist() == [[1, 0.7], [2, 0.2]]
    assert (drawing.ax.get_xlabel(), drawing.ax.get_ylabel()) == ("step", "height")
    assert [text.get_text() for text in drawing.ax.get_legend().get_texts()] == ["up", "down"]
    assert drawing.alt == (
        "Line chart over step. Two ways: up goes from 0.100 to 0.900; down goes from 0.700 to 0.200."
    )


def test_lines_go_through_the_positions_given():
    drawing = plots.lines({"a": [3, 4]}, x=[10, 20], subject="Line", xlabel="x", ylabel="y")
    assert drawing.ax.lines[0].get_xydata().tolist() == [[10, 3], [20, 4]]


def test_lines_differ_in_colour_and_style():
    curves = {str(number): [0, number] for number in range(4)}
    drawing = plots.lines(curves, subject="Lines", xlabel="x", ylabel="y")
    assert len({line.get_color() for line in drawing.ax.lines}) == 4
    assert len({line.get_linestyle() for line in drawing.ax.lines}) == 4


def test_a_band_reaches_from_the_lowest_run_to_the_highest_around_the_mean():
    drawing = plots.bands({"a": RUNS}, x=[10, 20], subject="Curves", xlabel="x", ylabel="y")
    (line,) = drawing.ax.get_lines()
    assert line.get_xydata().tolist() == [[10, 2], [20, 6]]
    (band,) = drawing.ax.collections
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices.tolist()}
    assert corners == {(10, 1), (20, 4), (20, 8), (10, 3)}
    assert band.get_facecolor()[0, :3].tolist() == list(matplotlib.colors.to_rgb(line.get_color()))
    assert (drawing.ax.get_xscale(), drawing.ax.get_yscale()) == ("linear", "linear")


def test_lines_can_have_logarithmic_axes_with_plain_numbers():
    drawing = plots.lines({"a": [2, 20]}, x=[8, 2048], subject="C", xlabel="x", ylabel="y", logarithmic=True)
    assert (drawing.ax.get_xscale(), drawing.ax.get_yscale()) == ("log", "log")
    drawing.ax.figure.draw_without_rendering()
    shown = [label.get_text() for label in drawing.ax.get_yticklabels()]
    assert {"2", "5", "10", "20"} <= set(shown)
    assert "1,000" in [label.get_text() for label in drawing.ax.get_xticklabels()]
    assert "logarithmic" in drawing.alt


def test_lines_can_have_a_logarithmic_axis_of_values_alone():
    drawing = plots.lines({"a": [2, 20]}, x=[0, 9], subject="C", xlabel="x", ylabel="y", logarithmic="y")
    assert (drawing.ax.get_xscale(), drawing.ax.get_yscale()) == ("linear", "log")
    assert drawing.alt.startswith("Line chart over x, the axis of values logarithmic. ")


def test_bands_can_have_logarithmic_axes():
    drawing = plots.bands({"a": RUNS}, x=[1, 10], subject="C", xlabel="x", ylabel="y", logarithmic=True)
    assert (drawing.ax.get_xscale(), drawing.ax.get_yscale()) == ("log", "log")


@pytest.mark.parametrize("values", [RUNS[0], RUNS[:0], RUNS[:, :1]])
def test_a_band_needs_a_value_of_every_run_for_every_position(values):
    with pytest.raises(ValueError, match=r"expected \(runs, 2\), one run or more"):
        plots.bands({"a": values}, x=[1, 2], subject="Curves", xlabel="x", ylabel="y")


def test_every_run_is_a_dot_on_the_line_of_its_group_and_the_mean_a_stroke():
    drawing = plots.runs({"a": [1, 3], "b": [5]}, subject="Runs", xlabel="x")
    places = [dots.get_offsets().tolist() for dots in drawing.ax.collections]
    assert places == [[[1, 0], [3, 0]], [[2, 0]], [[5, 1]], [[5, 1]]]
    assert texts_beside(drawing) == ["a", "b"]
    assert drawing.alt == (
        "Dot chart over x, a dot a run. "
        "Runs: a from 1.0000 to 3.0000, mean 2.0000; b from 5.0000 to 5.0000, mean 5.0000."
    )


def test_intervals_reach_from_low_to_high_on_the_line_of_their_name():
    groups = {"before": ESTIMATES, "after": ESTIMATES + 1}
    drawing = plots.intervals(groups, subject="Estimates", xlabel="x", reference=0.7)
    before, after = drawing.ax.containers
    assert before.lines[0].get_xdata().tolist() == [1, 3]
    reach = before.lines[2][0].get_segments()
    assert [[low[0], high[0]] for low, high in reach] == [[0.5, 2.0], [2.0, 3.5]]
    assert (before.lines[0].get_ydata() < after.lines[0].get_ydata()).all()
    assert np.abs(after.lines[0].get_ydata() - [0, 1]).max() < 0.5
    assert texts_beside(drawing) == ["fog", "shear"]
    assert drawing.ax.get_ylim()[0] > drawing.ax.get_ylim()[1]
    assert 0.7 in [line.get_xdata()[0] for line in drawing.ax.get_lines()]
    assert "before from 1 (fog) to 3 (shear); after from 2 (fog) to 4 (shear)" in drawing.alt


def test_intervals_of_every_group_lie_on_the_line_of_their_name_whatever_their_order():
    groups = {"before": ESTIMATES, "after": ESTIMATES[::-1] + 1}
    _, after = plots.intervals(groups, subject="Estimates", xlabel="x").ax.containers
    assert after.lines[0].get_xdata().tolist() == [2, 4]


def test_a_difference_that_may_be_zero_stands_in_brackets_in_its_place():
    less = pd.DataFrame({"value": [-4.0, 0.2], "low": [-4.4, -0.1], "high": [-3.6, 0.5]}, index=["shear", "fog"])
    drawing = plots.difference_heat_map({"one": ESTIMATES, "other": less}, subject="Differences")
    texts = [text.get_text() for text in drawing.ax.texts]
    assert np.reshape(texts, (2, 2)).tolist() == [["+1.0", "(+0.2)"], ["+3.0", "-4.0"]]
    assert drawing.ax.collections[0].get_array().tolist() == [[1.0, 0.2], [3.0, -4.0]]
    assert [label.get_text() for label in drawing.ax.get_yticklabels()] == ["fog", "shear"]
    assert [label.get_text() for label in drawing.ax.get_xticklabels()] == ["one", "other"]
    assert drawing.ax.collections[0].norm(0) == 0.5  # the colour between the two signs
    assert "other from -4.0 (shear) to +0.2 (fog), 1 value of 2 may be zero" in drawing.alt


def test_the_numbers_of_a_heat_map_can_be_read_on_every_shade():
    values = pd.DataFrame({"value": np.linspace(-80, 80, 17), "low": 0.0, "high": 0.0})
    ax = plots.difference_heat_map({"a": values}, subject="Differences").ax
    cells = ax.collections[0]
    for text, value in zip(ax.texts, values["value"], strict=True):
        light, dark = sorted(
            (relative_luminance(color) + 0.05 for color in (text.get_color(), cells.cmap(cells.norm(value)))),
            reverse=True,
        )
        assert light / dark >= 4.5, value  # WCAG 2.2, success criterion 1.4.3


def test_labelled_points_have_their_names_and_intervals_over_a_logarithmic_axis():
    drawing = plots.labelled_points(POINTS, subject="Points", xlabel="x", ylabel="y")
    assert [text.get_text() for text in drawing.ax.get_legend().get_texts()] == ["fog", "shear"]
    assert [container.lines[0].get_xydata().tolist() for container in drawing.ax.containers] == [[[10, 1]], [[1000, 3]]]
    reach = [container.lines[2][0].get_segments()[0][:, 1].tolist() for container in drawing.ax.containers]
    assert reach == [[0.5, 2.0], [2.0, 3.5]]
    assert drawing.ax.get_xscale() == "log"
    assert drawing.alt.endswith("Points: fog 1.0000 at 10; shear 3.0000 at 1,000.")


def test_a_reliability_diagram_compares_errors_with_doubts_on_logarithmic_axes():
    drawing = plots.reliability({"a": GROUPS}, subject="Answers")
    equal, groups = drawing.ax.get_lines()
    assert groups.get_xydata().tolist() == [[0.001, 0.002], [0.02, 0.01], [0.5, 0.6]]
    assert equal.get_xydata().tolist() == [[0.001, 0.001], [1, 1]]
    assert (drawing.ax.get_xscale(), drawing.ax.get_yscale()) == ("log", "log")
    assert drawing.alt == "Reliability diagram. Answers: a errs more often than it doubts in 2 of 3 groups."


def texts_beside(drawing):
    return [label.get_text() for label in drawing.ax.get_yticklabels()]


def test_points_that_are_counted_are_marked_in_whole_numbers():
    drawing = plots.lines({"loss": [0.5, 0.25, 0.125]}, subject="Curves", xlabel="epoch", ylabel="loss")
    drawing.figure.canvas.draw()
    assert all(float(tick).is_integer() for tick in drawing.ax.get_xticks())


def test_the_heat_map_shows_each_count_in_its_cell():
    drawing = plots.confusion_heat_map(COUNTS)
    shown = {text.get_position(): text.get_text() for text in drawing.ax.texts}
    expected = {(column + 0.5, row + 0.5): str(COUNTS.loc[row, column]) for row in range(10) for column in range(10)}
    assert shown == expected
    assert (shown[(0.5, 0.5)], shown[(3.5, 0.5)], shown[(0.5, 3.5)]) == ("3", "1", "0")
    np.testing.assert_array_equal(np.reshape(drawing.ax.collections[0].get_array(), (10, 10)), COUNTS)


def test_the_row_of_a_digit_without_images_is_empty_and_the_alt_text_says_so():
    true = TRUE[TRUE != 0]
    shares = evaluation.confusion_matrix(true, PREDICTED[TRUE != 0], normalize="true")
    absent = sorted(set(range(10)) - set(true))
    drawing = plots.confusion_heat_map(shares)
    rows = {int(text.get_position()[1]) for text in drawing.ax.texts}
    assert rows == set(true)
    assert drawing.ax.collections[0].norm.vmax == 1
    recall = np.diag(shares)[sorted(set(true))]
    assert drawing.alt == (
        "Heat map, true digits by predicted digits, each row as shares of its digit: "
        f"the diagonal runs from {recall.min():.3f} to {recall.max():.3f}"
        + "".join(f"; there are no images of {digit}" for digit in absent)
        + "."
    )
    drawing._repr_mimebundle_()


@pytest.mark.parametrize(
    ("matrix", "names"),
    [
        (COUNTS, ["0", "1"]),
        (COUNTS * 1_000, ["0", "1", "10", "100", "1,000"]),
        (SHARES, ["0", "0.001", "0.01", "0.1", "1"]),
    ],
    ids=["few images", "many images", "shares"],
)
def test_a_legend_says_which_colour_of_the_heat_map_stands_for_which_value(matrix, names):
    drawing = plots.confusion_heat_map(matrix)
    legend, cells = drawing.ax.get_legend(), drawing.ax.collections[0]
    assert [text.get_text() for text in legend.get_texts()] == names
    assert legend.get_title().get_text() == ("share\nof the row" if matrix is SHARES else "images")
    for patch, name in zip(legend.get_patches(), names, strict=True):
        assert patch.get_facecolor() == pytest.approx(cells.cmap(cells.norm(float(name.replace(",", "")))))


def test_the_heat_map_has_true_digits_from_top_to_bottom():
    drawing = plots.confusion_heat_map(COUNTS)
    bottom, top = drawing.ax.get_ylim()
    assert bottom > top
    assert (drawing.ax.get_xlabel(), drawing.ax.get_ylabel()) == ("predicted digit", "true digit")
    for labels in (drawing.ax.get_xticklabels(), drawing.ax.get_yticklabels()):
        assert [label.get_text() for label in labels] == list("0123456789")


def test_the_heat_map_tells_how_many_images_are_on_the_diagonal():
    assert plots.confusion_heat_map(COUNTS).alt == (
        "Heat map, true digits by predicted digits: 5 of 7 images lie on the diagonal."
    )
    assert "5,000 of 7,000 images" in plots.confusion_heat_map(COUNTS * 1_000).alt


def test_the_colours_of_the_heat_map_follow_the_fourth_root():
    norm = plots.confusion_heat_map(COUNTS * 0 + np.diag([16] * 10)).ax.collections[0].norm
    assert [float(norm(value)) for value in (0, 1, 16)] == pytest.approx([0, 0.5, 1])


def test_a_normalized_heat_map_shows_shares_and_tells_the_range_of_its_diagonal():
    drawing = plots.confusion_heat_map(SHARES)
    assert texts(drawing)[:3] == ["0.250", "0.750", "0.000"]
    assert drawing.alt == (
        "Heat map, true digits by predicted digits, each row as shares of its digit: "
        "the diagonal runs from 0.250 to 1.000."
    )


def test_kernels_are_drawn_one_by_one_around_zero():
    drawing = plots.kernels(KERNELS, columns=4)
    assert len(drawn(drawing)) == 6
    for number, kernel in enumerate(drawn(drawing)):
        np.testing.assert_array_equal(kernel, KERNELS[:, :, 0, number])
    assert limits(drawing) == [(-25, 25)] * 6
    assert drawing.alt == ("Kernels of 2 by 3 weights, orange below zero, purple above: 6 images in 2 rows.")


def test_kernels_are_orange_below_zero_light_at_zero_and_purple_above():
    image = plots.kernels(KERNELS).ax.images[0]
    (red, green, blue), zero, (red_2, green_2, blue_2) = image.cmap(image.norm([-20, 0, 20]))[:, :3]
    assert red > green > blue
    assert zero.min() > 0.95
    assert blue_2 > red_2 > green_2


@pytest.mark.parametrize("shape", [(3, 3, 32, 64), (3, 3, 32)])
def test_kernels_on_several_channels_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected kernels of shape \(height, width, 1, filters\)") as error:
        plots.kernels(np.zeros(shape))
    assert str(shape) in str(error.value)


def test_feature_maps_are_drawn_filter_by_filter_and_the_empty_ones_counted():
    maps = np.stack([IMAGES[0], np.zeros((3, 4)), IMAGES[1]], axis=-1)
    drawing = plots.feature_maps(maps, layer="conv2d_1", columns=2)
    np.testing.assert_array_equal(drawn(drawing), [IMAGES[0], np.zeros((3, 4)), IMAGES[1]])
    assert limits(drawing) == [(0, 23)] * 3
    assert drawing.alt == "Feature maps of conv2d_1, 1 of them empty: 3 images in 2 rows."


def test_an_answer_is_drawn_beside_its_image_and_can_be_compared_with_others():
    drawing = plots.answer(DIGIT, [0.1, 0.7, 0.2], subject="What it says")
    [beside] = drawing.ax.child_axes
    np.testing.assert_array_equal(beside.images[0].get_array(), DIGIT)
    assert [bar.get_height() for bar in drawing.ax.patches] == [0.1, 0.7, 0.2]
    assert drawing.ax.get_ylim() == (0, 1)
    assert drawing.alt == "What it says: the tallest of its bars is that of the 1, 0.70."


def test_a_notebook_gets_one_picture_with_the_words_and_no_second_one():
    drawing = DRAW["bars"]()
    shown, _ = drawing._repr_mimebundle_()
    assert shown["image/png"].startswith(b"\x89PNG")
    assert plt.get_fignums() == []


def test_a_waterfall_has_a_bar_from_each_value_to_the_next():
    drawing = plots.waterfall(STEPS, subject="Seconds", xlabel="seconds")
    bars = [sorted((bar.get_x(), bar.get_x() + bar.get_width())) for bar in drawing.ax.patches]
    assert bars == [[80, 80], [20, 80], [20, 40]]
    assert drawing.ax.patches[1].get_facecolor() != drawing.ax.patches[2].get_facecolor()
    assert [label.get_text() for label in drawing.ax.texts] == ["80", "20", "40"]
    assert [label.get_text() for label in drawing.ax.get_yticklabels()][:2] == ["seed\n98 %", "fast\n99 %"]
    assert "seed 80 (98 %); fast 20 (99 %); slow 40" in drawing.alt


def test_the_roof_is_the_smaller_of_peak_and_bandwidth_times_intensity():
    drawing = plots.roofline(LAYERS, peak=100.0, bandwidth=10.0)
    x, y = drawing.ax.lines[0].get_data()
    assert list(y) == [min(100.0, 10.0 * intensity) for intensity in x]
    assert 10.0 in x  # where the two meet
    assert "dense 5, 50% of the roof; convolution 80, 80% of the roof" in drawing.alt
