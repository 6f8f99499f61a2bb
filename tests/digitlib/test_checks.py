"""What comes through the door: classes, images, probabilities and Keras's settings."""

import warnings

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlib import checks, data, evaluation, machine, models, plots, reference, statistics, training
from digitlib.experiments import corruptions, transformations, variations
from digitlib.handwriting import familiarity, nondigits
from digitlib.speed import graphs, recipes
from laws import law

REFUSED_LABELS = {
    "text": (np.array(["7", "2"]), r"got \['7', '2'\] of type <U1: turn them into numbers.*astype\(int\)"),
    "a Series of text": (pd.Series(["7", "2"]), r"got \['7', '2'\].*astype\(int\)"),
    "categories of text": (pd.Series(["7", "2"], dtype="category"), r"got \['7', '2'\].*astype\(int\)"),
    "objects": (np.array([7, None]), r"got \[7, None\] of type object"),
    "fractions": (np.array([7.0, 2.5]), "from 0 to 9, got 2.5$"),
    "no numbers": (np.array([7.0, np.nan]), "from 0 to 9, got nan$"),
    "below zero": (np.array([7, -1]), "from 0 to 9, got -1$"),
    "letters by number": (np.array([1, 26]), "from 0 to 9, got 26$"),
    "1 to 10": (np.array([10, 1]), "got 10: if 10 stands for the digit 0, pass labels % 10; .* labels - 1$"),
    "truth values": (np.array([True, False]), "truth values: count .*accuracy_of_counts"),
    "one-hot": (np.eye(10)[[7, 2]], r"shape \(n,\), got \(2, 10\): pass labels.argmax\(axis=1\)"),
    "a column": (np.array([[7], [2]]), r"shape \(n,\), got \(2, 1\): pass labels.ravel\(\)"),
    "a table": (pd.DataFrame({"label": [7, 2]}), r"shape \(n,\), got \(2, 1\): pass labels.ravel\(\)"),
}
PROBABILITIES = np.full((2, 10), 0.1)

# Everything that takes classes, given two of them.
DOORS_FOR_LABELS = {
    "accuracy": lambda labels: evaluation.accuracy([7, 2], labels),
    "per_class": lambda labels: evaluation.per_class(labels, [7, 2]),
    "confusion_matrix": lambda labels: evaluation.confusion_matrix([7, 2], labels),
    "most_confident_errors": lambda labels: evaluation.most_confident_errors(labels, PROBABILITIES),
    "mcnemar": lambda labels: statistics.mcnemar([7, 2], labels, [7, 2]),
    "train": lambda labels: training.train(build_small, IMAGES[:2], labels, seed=1, epochs=1),
    "validation": lambda labels: training.train(
        build_small, IMAGES[:2], [7, 2], seed=1, epochs=1, validation_data=(IMAGES[:2], labels)
    ),
    "epochs": lambda labels: graphs.epochs(
        build_small(), IMAGES[:2], labels, optimizer=keras.optimizers.Adam(), seed=1, count=1
    ),
}

_, (STORED, TRUE) = data.load_mnist()
STORED, TRUE = STORED[:2_000], TRUE[:2_000]
IMAGES = data.scale_pixels(STORED)


def build_small():
    return models.build_fully_connected(4)


@pytest.fixture(scope="module")
def cnn():
    return reference.load_model("cnn")


@pytest.fixture(scope="module")
def probabilities(cnn):
    return training.predict_probabilities(cnn, IMAGES)


# Labels


@pytest.mark.parametrize(
    "labels",
    [[7, 2, 1], (7.0, 2.0, 1.0), np.array([7, 2, 1], np.uint8), pd.Series([7, 2, 1], index=[2, 0, 0])],
    ids=["list", "floats", "bytes", "Series"],
)
def test_labels_in_any_container_are_an_array_of_whole_numbers_by_position(labels):
    checked = checks.check_labels(labels)
    assert type(checked) is np.ndarray
    assert checked.dtype.kind in "iu"
    assert checked.tolist() == [7, 2, 1]


@pytest.mark.parametrize("door", DOORS_FOR_LABELS.values(), ids=DOORS_FOR_LABELS)
@pytest.mark.parametrize(("labels", "words"), REFUSED_LABELS.values(), ids=REFUSED_LABELS)
def test_what_are_no_digits_is_refused_at_every_door(door, labels, words):
    with pytest.raises(ValueError, match=words):
        door(labels)


