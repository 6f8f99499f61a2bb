"""The command that trains the book's network from more seeds keeps what it trained."""

import numpy as np

import train_networks
from digitlib import models, reference
from pipeline import more_networks


def test_each_seed_is_trained_and_its_weights_are_stored_as_they_are(monkeypatch, tmp_path):
    trained, stored = {}, {}

    def train(build, images, labels, *, seed):
        assert build is models.build_cnn
        assert (len(images), images.max()) == (60_000, 1)
        trained[seed] = build()
        return trained[seed], None

    monkeypatch.setattr(more_networks.training, "train", train)
    monkeypatch.setattr(more_networks, "store", lambda files, folder: stored.update(files))
    assert train_networks.main([]) == 0
    assert list(trained) == [1, 2, 3, 4, 5]
    assert list(stored) == [f"{reference.NETWORKS}/cnn_{seed}.weights.h5" for seed in trained]
    for seed, content in zip(trained, stored.values(), strict=True):
        file = tmp_path / "network.weights.h5"
        file.write_bytes(content)
        loaded = models.build_cnn()
        loaded.load_weights(file)
        for ours, theirs in zip(loaded.get_weights(), trained[seed].get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert len(content) < 700_000  # the weights alone, without the optimizer
