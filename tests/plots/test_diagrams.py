"""The diagrams: their numbers are those of NumPy, SciPy and Keras, and a phone can show them."""

import re

import keras
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from scipy.signal import correlate2d
from test_plots import DIGIT, DRAW, SMALL, TWO_TABLES, WEIGHTS, WINDOW, drawn, limits, texts

from digitlib import models, plots

DIAGRAMS = ("network", "passage", "window_on_image", "channel_sum", "kernels_with_maps", "pooling", "chain")
every_diagram = pytest.mark.parametrize("name", DIAGRAMS)


def tables(drawing):
    """The whole numbers drawn, table by table: those of one row of a table follow each other."""
    shown = [text.get_text().replace("\N{MINUS SIGN}", "-") for text in drawing.ax.texts]
    return [int(text) for text in shown if re.fullmatch(r"-?[\d,]+", text)]


@every_diagram
def test_no_text_is_smaller_than_a_phone_can_show(name):
    assert min(text.get_fontsize() for text in DRAW[name]().ax.texts if text.get_text()) >= 11


@every_diagram
def test_no_two_texts_overlap_and_none_is_cut_off(name):
    drawing = DRAW[name]()
    drawing.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in drawing.ax.texts if text.get_text()]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])
        assert box.x0 >= -3  # `savefig.bbox: tight` adds a margin
        assert box.x1 <= drawing.figure.bbox.x1 + 3


@every_diagram
def test_what_is_drawn_in_lines_stands_out_from_white_three_to_one(name):
    drawing = DRAW[name]()
    colors = {line.get_color() for line in drawing.ax.lines}
    colors |= {patch.get_edgecolor() for patch in drawing.ax.patches if patch.get_linewidth()}
    for color in colors:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
        assert 1.05 / (np.dot([0.2126, 0.7152, 0.0722], linear) + 0.05) >= 3


@every_diagram
def test_a_picture_is_light_enough_for_a_phone(name):
    assert len(DRAW[name]()._repr_mimebundle_()[0]["image/png"]) <= 150_000


def test_the_network_is_drawn_with_the_shapes_that_keras_states():
    cnn = models.build_cnn()
    drawing = plots.network(cnn)
    shapes = [(28, 28, 1), *(layer.output.shape[1:] for layer in cnn.layers)]
    shown = [text.replace("\n", "") for text in texts(drawing)]
    assert shown[: len(shapes)] == ["x".join(map(str, shape)) for shape in shapes]
    assert texts(drawing)[len(shapes) :: 2][:1] == [""]  # the first of the arrows between them
    assert {"Conv2D\n3x3, relu", "MaxPooling2D\n2x2", "Flatten", "Dense\nrelu", "Dense\nsoftmax"} <= set(texts(drawing))
    assert drawing.alt == (
        "Diagram of a network. An array of 28x28x1 comes in; Conv2D (3x3, relu) makes 26x26x32 of it; "
        "MaxPooling2D (2x2) makes 13x13x32 of it; Conv2D (3x3, relu) makes 11x11x64 of it; "
        "MaxPooling2D (2x2) makes 5x5x64 of it; Flatten makes 1600 of it; Dense (relu) makes 64 of it; "
        "Dense (softmax) makes 10 of it."
    )


def test_maps_are_drawn_to_scale():
    widths = [patch.get_width() for patch in plots.network(models.build_cnn()).ax.patches]
    assert {round(28 * width / widths[0]) for width in widths if width != 0.12} == {28, 26, 13, 11, 5}


def test_the_passage_shows_what_each_layer_of_the_network_puts_out():
    image = DIGIT[..., np.newaxis] / 9
    drawing = plots.passage(SMALL, image, maps=2)
    expected, scales = [image[..., 0]], [(image.min(), image.max())]
    for depth in range(1, len(SMALL.layers) + 1):
        values = keras.Sequential(SMALL.layers[:depth]).predict(image[np.newaxis], verbose=0)[0]
        shown = [values[..., 0], values[..., 1]] if values.ndim == 3 else [values[np.newaxis]]
        expected += shown
        scales += [(values.min(), values.max())] * len(shown)
    for picture, values in zip(drawn(drawing), expected, strict=True):
        np.testing.assert_allclose(picture, values, atol=1e-6)
    np.testing.assert_allclose(limits(drawing), scales, atol=1e-6)
    answer = SMALL.predict(image[np.newaxis], verbose=0)[0].argmax()
    (bold,) = [text for text in drawing.ax.texts if text.get_fontweight() == "bold"]
    assert bold.get_text() == str(answer)
    assert "goes through 4 layers" in drawing.alt
    assert f"In the last row {answer} is darkest" in drawing.alt


