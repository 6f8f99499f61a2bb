import importlib.metadata
import json
import os
import platform
from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from digitlib import data, models, training

pytestmark = pytest.mark.heavy

VERSIONS = {"python": platform.python_version()} | {
    name: importlib.metadata.version(name) for name in ("tensorflow", "keras", "numpy")
}


@pytest.fixture(scope="module")
def digits():
    (images, labels), _ = data.load_mnist()
    return data.scale_pixels(images[:320]), labels[:320]


@pytest.fixture(scope="module")
def trained(digits):
    (images, labels), held = split(*digits)
    return training.train(
        build_small, images, labels, seed=3, epochs=2, validation_data=held, test_images=held[0], batch_size=16
    )


@pytest.fixture(scope="module")
def trained_by_default(digits):
    images, labels = digits
    return training.train(build_small, images[:33], labels[:33], seed=1)


def split(images, labels):
    return (images[:-64], labels[:-64]), (images[-64:], labels[-64:])


def build_small():
    return models.build_fully_connected(16)


def remembering(build, initial):
    def build_and_remember():
        model = build()
        initial.append(np.concatenate([weights.ravel() for weights in model.get_weights()]))
        return model

    return build_and_remember


def cross_entropy(model, images, labels):
    probabilities = model.predict(images, verbose=0)
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


def right_share(model, images, labels):
    return (model.predict(images, verbose=0).argmax(axis=1) == labels).mean()


def test_the_same_seed_gives_the_same_training(digits):
    initial = []
    build = remembering(models.build_cnn, initial)
    runs = [training.train(build, *digits, seed=1, epochs=2)[1] for _ in range(2)]
    np.testing.assert_array_equal(initial[0], initial[1])
    for name in ("loss", "accuracy"):
        assert runs[0].history[name] == pytest.approx(runs[1].history[name], abs=1e-3)


@pytest.mark.parametrize("build", [build_small, models.build_cnn])
def test_the_weights_are_those_of_a_plain_fit(digits, build):
    trained, run = training.train(build, *digits, seed=3, epochs=3, batch_size=20)  # the last batch is smaller
    keras.utils.set_random_seed(3)
    plain = build()
    plain.compile(**training.SETTINGS)
    history = plain.fit(*digits, epochs=3, batch_size=20, verbose=0).history
    for ours, theirs in zip(trained.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert run.history == history


def test_another_seed_gives_another_training(digits):
    initial = []
    build = remembering(build_small, initial)
    runs = [training.train(build, *digits, seed=seed, epochs=1)[1] for seed in (1, 2)]
    assert np.abs(initial[0] - initial[1]).max() > 0.01
    assert abs(runs[0].history["loss"][0] - runs[1].history["loss"][0]) > 1e-3
    assert [run.seed for run in runs] == [1, 2]


def orders_of_two_epochs(digits, monkeypatch, *, seed):
    """The labels in the order in which a training with new orders meets them, epoch by epoch."""
    seen = []
    fit = keras.Sequential.fit

    def watch(self, x, **options):
        seen.extend(np.concatenate([labels for _, labels in x]) for _ in range(2))
        return fit(self, x, **options)

    monkeypatch.setattr(keras.Sequential, "fit", watch)
    images, _ = digits
    training.train(build_small, images, np.arange(len(images)) % 10, seed=seed, epochs=1, new_order=True)
    return [list(order) for order in seen]


def test_each_epoch_has_all_images_in_an_order_of_its_own_if_asked(digits, monkeypatch):
    first, second = orders_of_two_epochs(digits, monkeypatch, seed=1)
    assert first != second
    assert sorted(first) == sorted(second) == sorted(np.arange(len(first)) % 10)
    assert orders_of_two_epochs(digits, monkeypatch, seed=1)[0] == first
    assert orders_of_two_epochs(digits, monkeypatch, seed=2)[0] != first


def test_images_keep_their_labels_in_a_new_order(digits):
    trained, run = training.train(build_small, *digits, seed=1, epochs=30, new_order=True)
    assert right_share(trained, *digits) > 0.9
    assert len(run.history["loss"]) == 30


def test_training_lowers_the_loss(trained):
    _, run = trained
    assert run.history["loss"][1] < run.history["loss"][0]


def test_loss_and_accuracy_are_those_computed_by_hand(digits):
    frozen = keras.optimizers.SGD(learning_rate=0.0)
    model, run = training.train(build_small, *digits, seed=1, epochs=1, optimizer=frozen)
    assert run.history["loss"] == pytest.approx([cross_entropy(model, *digits)], rel=1e-4)
    assert run.history["accuracy"] == pytest.approx([right_share(model, *digits)], abs=1e-6)


def test_the_held_out_images_are_scored_after_every_epoch(trained, digits):
    model, run = trained
    _, held = split(*digits)
    assert {name: len(values) for name, values in run.history.items()} == dict.fromkeys(
        ["accuracy", "loss", "val_accuracy", "val_loss"], 2
    )
    assert run.history["val_accuracy"][-1] == pytest.approx(right_share(model, *held), abs=1e-6)
    assert run.history["val_loss"][-1] == pytest.approx(cross_entropy(model, *held), rel=1e-4)


def test_without_validation_and_test_images_there_is_neither_score_nor_prediction(trained_by_default):
    _, run = trained_by_default
    assert set(run.history) == {"accuracy", "loss"}
    assert run.predictions.shape == (0,)


def test_a_run_tells_the_size_of_its_training(trained):
    model, run = trained
    assert (run.model, run.seed, run.epochs, run.batch_size) == ("fully_connected_16", 3, 2, 16)
    assert run.training_images == 256
    assert int(model.optimizer.iterations) == 2 * 256 / 16


def test_by_default_adam_makes_ten_epochs_in_batches_of_32(trained_by_default):
    model, run = trained_by_default
    assert (run.epochs, run.batch_size, run.training_images) == (10, 32, 33)
    assert len(run.history["loss"]) == 10
    assert int(model.optimizer.iterations) == 10 * 2
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.001)


