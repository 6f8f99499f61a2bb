"""Five more CNNs, trained as the book's: what is said of a trained network's layers must hold for more than one."""

import argparse
import tempfile
from pathlib import Path

import keras
from tqdm import tqdm

from digitlib import data, models, reference, training
from digitlib.files import store

SEEDS = (1, 2, 3, 4, 5)  # the book's own network is of seed 0


def main(arguments: list[str] | None = None) -> int:
    """Train them and store their weights."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(
        arguments
    )
    (images, labels), _ = data.load_mnist()
    images = data.scale_pixels(images)
    networks = {}
    for seed in tqdm(SEEDS, unit="network"):
        model, _ = training.train(models.build_cnn, images, labels, seed=seed)
        networks[f"{reference.NETWORKS}/cnn_{seed}.weights.h5"] = weights_file(model)
    store(networks, reference.FOLDER)
    return 0


def weights_file(model: keras.Model) -> bytes:
    """The content of a file of the weights, without the optimizer."""
    with tempfile.TemporaryDirectory() as folder:
        bare = models.build_cnn()
        bare.set_weights(model.get_weights())
        bare.save_weights(path := Path(folder, "network.weights.h5"))
        return path.read_bytes()
