"""Training in one graph is the same mathematics as Keras's own, only faster."""

import json
import subprocess
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from digitlib import data, models
from digitlib.speed import graphs, recipes

pytestmark = pytest.mark.heavy

SEED, BATCH_SIZE = 3, 48


@pytest.fixture(scope="module")
def digits():
    (images, labels), _ = data.load_mnist()
    return data.scale_pixels(images[:330]), labels[:330]  # the last batch of an epoch is smaller


def trained_by_keras(build, images, labels, *, epochs, optimizer, label_smoothing=0.0):
    """The weights that Keras's own fit gives, shown the batches in the order that `graphs.epochs` uses."""
    keras.utils.set_random_seed(SEED)
    model = build()
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=label_smoothing)
    model.compile(optimizer=optimizer(), loss=loss)
    orders = np.random.default_rng(SEED)
    targets = keras.utils.to_categorical(labels, 10)
    for _ in range(epochs):
        order = orders.permutation(len(images))
        model.fit(images[order], targets[order], batch_size=BATCH_SIZE, shuffle=False, verbose=0)
    return model


def trained_in_one_graph(build, images, labels, *, epochs, optimizer=keras.optimizers.Adam, **options):
    keras.utils.set_random_seed(SEED)
    model = build()
    options = {"seed": SEED, "count": epochs, "batch_size": BATCH_SIZE} | options
    return model, list(graphs.epochs(model, images, labels, optimizer=optimizer(), **options))


def small():
    return models.build_fully_connected(8)


def gradient_descent():
    return keras.optimizers.SGD(0.1)  # unlike Adam, it feels a constant factor in the gradient


@pytest.mark.parametrize("optimizer", [keras.optimizers.Adam, gradient_descent])
@pytest.mark.parametrize(("parts", "label_smoothing"), [(1, 0.0), (1, 0.2), (2, 0.0), (3, 0.2)])
def test_the_weights_are_those_of_keras(digits, parts, label_smoothing, optimizer):
    options = {"epochs": 2, "label_smoothing": label_smoothing, "optimizer": optimizer}
    expected = trained_by_keras(models.build_cnn, *digits, **options)
    model, _ = trained_in_one_graph(models.build_cnn, *digits, parts=parts, **options)
    for ours, theirs in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_the_images_are_changed_before_they_are_learned_from(digits):
    images, labels = digits
    expected = trained_by_keras(small, 1 - images, labels, epochs=1, optimizer=keras.optimizers.Adam)
    model, _ = trained_in_one_graph(small, images, labels, epochs=1, augment=lambda seen: 1 - seen)
    for ours, theirs in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_the_loss_is_the_mean_over_the_images(digits):
    images, labels = digits
    keras.utils.set_random_seed(SEED)
    model = models.build_cnn()
    probabilities = model.predict(images[:32], verbose=0)
    expected = -np.log(probabilities[np.arange(32), labels[:32]]).mean()
    [epoch] = graphs.epochs(model, images[:32], labels[:32], count=1, optimizer=keras.optimizers.Adam(), seed=1)
    assert epoch.loss == pytest.approx(expected, rel=1e-4)


def start_training(digits, count):
    """A training that is set up, and has not begun."""
    return graphs.epochs(small(), *digits, count=count, optimizer=keras.optimizers.Adam(), seed=SEED)


@pytest.fixture
def clock(monkeypatch):
    """The clock of `graphs`, which stands still unless a test moves it."""
    clock = SimpleNamespace(now=0.0, processor=0.0)
    clock.perf_counter, clock.process_time = lambda: clock.now, lambda: clock.processor
    monkeypatch.setattr(graphs, "time", clock)
    return clock


def test_the_time_between_two_epochs_is_the_callers_own(digits, clock):
    made = []
    for epoch in start_training(digits, count=3):
        clock.now += 100
        made.append(epoch)
    assert [epoch.number for epoch in made] == [1, 2, 3]
    assert [epoch.seconds for epoch in made] == [0, 0, 0]
    assert made[2].loss < made[0].loss


def test_setting_up_waiting_and_computing_are_told_apart(digits, clock, monkeypatch):
    def run_epoch(order):
        clock.now += 5
        clock.processor += 3
        return 0.0

    def compile_slowly(*_, **__):
        clock.now += 2
        return run_epoch

    monkeypatch.setattr(graphs, "compile_epoch", compile_slowly)
    epochs = start_training(digits, count=1)
    assert clock.now == 2  # set up, before any epoch is asked for
    assert list(epochs) == [graphs.Epoch(number=1, loss=0.0, seconds=5, cpu_seconds=3)]


def test_a_loop_that_ends_trains_no_further(digits, monkeypatch):
    shown = []
    monkeypatch.setattr(graphs, "compile_epoch", lambda *_, **__: lambda order: shown.append(order) or 0.0)
    for epoch in start_training(digits, count=9):
        if epoch.number == 2:
            break
    assert len(shown) == 2


