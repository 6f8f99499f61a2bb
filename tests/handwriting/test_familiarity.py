import json
from itertools import combinations_with_replacement

import numpy as np
import pytest
from scipy import special, stats
from sklearn.covariance import EmpiricalCovariance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from digitlib import models
from digitlib.handwriting import familiarity
from digitlib.handwriting.familiarity import Familiarity

BY_HAND = Familiarity(
    mean=(1.0, 2.0),
    scale=(2.0, 1.0),
    linear=(3.0, -1.0),
    pairs=(0.5, 2.0, -1.0),
    constant=10.0,
    threshold=13.0,
)


def correlated(count, units, *, seed, spread=1.0):
    """Gaussian outputs with a covariance, and that covariance."""
    mixing = spread * np.random.default_rng(0).normal(size=(units, units)) + np.eye(units)
    return np.random.default_rng(seed).normal(size=(count, units)) @ mixing, mixing.T @ mixing


@pytest.fixture(scope="module")
def examples():
    """Digits, others and further digits of four units, and what their densities say."""
    digits, narrow = correlated(4_000, 4, seed=1, spread=0.3)
    others, wide = correlated(4_000, 4, seed=2, spread=1.0)
    unseen, _ = correlated(1_000, 4, seed=3, spread=0.3)
    offset = np.array([2.0, 0.0, -1.0, 0.0])

    def log_odds(hidden):
        of_digits = stats.multivariate_normal(np.zeros(4), narrow).logpdf(hidden)
        return of_digits - stats.multivariate_normal(offset, wide).logpdf(hidden)

    return digits, others + offset, unseen, log_odds


def test_a_score_agrees_with_paper():
    # u = (2, 3) - (1, 2) over (2, 1) = (1/2, 1): 10 + 3/2 - 1 + 0.5/4 + 2/2 - 1
    scores = BY_HAND.score(np.array([[2.0, 3.0], [1.0, 2.0]]))
    assert scores.tolist() == [10.625, 10.0]


def test_a_drawing_on_the_threshold_looks_like_a_digit():
    # u = (1, 0): 10 + 3 + 0.5 = 13.5; u = (0, -1): 10 + 1 - 1 = 10; u = (-6, 0): 10 - 18 + 18 = 10.
    hidden = np.array([[3.0, 2.0], [1.0, 1.0], [-11.0, 2.0]])
    on_it = Familiarity(**{**vars(BY_HAND), "threshold": 13.5})
    above = Familiarity(**{**vars(BY_HAND), "threshold": 13.51})
    assert BY_HAND.looks_like_a_digit(hidden).tolist() == [True, False, False]
    assert on_it.looks_like_a_digit(hidden).tolist() == [True, False, False]
    assert not above.looks_like_a_digit(hidden).any()


def test_the_weights_of_a_precision_matrix_make_it_the_mahalanobis_distance():
    hidden, _ = correlated(500, 5, seed=4)
    gaussian = EmpiricalCovariance().fit(hidden)
    precision = gaussian.precision_
    twice_off_the_diagonal = 2 * precision - np.diag(np.diag(precision))
    rule = Familiarity(
        mean=tuple(gaussian.location_),
        scale=(1.0,) * 5,
        linear=(0.0,) * 5,
        pairs=tuple(-twice_off_the_diagonal[i, j] for i, j in combinations_with_replacement(range(5), 2)),
        constant=0.0,
        threshold=0.0,
    )
    assert rule.score(hidden) == pytest.approx(-gaussian.mahalanobis(hidden))


def test_the_fitted_score_is_that_of_scikit_learn_s_logistic_regression(examples):
    digits, others, unseen, _ = examples
    rule = familiarity.fit(digits, others, unseen)
    reference = make_pipeline(
        StandardScaler(),
        PolynomialFeatures(2, include_bias=False),
        StandardScaler(),
        LogisticRegression(C=0.01, max_iter=1_000),
    ).fit(np.concatenate([digits, others]), np.repeat([True, False], 4_000))
    assert rule.score(unseen) == pytest.approx(reference.decision_function(unseen), abs=0.02)


def test_the_fitted_score_ranks_as_the_true_odds_do(examples):
    digits, others, unseen, log_odds = examples
    rule = familiarity.fit(digits, others, unseen)
    assert stats.spearmanr(rule.score(unseen), log_odds(unseen)).statistic > 0.85
    labels = np.repeat([True, False], 4_000)
    learned, best = (roc_auc_score(labels, score(np.concatenate([digits, others]))) for score in (rule.score, log_odds))
    assert best - 0.02 < learned < best + 0.001