def test_the_time_is_that_of_the_training_alone(digits, monkeypatch):
    clock = SimpleNamespace(now=100.0)
    clock.perf_counter = clock.process_time = lambda: clock.now
    monkeypatch.setattr(training, "time", clock)

    def pass_time(seconds):
        clock.now += seconds

    def build_slowly():
        pass_time(50)
        return build_small()

    _, run = training.train(build_slowly, *digits, seed=1, epochs=1)
    assert (run.seconds, run.cpu_seconds) == (0, 0)
    recorder = training.Recorder(seed=1)
    recorder.set_model(build_small())
    recorder.on_train_begin()
    recorder.on_epoch_end(0, {"loss": 1.0})
    pass_time(14)
    recorder.on_train_end()
    run = recorder.run(batch_size=32, training_images=64)
    assert (run.seconds, run.cpu_seconds) == (14, 14)


def test_predictions_are_the_most_probable_classes_in_the_order_of_the_images(trained, digits):
    model, run = trained
    images = digits[0][-64:]
    expected = model.predict(images, batch_size=7, verbose=0).argmax(axis=1)
    assert run.predictions.tolist() == expected.tolist()
    assert run.predictions.dtype == np.int64
    assert len(set(expected.tolist())) > 1


def test_more_images_than_one_batch_are_classified_in_order(trained, digits):
    model, _ = trained
    images = np.tile(digits[0], (4, 1, 1, 1))[:1_003]
    probabilities = training.predict_probabilities(model, images)
    assert probabilities.shape == (1_003, 10)
    np.testing.assert_allclose(probabilities, model.predict(images, verbose=0), atol=1e-6)
    np.testing.assert_array_equal(training.classify(model, images), probabilities.argmax(axis=1))


def test_a_recorder_in_a_plain_fit_remembers_what_keras_does(digits):
    model = build_small()
    model.compile(**training.SETTINGS)
    recorder = training.Recorder(seed=7)
    images, labels = digits
    history = keras.callbacks.History()
    model.fit(images, labels, epochs=3, validation_split=0.2, callbacks=[history, recorder], verbose=0)
    run = recorder.run(batch_size=32, training_images=256, test_images=images)
    assert run.history == {name: pytest.approx(values) for name, values in history.history.items()}
    assert set(run.history) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert (run.model, run.seed, run.epochs, run.training_images) == ("fully_connected_16", 7, 3, 256)
    np.testing.assert_array_equal(run.predictions, training.classify(model, images))