def test_the_same_seed_gives_the_same_network_with_augmentation_too(digits):
    recipe = recipes.Recipe(
        recipes.build_small, epochs=1, one_cycle=True, augment=recipes.turn_scale_move, label_smoothing=0.1
    )
    models_of_one_seed = []
    for _ in range(2):
        model, epochs = recipes.start(recipe, *digits, seed=5, parts=2)
        assert len(list(epochs)) == 1
        models_of_one_seed.append(model)
    first, second = (model.get_weights() for model in models_of_one_seed)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_unscaled_images_and_unpaired_labels_are_refused(digits):
    images, labels = digits
    options = {"optimizer": keras.optimizers.Adam(), "seed": 1, "count": 1}
    with pytest.raises(ValueError, match="scale_pixels"):
        graphs.epochs(models.build_cnn(), images * 255, labels, **options)
    with pytest.raises(ValueError, match="in pairs"):
        graphs.epochs(models.build_cnn(), images, labels[:-1], **options)


class Spy(keras.Model):
    """Learns nothing, and keeps the first numbers that it is shown in each epoch."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def call(self, inputs):
        return inputs

    def train_step(self, batch):
        self.seen.append(batch[0].numpy().ravel().tolist())
        return {"loss": 0.0}


@pytest.mark.parametrize("seeded", [True, False])
def test_keras_repeats_the_order_of_an_epoch_once_a_seed_is_set(seeded):
    tf.random.set_seed(SEED if seeded else None)
    spy = Spy()
    spy.compile(run_eagerly=True)
    numbers = np.arange(50.0)[:, None]
    spy.fit(numbers, numbers, batch_size=50, epochs=3, verbose=0)
    first, second, third = spy.seen
    assert sorted(first) == sorted(second) == list(range(50)) != first
    assert (first == second == third) is seeded


@pytest.mark.parametrize("reshuffle", [True, False])
def test_an_epoch_has_a_new_order_unless_it_is_told_not_to(digits, monkeypatch, reshuffle):
    shown = []
    monkeypatch.setattr(graphs, "compile_epoch", lambda *_, **__: lambda order: shown.append(order) or 0.0)
    trained_in_one_graph(small, *digits, epochs=3, reshuffle=reshuffle)
    shown = [order.numpy().tolist() for order in shown]
    assert [sorted(order) for order in shown] == 3 * [list(range(330))]
    assert len({tuple(order) for order in shown}) == (3 if reshuffle else 1)


def test_a_last_batch_too_small_for_its_parts_is_refused(digits):
    images, labels = digits
    with pytest.raises(ValueError, match="1 of 289 images, too few to be cut into 2 parts"):
        trained_in_one_graph(models.build_cnn, images[:289], labels[:289], epochs=1, parts=2)


@pytest.mark.parametrize(("cores", "parts"), [(1, 1), (2, 2), (4, 4), (64, 4)])
def test_a_batch_is_cut_for_the_cores_up_to_four_and_never_for_a_gpu(monkeypatch, cores, parts):
    monkeypatch.setattr(graphs, "count_cores", lambda: cores)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert graphs.useful_parts() == parts
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [f"a {kind}"])
    assert graphs.useful_parts() == 1


def test_an_operation_gets_one_thread_and_as_many_run_at_once_as_there_are_cores():
    script = """
from digitlib.speed import graphs
graphs.count_cores = lambda: 3
graphs.run_operations_side_by_side()
threading = graphs.tf.config.threading
print([threading.get_intra_op_parallelism_threads(), threading.get_inter_op_parallelism_threads()])
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert json.loads(told) == [1, 3]


def test_threads_that_exist_already_are_not_changed_in_silence():
    tf.constant(1) + 1
    with pytest.raises(RuntimeError, match="restart the kernel"):
        graphs.run_operations_side_by_side()


def test_the_rate_rises_to_its_peak_and_falls_to_zero_in_straight_lines():
    rates = np.array([float(graphs.OneCycle(peak=1.0, steps=99, rise=0.25)(step)) for step in range(99)])
    assert rates.max() == rates[24] == pytest.approx(1)
    np.testing.assert_allclose(np.diff(rates[:25]), 0.04, atol=1e-6)
    np.testing.assert_allclose(np.diff(rates[24:]), -1 / 75, atol=1e-6)
    assert 0 < rates[-1] < 0.02


def test_a_stored_schedule_comes_back_as_it_was():
    rate = graphs.OneCycle(peak=0.02, steps=20, rise=0.4)
    stored = keras.optimizers.schedules.serialize(rate)
    restored = keras.optimizers.schedules.deserialize(stored, custom_objects={"OneCycle": graphs.OneCycle})
    assert [float(restored(step)) for step in range(20)] == [float(rate(step)) for step in range(20)]


@pytest.mark.parametrize("rise", [0, 1, -0.1])
def test_a_rise_that_leaves_no_fall_is_refused(rise):
    with pytest.raises(ValueError, match="between 0 and 1"):
        graphs.OneCycle(peak=1.0, steps=10, rise=rise)