@pytest.mark.parametrize("door", DOORS_FOR_LABELS.values(), ids=DOORS_FOR_LABELS)
def test_one_label_too_many_is_refused_at_every_door(door):
    with pytest.raises(ValueError, match=r"there must be as many of each, got|2 images but 3 labels"):
        door([7, 2, 1])


# Whoever sorts a pandas.Series keeps its index, and pandas would compare by that.


@pytest.fixture(scope="module")
def shuffled(probabilities):
    """Labels as a Series in another order than its index, and the probabilities in that order."""
    order = np.random.default_rng(5).permutation(len(TRUE))
    return pd.Series(TRUE)[order], probabilities[order]


def test_the_most_confident_errors_go_by_position(shuffled):
    labels, of_each = shuffled
    errors = evaluation.most_confident_errors(labels, of_each, count=2_000)
    wrong = np.flatnonzero(labels.to_numpy() != of_each.argmax(axis=1))
    assert len(errors) == len(wrong) == 34
    assert sorted(errors.index) == wrong.tolist()
    pd.testing.assert_frame_equal(
        evaluation.most_confident_errors(labels, pd.DataFrame(of_each, index=labels.index), count=2_000), errors
    )


@pytest.mark.parametrize(
    "function",
    [evaluation.accuracy, evaluation.per_class, evaluation.confusion_matrix],
)
def test_answers_go_by_position(function, shuffled):
    labels, of_each = shuffled
    predicted = pd.Series(of_each.argmax(axis=1), index=labels.index[::-1])
    expected = function(labels.to_numpy(), predicted.to_numpy())
    assert np.array_equal(np.asarray(function(labels, predicted)), np.asarray(expected), equal_nan=True)


def test_mcnemar_goes_by_position(shuffled):
    labels, of_each = shuffled
    first, second = pd.Series(of_each.argmax(axis=1)), pd.Series(of_each[:, :5].argmax(axis=1))
    expected = statistics.mcnemar(*(series.to_numpy() for series in (labels, first, second)))
    assert statistics.mcnemar(labels, first, second) == expected
    assert expected.only_first > 800


def test_titles_of_images_go_by_position(shuffled):
    labels, _ = shuffled
    drawing = plots.image_grid(STORED[labels.index[:3]], subject="Digits", titles=labels[:3])
    assert [text.get_text() for text in drawing.ax.texts] == [str(label) for label in labels[:3]]
    drawing._repr_mimebundle_()


@law
@given(st.lists(st.integers(0, 9)))
def test_digits_are_read_from_text_as_they_were_written(digits):
    read = checks.decode_digits("".join(map(str, digits)))
    assert (read.dtype, read.tolist()) == (np.int64, digits)


def test_text_that_is_not_of_digits_is_not_read():
    with pytest.raises(ValueError, match="'x'"):
        checks.decode_digits("72x")


# Probabilities


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (PROBABILITIES[0], r"shape \(n, 10\), got \(10,\)"),
        (PROBABILITIES[:, :9], r"shape \(n, 10\), got \(2, 9\)"),
        (PROBABILITIES * 50, "between 0 and 1, got 5 to 5: pass scores through a softmax"),
        (PROBABILITIES - 1, "between 0 and 1, got -0.9 to -0.9"),
        (PROBABILITIES * np.nan, "between 0 and 1, got nan"),
    ],
    ids=["one row", "nine classes", "scores", "logarithms", "not numbers"],
)
def test_what_are_no_probabilities_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        evaluation.most_confident_errors([7, 2], wrong)


# Images