def test_a_recorder_used_again_forgets_the_first_training(digits):
    model = build_small()
    model.compile(**training.SETTINGS)
    recorder = training.Recorder(seed=1)
    model.fit(*digits, epochs=2, callbacks=[recorder], verbose=0)
    history = keras.callbacks.History()
    model.fit(*digits, epochs=1, callbacks=[recorder, history], verbose=0)
    assert recorder.history == {name: pytest.approx(values) for name, values in history.history.items()}


def test_a_saved_run_loads_as_it_was(trained, tmp_path):
    _, run = trained
    run.save(tmp_path / "run.json")
    loaded = training.Run.load(tmp_path / "run.json")
    assert loaded == run
    assert loaded != replace(run, predictions=run.predictions[::-1])
    assert (loaded.predictions.dtype, loaded.predictions.tolist()) == (np.int64, run.predictions.tolist())
    assert training.Run.load(str(tmp_path / "run.json")).history == run.history


def test_a_saved_run_is_plain_json_and_nothing_else_is_left_beside_it(trained, tmp_path):
    _, run = trained
    run.save(str(tmp_path / "run.json"))
    content = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert (content["seed"], content["history"]) == (3, run.history)
    assert content["predictions"] == "".join(map(str, run.predictions))
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_a_save_that_is_killed_half_way_leaves_the_old_run(trained, tmp_path, monkeypatch):
    def kill(*arguments):
        raise KeyboardInterrupt

    _, run = trained
    run.save(tmp_path / "run.json")
    monkeypatch.setattr(os, "replace", kill)
    with pytest.raises(KeyboardInterrupt):
        replace(run, seed=99).save(tmp_path / "run.json")
    assert training.Run.load(tmp_path / "run.json") == run


@pytest.mark.parametrize("content", [b"", b'{"model": "cnn"', b"[]", b"null", b'{"model": "cnn"}', b"\xff\xfe\x00"])
def test_a_broken_run_is_named_in_the_error(tmp_path, content):
    (tmp_path / "broken.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"broken\.json does not hold a training run"):
        training.Run.load(tmp_path / "broken.json")


def test_a_run_with_an_unknown_field_is_refused(trained, tmp_path):
    _, run = trained
    run.save(tmp_path / "run.json")
    content = json.loads((tmp_path / "run.json").read_text(encoding="utf-8")) | {"mood": "good"}
    (tmp_path / "run.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"run\.json does not hold a training run.*mood"):
        training.Run.load(tmp_path / "run.json")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda images: images * 255,
        lambda images: images - 0.5,
        lambda images: images.astype(np.uint8),
        lambda images: images * np.nan,
    ],
    ids=["to 255", "below zero", "integers", "not numbers"],
)
def test_images_that_are_not_scaled_are_refused(digits, spoil):
    images, labels = digits
    with pytest.raises(ValueError, match="scale_pixels"):
        training.train(build_small, spoil(images), labels, seed=1, epochs=1)


def test_images_and_labels_of_different_number_are_refused(digits):
    images, labels = digits
    with pytest.raises(ValueError, match="320 images but 319 labels"):
        training.train(build_small, images, labels[:-1], seed=1, epochs=1)


def test_training_on_nothing_is_refused(digits):
    images, labels = digits
    with pytest.raises(ValueError, match="no images"):
        training.train(build_small, images[:0], labels[:0], seed=1, epochs=1)


def test_a_run_tells_the_installed_versions(trained):
    assert trained[1].versions == VERSIONS


def test_a_run_tells_the_processor(trained):
    assert trained[1].processor == training.processor()


def test_a_recorder_without_a_training_says_what_to_do():
    with pytest.raises(RuntimeError, match="callbacks"):
        training.Recorder(seed=1).run(batch_size=32, training_images=1)


def test_a_training_stopped_early_counts_the_epochs_that_ran(digits):
    model = build_small()
    model.compile(**training.SETTINGS)
    recorder = training.Recorder(seed=1)
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=0, min_delta=100)
    model.fit(*digits, epochs=9, callbacks=[recorder, stop], verbose=0)
    assert recorder.run(batch_size=32, training_images=len(digits[0])).epochs < 9


@pytest.mark.parametrize("option", ["validation_data", "test_images"])
def test_unscaled_images_are_refused_wherever_they_go(digits, option):
    images, labels = digits
    value = (images * 255, labels) if option == "validation_data" else images * 255
    with pytest.raises(ValueError, match="scale_pixels"):
        training.train(build_small, images, labels, seed=1, epochs=1, **{option: value})