@pytest.mark.parametrize("refused", [0.0, 0.02, 0.05])
def test_the_threshold_refuses_as_many_unseen_digits_as_it_may(examples, refused):
    digits, others, unseen, _ = examples
    rule = familiarity.fit(digits, others, unseen, refused=refused)
    count = (~rule.looks_like_a_digit(unseen)).sum()
    assert 1_000 * refused - 2 <= count <= 1_000 * refused


def test_the_threshold_depends_on_unseen_digits_alone(examples):
    digits, others, unseen, _ = examples
    rule = familiarity.fit(digits, others, unseen)
    shifted = familiarity.fit(digits, others, unseen + 1)
    assert (rule.linear, rule.pairs, rule.constant) == (shifted.linear, shifted.pairs, shifted.constant)
    assert rule.threshold != shifted.threshold


def test_a_unit_that_never_fires_has_no_say(examples):
    digits, others, unseen, _ = (np.insert(array, 1, 0, axis=1) for array in (*examples[:3], np.zeros((1, 4))))
    rule = familiarity.fit(digits, others, unseen)
    without = familiarity.fit(*examples[:3])
    assert rule.score(unseen) == pytest.approx(without.score(examples[2]), abs=0.01)


def test_a_saved_rule_is_the_same_rule(examples, tmp_path):
    rule = familiarity.fit(*examples[:3])
    rule.save(tmp_path / "rule.json")
    assert Familiarity.load(tmp_path / "rule.json") == rule


def test_another_program_gets_the_same_scores_from_the_file(examples, tmp_path):
    rule, hidden = familiarity.fit(*examples[:3]), examples[2][:20]
    rule.save(tmp_path / "rule.json")
    read = json.loads((tmp_path / "rule.json").read_text())
    for outputs, expected in zip(hidden.tolist(), rule.score(hidden), strict=True):
        u = [(h - mean) / scale for h, mean, scale in zip(outputs, read["mean"], read["scale"], strict=True)]
        pairs = iter(read["pairs"])
        score = read["constant"]
        for i in range(len(u)):
            score += read["linear"][i] * u[i]
            for j in range(i, len(u)):
                score += next(pairs) * u[i] * u[j]
        assert score == pytest.approx(expected)


def test_the_file_of_64_units_is_small(tmp_path):
    rng = np.random.default_rng(5)
    rule = familiarity.fit(rng.normal(size=(300, 64)), rng.normal(1, 2, (300, 64)), rng.normal(size=(100, 64)))
    rule.save(tmp_path / "rule.json")
    assert len(rule.pairs) == 64 * 65 / 2
    assert (tmp_path / "rule.json").stat().st_size < 40_000


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"mean": [1]}', json.dumps(vars(BY_HAND) | {"more": 1})])
def test_a_file_that_holds_no_rule_is_refused_by_name(tmp_path, content):
    (tmp_path / "rule.json").write_text(content)
    with pytest.raises(ValueError, match=r"rule\.json does not hold a rule"):
        Familiarity.load(tmp_path / "rule.json")


def test_outputs_of_another_layer_are_refused():
    with pytest.raises(ValueError, match=r"shape \(n, 2\), got \(5, 3\)"):
        BY_HAND.score(np.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"shape \(n, 2\), got \(2,\)"):
        BY_HAND.score(np.zeros(2))


@pytest.mark.parametrize(
    ("arrays", "name"),
    [
        ((np.zeros((0, 2)), np.zeros((3, 2)), np.zeros((3, 2))), "digits"),
        ((np.zeros((3, 2)), np.zeros((3, 4)), np.zeros((3, 2))), "others"),
        ((np.zeros((3, 2)), np.zeros((3, 2)), np.zeros(2)), "unseen_digits"),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused_by_name(arrays, name):
    with pytest.raises(ValueError, match=rf"^{name} must have the shape"):
        familiarity.fit(*arrays)


@pytest.mark.parametrize("build", [models.build_cnn, models.build_fully_connected])
def test_activations_are_those_of_the_last_two_layers(build):
    model, rng = build(), np.random.default_rng(6)
    model.set_weights([rng.normal(0, 0.1, weights.shape) for weights in model.get_weights()])  # new biases are all zero
    images = rng.random((1_007, 28, 28, 1), dtype=np.float32)  # more than a batch
    hidden, logits = familiarity.activations(model, images)
    outputs = images
    for layer in model.layers[:-1]:
        outputs = layer(outputs)
    assert hidden == pytest.approx(np.asarray(outputs), abs=1e-4)
    assert hidden.min() >= 0
    assert special.softmax(logits, axis=1) == pytest.approx(np.asarray(model(images)), abs=1e-5)