PAIR = IMAGES[:2]
REFUSED_IMAGES = {
    "0 to 255": (PAIR * 255, "got float32 from 0.0 to 255.0: pass stored images through data.scale_pixels"),
    "as stored": (STORED[:2], "got uint8 from 0 to 255: pass stored images through data.scale_pixels"),
    "below zero": (PAIR - 0.5, "got float32 from -0.5 to 0.5"),
    "not numbers": (PAIR * np.nan, "got float32 from nan to nan"),
    "text": (np.array([["a"]]), "arrays of numbers, got <U1"),
    "scaled twice": (PAIR / 255, "brightest pixel of all images is 0.0039, .* scaled twice. Divide by 255 once"),
    "no channel": (PAIR[..., 0], r"shape \(n, 28, 28, 1\), got \(2, 28, 28\): pass images.reshape\(-1, 28, 28, 1\)"),
    "one image": (PAIR[0], r"got \(28, 28, 1\): pass images.reshape\(-1, 28, 28, 1\)"),
    "flat": (PAIR.reshape(2, 784), r"got \(2, 784\): pass images.reshape\(-1, 28, 28, 1\)"),
    "channel first": (PAIR.reshape(2, 1, 28, 28), r"got \(2, 1, 28, 28\): pass images.reshape\(-1, 28, 28, 1\)"),
    "colours": (np.repeat(PAIR, 3, axis=-1), r"got \(2, 28, 28, 3\): bring them to that size first, in grey"),
    "another size": (PAIR[:, :14, :14], r"got \(2, 14, 14, 1\): bring them to that size first"),
}
DOORS_FOR_IMAGES = {
    "train": lambda images: training.train(build_small, images, [7] * len(images), seed=1, epochs=1),
    "validation": lambda images: training.train(
        build_small, PAIR, [7, 2], seed=1, epochs=1, validation_data=(images, [7] * len(images))
    ),
    "test images": lambda images: training.train(build_small, PAIR, [7, 2], seed=1, epochs=1, test_images=images),
    "predict_probabilities": lambda images: training.predict_probabilities(build_small(), images),
    "classify": lambda images: training.classify(build_small(), images),
    "epochs": lambda images: graphs.epochs(
        build_small(), images, [7] * len(images), optimizer=keras.optimizers.Adam(), seed=1, count=1
    ),
    "predict_views": lambda images: recipes.predict_views(build_small(), images, seed=1),
    "activations": lambda images: familiarity.activations(build_small(), images),
}


@pytest.mark.parametrize("door", DOORS_FOR_IMAGES.values(), ids=DOORS_FOR_IMAGES)
@pytest.mark.parametrize(("images", "words"), REFUSED_IMAGES.values(), ids=REFUSED_IMAGES)
def test_images_that_no_network_of_the_book_takes_are_refused_at_every_door(door, images, words):
    with pytest.raises(ValueError, match=words):
        door(images)


@pytest.mark.parametrize("advised", ["no channel", "one image", "flat", "channel first"])
def test_the_advised_shape_brings_the_same_pixels(advised):
    images, _ = REFUSED_IMAGES[advised]
    np.testing.assert_array_equal(
        checks.check_images(images.reshape(-1, 28, 28, 1)), PAIR[: len(images.reshape(-1, 784))]
    )


def test_test_images_are_refused_before_the_training_that_they_would_score():
    model = build_small()
    with pytest.raises(ValueError, match=r"from 0\.0 to 255\.0"):
        training.train(lambda: model, PAIR, [7, 2], seed=1, epochs=1, test_images=PAIR * 255)
    assert not model.compiled


def test_images_are_refused_after_others_were_classified_too(cnn):
    assert training.classify(cnn, PAIR).tolist() == [7, 2]
    with pytest.raises(ValueError, match=r"got \(2, 28, 28\)"):
        training.classify(cnn, PAIR[..., 0])


