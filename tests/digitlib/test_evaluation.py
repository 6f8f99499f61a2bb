from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest
from sklearn import metrics

from digitlib import evaluation

# Ten answers: two 1s taken for 7, one 4 taken for 9 and one 9 for 4.
TRUE = np.array([1, 1, 1, 1, 4, 4, 7, 9, 9, 9])
PREDICTED = np.array([1, 7, 1, 7, 9, 4, 7, 4, 9, 9])


@pytest.fixture(scope="module")
def answers():
    random = np.random.default_rng(1)
    true = random.integers(0, 10, 2_000)
    return true, np.where(random.random(2_000) < 0.7, true, random.integers(0, 10, 2_000))


def answers_with(correct, count):
    return np.ones(count, int), np.repeat([1, 0], [correct, count - correct])


def wilson(correct, count, confidence):
    p, z = correct / count, NormalDist().inv_cdf((1 + confidence) / 2)
    center = (p + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * sqrt(p * (1 - p) / count + z**2 / (4 * count**2))
    return center - half, center + half


def test_accuracy_is_the_share_of_right_answers(answers):
    score = evaluation.accuracy(*answers)
    assert score.value == pytest.approx(metrics.accuracy_score(*answers), abs=1e-15)
    assert score.correct == (answers[0] == answers[1]).sum()
    assert score.count == 2_000


def test_accuracy_of_a_case_on_paper():
    score = evaluation.accuracy(TRUE, PREDICTED)
    assert (score.value, score.correct, score.count) == (0.6, 6, 10)


# Table I of Newcombe (1998), method 3.
@pytest.mark.parametrize(
    ("correct", "count", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_that_of_the_published_table(correct, count, low, high):
    score = evaluation.accuracy(*answers_with(correct, count))
    assert (score.low, score.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize(("correct", "count"), [(9_912, 10_000), (50, 50), (1, 2)])
def test_the_interval_follows_the_formula_of_wilson(correct, count, confidence):
    score = evaluation.accuracy(*answers_with(correct, count), confidence=confidence)
    assert (score.low, score.high) == pytest.approx(wilson(correct, count, confidence), abs=1e-9)


def test_the_confidence_is_95_percent_unless_asked_otherwise(answers):
    assert evaluation.accuracy(*answers) == evaluation.accuracy(*answers, confidence=0.95)
    assert evaluation.accuracy(*answers) != evaluation.accuracy(*answers, confidence=0.9)


def test_no_answers_have_no_accuracy():
    with pytest.raises(ValueError, match="no answers"):
        evaluation.accuracy(np.array([]), np.array([]))


@pytest.mark.parametrize("function", [evaluation.accuracy, evaluation.per_class, evaluation.confusion_matrix])
def test_answers_of_different_number_are_refused(function):
    with pytest.raises(ValueError, match="as many of each, got 2 y_true and 1 y_pred classes"):
        function(np.array([1, 2]), np.array([1]))


def test_precision_and_recall_agree_with_scikit_learn(answers):
    table = evaluation.per_class(*answers)
    assert table["precision"].to_numpy() == pytest.approx(metrics.precision_score(*answers, average=None))
    assert table["recall"].to_numpy() == pytest.approx(metrics.recall_score(*answers, average=None))
    assert table["images"].tolist() == np.bincount(answers[0]).tolist()
    assert table.index.tolist() == list(range(10))


def test_precision_and_recall_of_a_case_on_paper():
    table = evaluation.per_class(TRUE, PREDICTED)
    none = np.nan
    precision = [none, 1, none, none, 1 / 2, none, none, 1 / 3, none, 2 / 3]
    assert table["precision"].tolist() == pytest.approx(precision, nan_ok=True)
    recall = [none, 1 / 2, none, none, 1 / 2, none, none, 1, none, 2 / 3]
    assert table["recall"].tolist() == pytest.approx(recall, nan_ok=True)
    assert table["images"].tolist() == [0, 4, 0, 0, 2, 0, 0, 1, 0, 3]


def test_the_mean_recall_leaves_out_a_digit_without_images(answers):
    true, predicted = (classes[answers[0] != 5] for classes in answers)
    recall = evaluation.per_class(true, predicted)["recall"]
    assert recall.isna().to_dict() == {digit: digit == 5 for digit in range(10)}
    others = [digit for digit in range(10) if digit != 5]
    assert recall.mean() == pytest.approx(metrics.recall_score(true, predicted, labels=others, average="macro"))


def test_a_digit_that_is_never_answered_has_no_precision():
    table = evaluation.per_class(np.array([1, 5]), np.array([1, 1]))
    assert np.isnan(table["precision"][5])
    assert table["recall"][5] == 0


@pytest.mark.parametrize("predicted", [PREDICTED, (TRUE + 1) % 10], ids=["some right", "none right"])
def test_images_are_counted_in_whole_numbers(predicted):
    assert evaluation.per_class(TRUE, predicted)["images"].dtype.kind == "i"


def test_the_confusion_matrix_agrees_with_scikit_learn(answers):
    counts = evaluation.confusion_matrix(*answers)
    np.testing.assert_array_equal(counts, metrics.confusion_matrix(*answers))
    assert counts.to_numpy().dtype.kind == "i"


def test_rows_of_the_confusion_matrix_are_true_digits_and_columns_predicted_ones():
    counts = evaluation.confusion_matrix(TRUE, PREDICTED)
    assert counts.shape == (10, 10)
    assert (counts.index.name, counts.columns.name) == ("true digit", "predicted digit")
    cells = counts.stack()
    assert cells[cells > 0].to_dict() == {
        (1, 1): 2,
        (1, 7): 2,
        (4, 4): 1,
        (4, 9): 1,
        (7, 7): 1,
        (9, 4): 1,
        (9, 9): 2,
    }


def test_normalized_rows_sum_to_one_and_rows_without_images_have_no_shares(answers):
    shares = evaluation.confusion_matrix(*answers, normalize="true")
    assert shares.sum(axis=1).tolist() == pytest.approx([1] * 10)
    shares = evaluation.confusion_matrix(TRUE, PREDICTED, normalize="true")
    sums = shares.sum(axis=1, skipna=False)
    assert sums.tolist() == pytest.approx([1 if digit in TRUE else np.nan for digit in range(10)], nan_ok=True)
    assert shares.isna().sum(axis=1).isin([0, 10]).all()


def test_the_diagonal_of_the_normalized_matrix_is_the_recall(answers):
    shares = evaluation.confusion_matrix(*answers, normalize="true")
    assert np.diag(shares) == pytest.approx(metrics.recall_score(*answers, average=None))


def probabilities_of(predicted, sureness):
    table = np.repeat((1 - np.array(sureness)[:, np.newaxis]) / 9, 10, axis=1)
    table[np.arange(len(predicted)), predicted] = sureness
    return table


def test_the_surest_errors_come_first_and_ties_in_the_order_of_the_images():
    probabilities = probabilities_of([3, 5, 8, 1, 7], [0.75, 0.99, 0.9, 0.5, 0.75])
    errors = evaluation.most_confident_errors(np.array([2, 5, 0, 6, 9]), probabilities)
    assert errors.index.tolist() == [2, 0, 4, 3]
    assert errors["true"].tolist() == [0, 2, 9, 6]
    assert errors["predicted"].tolist() == [8, 3, 7, 1]
    assert errors["probability"].tolist() == [0.9, 0.75, 0.75, 0.5]


def test_no_more_errors_are_listed_than_asked_for():
    true, probabilities = np.zeros(20, int), probabilities_of([1] * 20, np.linspace(0.5, 0.9, 20))
    assert evaluation.most_confident_errors(true, probabilities, count=2).index.tolist() == [19, 18]
    assert len(evaluation.most_confident_errors(true, probabilities)) == 12


def test_perfect_probabilities_have_no_errors_to_list():
    errors = evaluation.most_confident_errors(np.array([3, 5]), probabilities_of([3, 5], [0.9, 0.4]))
    assert len(errors) == 0
    assert errors.columns.tolist() == ["true", "predicted", "probability"]


@pytest.mark.parametrize("function", [evaluation.confusion_matrix, evaluation.per_class])
def test_an_answer_that_is_no_digit_is_refused(function):
    with pytest.raises(ValueError, match="got 10"):
        function(np.array([1, 2]), np.array([1, 10]))


@pytest.mark.parametrize("normalize", [True, "pred", "all"])
def test_a_confusion_matrix_is_normalized_by_rows_or_not_at_all(normalize):
    with pytest.raises(ValueError, match=f"'true' or None, got {normalize!r}"):
        evaluation.confusion_matrix(TRUE, PREDICTED, normalize=normalize)
