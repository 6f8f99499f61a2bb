"""What a check lets through: no unforeseen answer is right, and each check needs its last refusal."""

import ast
import gc
import importlib
import inspect
import itertools

import numpy as np
import pytest
from foreseen_answers import foreseen, general, says
from right_answers import right_answer
from test_checks_of_exercises import NAMES, TRAINING
from unforeseen_answers import near, off_at_one_call, plain

from digitlib import exercises

pytestmark = pytest.mark.slow

WITHIN_1_PERCENT = {"1 % more", "1 % less"}
RIGHT_AS_WELL = {
    # A batch of one image has no order.
    "first_network.1": {"backwards", "one place on"},
    # Any kernel that answers to lower edges alone will do, of whatever size, and whatever form along a row.
    "architecture.2": WITHIN_1_PERCENT | {"rows backwards"},
    # Of a second call it matters only that it gives something else.
    "going_further.2": {"off at the last call"},
    "robustness.5": {"off at the last call"},
    # The mean of some thousand draws, which is not known more closely.
    "going_further.4": WITHIN_1_PERCENT,
    "normal.5": WITHIN_1_PERCENT,
    "hierarchy.4": WITHIN_1_PERCENT,
    "data_size.4": {"1 % less"},
    "exploring.5": WITHIN_1_PERCENT,
    # The result of a search, which ends near the best.
    "data_size.5": WITHIN_1_PERCENT,
    "errors.5": WITHIN_1_PERCENT,
    # A number of images that need not be whole.
    "normal.1": {"one less"},
    # Whatever does not depend on the order of the pixels, and on everything else.
    "structure.5": WITHIN_1_PERCENT | {"one more", "one less", "rows backwards", "off at the first call"},
    # Every threshold between two scores.
    "no_digit.3": {"1 % less"},
}


@pytest.fixture(scope="module", autouse=True)
def _no_collections():
    """Spare the collections of garbage that statsmodels asks for at each correction."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "collect", lambda: 0)
        yield


IN_PLACE = {"training.5"}  # trains the network that it is handed, so what it returns is not all


def trained_once(function):
    """A function that trains once for the same images, since only what it returns is going to be changed."""
    trained = {}

    def remembered(*arguments):
        key = tuple((np.shape(argument), np.sum(argument)) for argument in arguments)
        if key not in trained:
            trained[key] = function(*arguments)
        return trained[key]

    return remembered


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_is_right_and_no_unforeseen_answer_is(name):
    solution = trained_once(right_answer(name)) if name in TRAINING - IN_PLACE else right_answer(name)
    assert exercises.verdict(name, solution)[0] == "right"
    unforeseen = itertools.chain(plain(solution), near(name, solution))
    right = {what for what, answer in unforeseen if exercises.verdict(name, answer)[0] == "right"}
    assert right == RIGHT_AS_WELL.get(name, set())


@pytest.mark.parametrize("name", [name for name in NAMES if exercises.find(name).declaration])
def test_each_general_refusal_is_needed(name):
    solution = right_answer(name)
    wrong = foreseen(name) + [answer for _, answer in near(name, solution)]
    if callable(solution):
        wrong += [answer for by in (1, -1, -2) for answer in off_at_one_call(name, solution, by)]
    remarks = {exercises.verdict(name, answer)[1] for answer in wrong}
    unsaid = [message for message in general(name) if not any(says(remark, message) for remark in remarks)]
    assert not unsaid, "no answer of these tests is told this"


@pytest.mark.parametrize("name", [name for name in NAMES if not exercises.find(name).declaration])
def test_without_its_last_refusal_a_judge_accepts_a_wrong_answer(name):
    judge, solution = without_last_refusal(exercises.find(name).judge), right_answer(name)
    unforeseen = (answer for what, answer in near(name, solution) if what not in RIGHT_AS_WELL.get(name, ()))
    wrong = itertools.chain(reversed(foreseen(name)), unforeseen)
    assert any(accepts(judge, answer) for answer in wrong), "no answer of these tests comes to the judge's last refusal"


def accepts(judge, answer):
    try:
        judge(answer)
    except (exercises.Wrong, exercises.NotSolved):
        return False
    return True


def without_last_refusal(judge):
    """A check, but for the last call of `wrong_if` or the like, or the last `raise`, in its source."""
    module = importlib.import_module(judge.__module__)
    function = ast.parse(inspect.getsource(judge)).body[0]
    function.decorator_list = []
    last = max((node for node in ast.walk(function) if refuses(node)), key=lambda node: node.lineno)
    for node in ast.walk(function):
        for field in ("body", "orelse"):
            statements = getattr(node, field, None)
            if isinstance(statements, list) and last in statements:
                statements[statements.index(last)] = ast.copy_location(ast.Pass(), last)
    known = dict(vars(module))
    exec(compile(ast.Module([function], type_ignores=[]), judge.__module__, "exec"), known)
    return known[judge.__name__]


def refuses(node):
    match node:
        case ast.Raise():
            return True
        case ast.Expr(ast.Call(ast.Name(name))):
            return name.startswith("wrong_")
    return False