def test_a_network_for_other_images_takes_those_and_no_others():
    small = keras.Sequential([keras.Input((14, 14, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    assert training.predict_probabilities(small, PAIR[:, ::2, ::2]).shape == (2, 10)
    with pytest.raises(ValueError, match=r"shape \(n, 14, 14, 1\), got \(2, 28, 28, 1\)"):
        training.predict_probabilities(small, PAIR)
    of_any_size = keras.Sequential([keras.Input((None, None, 1)), keras.layers.GlobalMaxPooling2D()])
    assert training.predict_probabilities(of_any_size, PAIR[:, ::2, ::2]).shape == (2, 1)
    with pytest.raises(ValueError, match=r"shape \(n, any, any, 1\), got \(2, 28, 28\)"):
        training.predict_probabilities(of_any_size, PAIR[..., 0])


def test_no_images_have_no_answers(cnn):
    assert training.classify(cnn, data.scale_pixels(STORED[:0])).shape == (0,)
    assert training.predict_probabilities(cnn, IMAGES[:0]).shape == (0, 10)


def test_blank_and_faint_images_pass():
    checks.check_images(np.zeros((1, 28, 28, 1)))
    checks.check_images(PAIR / 127)  # the brightest pixels at two grey levels


def test_inverted_images_are_warned_of(cnn):
    for look in (training.predict_probabilities, training.classify, familiarity.activations):
        with pytest.warns(UserWarning, match=r"look inverted, dark ink on light paper.*pass 1 - images") as caught:
            look(cnn, 1 - IMAGES)
        assert len(caught) == 1
    with pytest.warns(UserWarning, match="look inverted"):
        recipes.predict_views(cnn, 1 - PAIR, seed=1, views=1)


def test_each_inverted_digit_alone_is_warned_of():
    for image in IMAGES:
        with pytest.warns(UserWarning, match="look inverted"):
            checks.warn_of_inverted(1 - image[np.newaxis])


WAYS = (
    {f"corrupted: {name}": lambda name=name: corruptions.corrupt(STORED[:200], name) for name in corruptions.NAMES}
    | {f"moved by {pixels}": lambda pixels=pixels: data.move(STORED, right=pixels, down=-pixels) for pixels in (3, 8)}
    | {"plain": lambda: STORED, "permuted": lambda: transformations.permute_pixels(STORED)}
    | {name: lambda family=family: family(10, 17) for name, family in (nondigits.CHOOSING | nondigits.TESTING).items()}
)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_the_chapters_show_to_a_network_is_neither_refused_nor_warned_of(way):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for image in (images := checks.check_images(data.scale_pixels(way()))):
            checks.warn_of_inverted(image[np.newaxis])
        checks.warn_of_inverted(images)


# Keras's settings


@pytest.fixture
def set_keras():
    """Changes settings of Keras for the length of a test."""
    before = keras.config.floatx(), keras.config.image_data_format(), keras.config.epsilon()
    yield keras.config
    keras.config.set_floatx(before[0])
    keras.config.set_image_data_format(before[1])
    keras.config.set_epsilon(before[2])
    for name in ("max_epochs", "max_steps_per_epoch"):
        if hasattr(keras.config, f"set_{name}"):
            getattr(keras.config, f"set_{name}")(None)


CHANGES = {
    "floatx": ("float16", r"floatx = 'float16'; digitlib needs 'float32': take it out of ~/.keras/keras.json"),
    "image_data_format": ("channels_first", r"image_data_format = 'channels_first'; .* 'channels_last': take it out"),
    "epsilon": (0.01, r"epsilon = 0.01; digitlib needs 1e-07: take it out .*set_epsilon\(1e-07\)"),
    "max_epochs": (1, "max_epochs = 1; digitlib needs None: remove KERAS_MAX_EPOCHS from the environment"),
    "max_steps_per_epoch": (2, "max_steps_per_epoch = 2; .* remove KERAS_MAX_STEPS_PER_EPOCH"),
}
DOORS_FOR_SETTINGS = {
    function.__name__: lambda model, function=function: function()
    for function in (
        models.build_cnn, models.build_fully_connected, models.build_matched, variations.with_global_pooling,
        variations.without_sharing, variations.with_dropout, variations.half_as_wide, recipes.build_small,
        recipes.build_deep,
    )
} | {
    "load_model": lambda model: reference.load_model("cnn"),
    "train": lambda model: training.train(lambda: model, PAIR, [7, 2], seed=1, epochs=1),
    "epochs": lambda model: graphs.epochs(model, PAIR, [7, 2], optimizer=keras.optimizers.Adam(), seed=1, count=1),
    "classify": lambda model: training.classify(model, PAIR),
    "predict_views": lambda model: recipes.predict_views(model, PAIR, seed=1),
    "activations": lambda model: familiarity.activations(model, PAIR),
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS_FOR_SETTINGS.values(), ids=DOORS_FOR_SETTINGS)
@pytest.mark.parametrize("name", CHANGES)
def test_another_setting_of_keras_is_refused_at_every_door_with_its_name(set_keras, cnn, name, door):
    value, words = CHANGES[name]
    if not hasattr(set_keras, f"set_{name}"):
        pytest.skip(f"this Keras has no setting {name}")
    getattr(set_keras, f"set_{name}")(value)
    with pytest.raises(RuntimeError, match=words):
        door(cnn)


def test_another_backend_is_refused(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(
        RuntimeError, match="backend = 'jax'; digitlib needs 'tensorflow': set KERAS_BACKEND=tensorflow"
    ):
        models.build_cnn()


def test_the_settings_that_keras_comes_with_pass():
    machine.check_keras()
