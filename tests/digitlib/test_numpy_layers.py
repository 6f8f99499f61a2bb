"""The layers that the second chapter writes in NumPy, taken from the chapter as its readers see it."""

import ast
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from scipy.signal import correlate2d
from scipy.special import softmax as scipy_softmax

from pipeline.paths import CHAPTERS


@pytest.fixture(scope="module")
def chapter():
    source = ast.parse((CHAPTERS / "02_architecture.py").read_text(encoding="utf-8"))
    names = {"np": np}
    functions = [node for node in source.body if isinstance(node, ast.FunctionDef)]
    exec(compile(ast.Module(functions, type_ignores=[]), "02_architecture.py", "exec"), names)
    return SimpleNamespace(**names)


def as_keras(layer, values):
    return np.asarray(layer(values.astype("float32")))


def test_convolution_on_paper(chapter):
    image = np.array([[1, 2, 0, 1], [0, 1, 3, 1], [2, 1, 0, 0], [1, 0, 1, 2]]).reshape(1, 4, 4, 1)
    kernel = np.array([[1, 0, -1], [2, 0, -2], [0, 1, 0]]).reshape(3, 3, 1, 1)
    # Top left patch: 1*1 + 0*-1 + 2*0 + 3*-2 + 1 = -4, and so on, plus a bias of 1.
    expected = np.array([[1 - 0 + 0 - 6 + 1, 2 - 1 + 2 - 2 + 0], [0 - 3 + 4 - 0 + 0, 1 - 1 + 2 - 0 + 1]]) + 1
    assert np.array_equal(chapter.convolve(image, kernel, np.array([1]))[0, :, :, 0], expected)


def test_convolution_is_scipys_correlation(chapter):
    random = np.random.default_rng(0)
    image, kernel = random.normal(size=(9, 7)), random.normal(size=(3, 3))
    ours = chapter.convolve(image.reshape(1, 9, 7, 1), kernel.reshape(3, 3, 1, 1), 0)[0, :, :, 0]
    assert np.allclose(ours, correlate2d(image, kernel, mode="valid"))


def test_convolution_with_channels_and_filters_is_keras_own(chapter):
    random = np.random.default_rng(1)
    images = random.normal(size=(2, 8, 8, 3))
    layer = keras.layers.Conv2D(5, (3, 3), bias_initializer="random_normal")
    theirs = as_keras(layer, images)
    assert np.allclose(chapter.convolve(images, *layer.get_weights()), theirs, atol=1e-5)


def test_pooling_on_paper_drops_an_odd_edge(chapter):
    image = np.arange(25).reshape(1, 5, 5, 1)
    assert np.array_equal(chapter.max_pool(image)[0, :, :, 0], [[6, 8], [16, 18]])


def test_pooling_is_keras_own(chapter):
    maps = np.random.default_rng(2).normal(size=(3, 11, 11, 4))
    assert np.allclose(chapter.max_pool(maps), as_keras(keras.layers.MaxPooling2D((2, 2)), maps))


def test_relu_on_paper(chapter):
    assert np.array_equal(chapter.relu(np.array([-2.0, -0.0, 3.5])), [0.0, 0.0, 3.5])


def test_dense_on_paper(chapter):
    result = chapter.dense(np.array([[1, 2]]), np.array([[3, 4, 5], [6, 7, 8]]), np.array([0, 10, -1]))
    assert np.array_equal(result, [[15, 28, 20]])


def test_softmax_is_scipys_and_does_not_overflow(chapter):
    scores = np.array([[1.0, -3.0, 0.5], [1000.0, 999.0, -1000.0]])
    assert np.allclose(chapter.softmax(scores), scipy_softmax(scores, axis=1))