def test_the_window_shows_its_pixels_the_kernel_the_products_and_their_sum():
    drawing = plots.window_on_image(DIGIT, WEIGHTS, row=1, column=3)
    window = DIGIT[1:4, 3:6]
    total = correlate2d(DIGIT, WEIGHTS, mode="valid")[1, 3]
    assert tables(drawing) == [*window.ravel(), *WEIGHTS.ravel(), *(window * WEIGHTS).ravel()]
    assert f"sum:\n{total}".replace("-", "\N{MINUS SIGN}") in texts(drawing)
    assert {"image, 6x7", "feature map, 4x5"} <= set(texts(drawing))
    assert f"Their sum is {total}, the value of the feature map at row 1 and column 3." in drawing.alt


def test_the_frame_of_the_window_lies_around_its_pixels():
    drawing = plots.window_on_image(DIGIT, WEIGHTS, row=1, column=3)
    left, right, bottom, top = drawing.ax.images[0].get_extent()
    pixel = (right - left) / DIGIT.shape[1]
    assert (bottom - top) / DIGIT.shape[0] == pytest.approx(pixel)
    (frame,) = [patch for patch in drawing.ax.patches if patch.get_linewidth() == 2]
    assert frame.get_xy() == pytest.approx((left + 3 * pixel, top + pixel))
    assert (frame.get_width(), frame.get_height()) == pytest.approx((3 * pixel, 3 * pixel))


def test_the_products_of_all_channels_are_summed_as_keras_does():
    drawing = plots.channel_sum(WINDOW, TWO_TABLES, bias=-2)
    convolution = keras.layers.Conv2D(1, (3, 3))
    convolution.build((None, 3, 3, 2))
    convolution.set_weights([TWO_TABLES[..., np.newaxis], np.array([-2])])
    total = int(np.asarray(convolution(WINDOW[np.newaxis].astype("float32"))).item())
    by_channel = [
        table.ravel() for c in (0, 1) for table in (WINDOW[..., c], TWO_TABLES[..., c], (WINDOW * TWO_TABLES)[..., c])
    ]
    assert tables(drawing) == [*np.concatenate(by_channel)]
    assert drawing.alt.endswith(f"= {total}.")
    assert texts(drawing)[-1].replace("\N{MINUS SIGN}", "-").endswith(f"= {total}")


def test_below_each_kernel_lies_its_map_around_zero():
    kernels = {"one": WEIGHTS, "other": -WEIGHTS}
    maps = {name: correlate2d(DIGIT, kernel, mode="valid") for name, kernel in kernels.items()}
    drawing = plots.kernels_with_maps(kernels, maps)
    assert tables(drawing) == [*WEIGHTS.ravel(), *-WEIGHTS.ravel()]
    for picture, values in zip(drawn(drawing), maps.values(), strict=True):
        np.testing.assert_array_equal(picture, values)
    largest = np.abs(maps["one"]).max()
    assert limits(drawing) == [(-largest, largest)] * 2
    assert f"from {maps['one'].min()} to {maps['one'].max()}" in drawing.alt


def test_pooling_keeps_what_keras_keeps_and_marks_where_it_stood():
    values = np.random.default_rng(1).permutation(24).reshape(4, 6)
    drawing = plots.pooling(values)
    kept = np.asarray(keras.layers.MaxPooling2D((2, 2))(values.reshape(1, 4, 6, 1).astype("float32")))[0, ..., 0]
    assert tables(drawing) == [*values.ravel(), *kept.ravel()]
    frames = [patch.get_xy() for patch in drawing.ax.patches if patch.get_linewidth() == 2.5]
    centers = {(round(x + 0.27, 3), round(y + 0.27, 3)) for x, y in frames}
    marked = [int(t.get_text()) for t in drawing.ax.texts if tuple(np.round(t.get_position(), 3)) in centers]
    assert sorted(marked) == sorted([*kept.ravel(), *kept.ravel()])
    assert "the largest value of each square is kept" in drawing.alt


def test_pooling_that_would_leave_an_edge_is_refused():
    with pytest.raises(ValueError, match="squares of 2x2 don't cover 3x4 values"):
        plots.pooling(np.zeros((3, 4)))
