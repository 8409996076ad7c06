"""The error tree: what it looks like, what the errors say, and that they survive a pickle."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable

import pytest
from drawplate import errors as runtime
from drawplate.errors import (
    DrawplateError,
    EventError,
    EventStreamError,
    JsonLineError,
    LineTooLongError,
    NetworkingError,
    ParamValidationError,
    ProxyError,
    ServiceError,
    TextDecodeError,
    TruncatedStreamError,
    UnknownContentTypeError,
)
from sagemaker_runtime import errors as generated


def classes_of(module: object) -> list[type[DrawplateError]]:
    return [
        kind
        for kind in (getattr(module, name) for name in dir(module))
        if isinstance(kind, type)
        and issubclass(kind, DrawplateError)
        and kind.__module__ == getattr(module, "__name__", "")
    ]


RUNTIME = classes_of(runtime)
GENERATED = classes_of(generated)

#: How to make the errors that take more than a message.
MADE: dict[type[DrawplateError], Callable[[], DrawplateError]] = {
    EventError: lambda: EventError("InternalError", "boom"),
    ParamValidationError: lambda: ParamValidationError(["one problem", "another"]),
    TextDecodeError: lambda: TextDecodeError("utf-8", 7, "it cannot go on"),
    LineTooLongError: lambda: LineTooLongError(3, 80),
    JsonLineError: lambda: JsonLineError(3, 4),
    UnknownContentTypeError: lambda: UnknownContentTypeError("no codec", "image/png"),
    ProxyError: lambda: ProxyError("refused", status=407),
    TruncatedStreamError: lambda: TruncatedStreamError("cut", buffered=17),
    generated.ModelError: lambda: generated.ModelError(
        "bad model",
        original_status_code=500,
        original_message="oops",
        log_stream_arn="arn:aws:logs:x",
    ),
    generated.ModelStreamError: lambda: generated.ModelStreamError(
        "boom", error_code="StreamBroken"
    ),
}


def make(kind: type[DrawplateError]) -> DrawplateError:
    """An error with everything on it that a call adds."""
    error = MADE.get(kind, lambda: kind("what went wrong"))()
    if isinstance(error, ServiceError):
        error.code = error.code or "SomeCode"
        error.status = 424
        error.request_id = "0f1e2d3c"
        error.operation = "InvokeEndpoint"
        error.attempts = 2
    if isinstance(error, EventStreamError):
        error.events_received = 12
        error.bytes_received = 3456
        error.time_to_first_event = 0.25
    if isinstance(error, NetworkingError):
        error.request_sent = True
        error.operation = "InvokeEndpoint"
        error.attempts = 4
        error.possible_runs = 3
    return error


def state(error: DrawplateError) -> tuple[object, ...]:
    return type(error), error.args, vars(error), str(error), repr(error)


@pytest.mark.parametrize("kind", [*RUNTIME, *GENERATED], ids=lambda kind: kind.__name__)
def test_every_error_survives_pickle_and_copy(kind: type[DrawplateError]) -> None:
    error = make(kind)
    for made in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert state(made) == state(error)


def test_members_survive_a_pickle() -> None:
    error = pickle.loads(pickle.dumps(make(generated.ModelError)))  # noqa: S301
    assert (error.original_status_code, error.original_message, error.log_stream_arn) == (
        500,
        "oops",
        "arn:aws:logs:x",
    )
    assert (error.message, error.code, error.status, error.attempts) == (
        "bad model",
        "ModelError",
        424,
        2,
    )


def test_there_are_no_others() -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(runtime, "NoSuchError")  # noqa: B009
    assert str(caught.value) == "module 'drawplate.errors' has no attribute 'NoSuchError'"


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn: dict[str, str] = {}
    above: list[str] = []
    for indent, name in re.findall(
        r"^    ([│├└─ ]*)(\w+(?:Error|Errors))\b", runtime.__doc__ or "", re.M
    ):
        depth = len(indent) // 4
        del above[depth:]
        drawn[name] = above[-1] if above else "Exception"
        above.append(name)
    assert drawn == {kind.__name__: kind.__bases__[0].__name__ for kind in RUNTIME}


def test_what_is_wrong_about_values_is_a_value_error() -> None:
    assert {kind.__name__ for kind in RUNTIME if issubclass(kind, ValueError)} == {
        "ParamValidationError",
        "ConfigurationError",
        "MissingRegionError",
        "InvalidRegionError",
        "InvalidRegionSetError",
        "NoSuchProfileError",
        "ConfigParseError",
        "EventStreamEncodeError",
        "ContentError",
        "TextDecodeError",
        "LineTooLongError",
        "JsonLineError",
        "UnknownContentTypeError",
    }


def test_generated_errors() -> None:
    facts = {
        kind.__name__: (kind.code, kind.fault, issubclass(kind, EventStreamError))
        for kind in GENERATED
        if issubclass(kind, ServiceError)
    }
    assert facts == {
        "SageMakerRuntimeError": ("", None, False),
        "InternalDependencyException": ("InternalDependencyException", "server", False),
        "InternalFailure": ("InternalFailure", "server", False),
        "InternalStreamFailure": ("InternalStreamFailure", "server", True),
        "ModelError": ("ModelError", "client", False),
        "ModelNotReadyException": ("ModelNotReadyException", "client", False),
        "ModelStreamError": ("ModelStreamError", "client", True),
        "ServiceUnavailable": ("ServiceUnavailable", "server", False),
        "ValidationError": ("ValidationError", "client", False),
    }
    assert sorted(facts) == sorted(generated.__all__)
    assert all(issubclass(kind, generated.SageMakerRuntimeError) for kind in GENERATED)


def test_a_service_error_says_code_message_and_where() -> None:
    error = generated.ModelError("bad model")
    assert str(error) == "ModelError: bad model"
    error.operation = "InvokeEndpoint"
    error.status = 424
    error.request_id = "0f1e"
    error.attempts = 1
    assert str(error) == (
        "ModelError: bad model (operation InvokeEndpoint, status 424, request id 0f1e, attempts 1)"
    )


@pytest.mark.parametrize(
    ("code", "message", "text"),
    [
        ("SomeCode", "", "SomeCode"),
        ("SomeCode", "said", "SomeCode: said"),
        ("", "", "SageMakerRuntimeError"),
    ],
)
def test_what_a_service_error_begins_with(code: str, message: str, text: str) -> None:
    error = generated.SageMakerRuntimeError(message)
    error.code = code
    assert str(error) == text


def test_a_service_error_without_a_message() -> None:
    assert (ServiceError().message, ServiceError(None).args) == ("", ("",))


def test_a_networking_error_says_how_often_the_service_may_have_acted() -> None:
    error = runtime.ReadTimeoutError("silent for 60 s", request_sent=True)
    assert str(error) == "silent for 60 s"
    error.operation, error.attempts = "InvokeEndpoint", 4
    assert str(error) == "silent for 60 s (operation InvokeEndpoint, attempts 4 in 0.0 s)"
    error.possible_runs = 3
    assert str(error) == (
        "silent for 60 s (operation InvokeEndpoint, attempts 4 in 0.0 s, "
        "of which the service may have acted on 3)"
    )


def test_an_error_event_says_code_and_message() -> None:
    assert str(EventError("InternalError", "boom")) == "InternalError: boom"
    assert str(EventError("InternalError")) == "InternalError"


def test_parameter_errors_are_listed() -> None:
    error = ParamValidationError(("one", "two"))
    assert error.errors == ["one", "two"]
    assert str(error) == "parameter validator found 2 errors:\n  - one\n  - two"
    assert str(ParamValidationError(["one"])) == "one"
