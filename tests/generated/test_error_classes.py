"""Classes of errors that the model does not know."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from drawplate.error_classes import class_name
from sagemaker_runtime import errors

from tests.runtime.clients import Recorder, invoke, json_answer, make

pytestmark = pytest.mark.usefixtures("face")  # both clients

UNTYPED: Any = errors


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("Throttled", "Throttled"),
        ("some.weird-code", "Someweirdcode"),
        ("404 Not-found", "Error404Notfound"),
        ("Denied:http://example.com/", "Denied"),
        ("https://example.com", ""),
        ("__", ""),
    ],
)
def test_name_of_the_class_of_a_code(code: str, name: str) -> None:
    assert class_name(code) == name


def test_an_unmodelled_error_has_a_class_that_can_be_caught_by_name() -> None:
    answer = json_answer(b'{"message": "slow down"}', 400, x_amzn_errortype="some.weird-code")
    with pytest.raises(UNTYPED.Someweirdcode) as caught:
        invoke(make(transport=Recorder(answer)))
    error = caught.value
    assert isinstance(error, errors.SageMakerRuntimeError)
    assert (type(error).__name__, type(error).__module__) == (
        "Someweirdcode",
        "sagemaker_runtime.errors",
    )
    assert (error.code, error.message, error.status) == ("some.weird-code", "slow down", 400)


def test_a_class_is_made_once_also_by_many_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(errors.error_class, ["RaceCondition"] * 200))
    assert made == {UNTYPED.RaceCondition}


def test_modelled_errors_keep_their_classes() -> None:
    assert errors.error_class("ModelError") is errors.ModelError
    assert errors.error_class("Model-Error") is errors.ModelError
    assert errors.error_class("") is errors.SageMakerRuntimeError


def test_such_errors_can_be_pickled() -> None:
    error = errors.error_class("Unheard")("why")
    error.status = 418
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(copy), copy.message, copy.status) == (type(error), "why", 418)


@pytest.mark.parametrize("name", ["__path__", "throttled", "_Throttled", "Not_here"])
def test_other_names_are_missing_as_in_any_module(name: str) -> None:
    with pytest.raises(
        AttributeError, match=f"'sagemaker_runtime.errors' has no attribute '{name}'"
    ):
        getattr(errors, name)
