"""The small networks, counted on paper."""

from digitlib import models
from digitlib.experiments.small_networks import build_narrow, build_separable


def test_parameters_agree_with_paper():
    kernels = 9 * 4 + 4 * (9 * 4 + 4 * 4)
    assert build_separable(4).count_params() == kernels + 5 * 4 * 4 + (4 + 1) * 10


def test_maps_shrink_as_on_paper():
    shapes = models.describe_layers(build_separable(4))["output shape"]
    sides = [int(shape.split(" x ")[0]) for shape in shapes if " x " in shape]
    assert list(dict.fromkeys(sides)) == [26, 24, 12, 10, 8, 4, 2]


def test_a_narrow_network_looks_at_every_second_place_first():
    shapes = models.describe_layers(build_narrow(4))["output shape"]
    sides = [int(shape.split(" x ")[0]) for shape in shapes if " x " in shape]
    assert list(dict.fromkeys(sides)) == [14, 7, 5]
    assert sides.count(14) == 3 * 3  # three convolutions, each with its normalization and ReLU
