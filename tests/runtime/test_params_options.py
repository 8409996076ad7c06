"""The options `convert_params` and `validate_params`: requests.md section 4, row by row."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from drawplate import params
from drawplate.errors import ParamValidationError
from drawplate.params import Checker, StructureChecker, check_as_told
from drawplate.structures import Structure

from tests.runtime.clients import Recorder, make

pytestmark = pytest.mark.usefixtures("face")  # both clients

NOON = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)


class Color(StrEnum):
    RED = "red"


class Point(Structure):
    __slots__ = ("x", "y")

    def __init__(self, *, x: Any, y: Any = None) -> None:
        self.x = x
        self.y = y


POINT = StructureChecker(Point, ("x",), {"x": params.integer, "y": params.string})
ORDERED: OrderedDict[str, int] = OrderedDict(a=1)
LIST, MAP = params.list_of(params.integer), params.map_of(params.integer)


def converted(check: Checker, value: object, *, converts: bool) -> object:
    return check_as_told(check, value, converts=converts, validates=True)


@pytest.mark.parametrize(
    ("check", "value", "made"),
    [
        pytest.param(params.string, Color.RED, "red", id="string: an enum is its value"),
        pytest.param(params.integer, 60.0, 60, id="integer: a float without fraction"),
        pytest.param(params.integer, "60", 60, id="integer: text of digits"),
        pytest.param(params.integer, "-60", -60, id="integer: text with a sign"),
        pytest.param(params.number, 60, 60.0, id="float: an int"),
        pytest.param(params.number, "0.5", 0.5, id="float: text"),
        pytest.param(params.decimal, "0.5", Decimal("0.5"), id="decimal: text"),
        pytest.param(params.boolean, "true", True, id="boolean: true"),
        pytest.param(params.boolean, "false", False, id="boolean: false"),
        pytest.param(
            params.timestamp,
            date(2026, 1, 15),
            NOON.replace(hour=0, minute=0, second=0),
            id="timestamp: a date",
        ),
        pytest.param(params.timestamp, 1768480496, NOON, id="timestamp: a number"),
        pytest.param(params.timestamp, "2026-01-15T12:34:56Z", NOON, id="timestamp: text"),
        pytest.param(params.blob, "grüß", "grüß".encode(), id="blob: text"),
    ],
)
def test_what_is_converted_and_what_is_not(check: Checker, value: object, made: object) -> None:
    result = converted(check, value, converts=True)
    assert (result, type(result)) == (made, type(made))
    with pytest.raises(ParamValidationError, match=r"^expected params to be "):
        converted(check, value, converts=False)


@pytest.mark.parametrize(
    ("check", "value", "made"),
    [
        (params.string, "text", "text"),
        (params.integer, 60, 60),
        (params.number, 0.5, 0.5),
        (params.boolean, False, False),
        (params.timestamp, NOON, NOON),
        (params.blob, b"bytes", b"bytes"),
        (params.blob, bytearray(b"bytes"), b"bytes"),
        (params.blob, memoryview(b"bytes"), b"bytes"),
        (LIST, [1, 2], [1, 2]),
        (LIST, (1, 2), [1, 2]),
        (MAP, ORDERED, {"a": 1}),
        (POINT, {"x": 1}, Point(x=1)),
        (POINT, Point(x=1, y="a"), Point(x=1, y="a")),
    ],
)
@pytest.mark.parametrize("converts", [True, False])
def test_what_needs_no_conversion(
    check: Checker, value: object, made: object, converts: bool
) -> None:
    assert converted(check, value, converts=converts) == made


@pytest.mark.parametrize(
    ("check", "value", "expected"),
    [
        pytest.param(params.string, 1, "a str, got int", id="string: no integers"),
        pytest.param(params.string, b"x", "a str, got bytes", id="string: no bytes"),
        pytest.param(params.integer, 60.9, "an int, got float", id="integer: no fractions"),
        pytest.param(params.integer, True, "an int, got bool", id="integer: no bools"),
        pytest.param(params.integer, "many", "an int, got str", id="integer: no words"),
        pytest.param(params.number, True, "a float, got bool", id="float: no bools"),
        pytest.param(params.number, "many", "a float, got str", id="float: no words"),
        pytest.param(params.boolean, "yes", "a bool, got str", id="boolean: no other words"),
        pytest.param(params.boolean, 1, "a bool, got int", id="boolean: no numbers"),
        pytest.param(params.timestamp, "soon", "a datetime, got str", id="timestamp: no words"),
        pytest.param(
            params.blob, 1, "bytes, a str, a path or a file-like object, got int", id="blob"
        ),
        pytest.param(LIST, "12", "a list, got str", id="list: no text"),
        pytest.param(MAP, [1], "a dict, got list", id="map: no lists"),
        pytest.param(POINT, 1, "a dict or types.Point, got int", id="structure: no numbers"),
    ],
)
def test_what_is_refused(check: Checker, value: object, expected: str) -> None:
    with pytest.raises(ParamValidationError) as caught:
        converted(check, value, converts=True)
    assert str(caught.value) == f"expected params to be {expected} instead"


def test_a_path_is_opened_and_closed_by_us(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(b"content")
    assert converted(params.blob, path, converts=True) == b"content"
    with pytest.raises(ParamValidationError):
        converted(params.blob, path, converts=False)


@pytest.mark.parametrize("converts", [True, False])
def test_a_file_is_read_and_stays_open(converts: bool) -> None:
    file = io.BytesIO(b"bytes")
    assert converted(params.blob, file, converts=converts) == b"bytes"
    assert not file.closed


def test_lists_and_maps_are_copied() -> None:
    given: dict[str, Any] = {"a": 1}
    made = converted(MAP, given, converts=True)
    assert made == given
    assert made is not given
    numbers = [1]
    assert converted(LIST, numbers, converts=True) is not numbers
    assert converted(LIST, (n for n in (1, 2)), converts=True) == [1, 2]


def send(parameters: Mapping[str, object], operation: str = "invoke_endpoint", **how: Any) -> Any:
    """The request of a call with these parameters; errors are raised."""
    recorder = Recorder()
    client: Any = make(transport=recorder, **how)
    client.build_request(operation, parameters).send()
    return recorder.request


def refused(parameters: Mapping[str, object], **how: Any) -> list[str]:
    with pytest.raises(ParamValidationError) as caught:
        send(parameters, **how)
    assert isinstance(caught.value, ValueError)
    return caught.value.errors


def test_one_problem_is_the_message_alone() -> None:
    with pytest.raises(ParamValidationError) as caught:
        send({"endpoint_name": "ep"})
    assert str(caught.value) == 'missing required parameter params["body"]'
    assert caught.value.errors == ['missing required parameter params["body"]']


def test_several_problems_are_one_error_missing_ones_first_then_in_the_order_given() -> None:
    with pytest.raises(ParamValidationError) as caught:
        send({"bodyx": b"", "endpoint_name": 5, "accept": 6})
    assert str(caught.value) == (
        "parameter validator found 4 errors:\n"
        '  - missing required parameter params["body"]\n'
        '  - unexpected value at params["bodyx"]\n'
        '  - expected params["endpoint_name"] to be a str, got int instead\n'
        '  - expected params["accept"] to be a str, got int instead'
    )


def test_nested_paths() -> None:
    holder = StructureChecker(Point, (), {"x": params.map_of(params.list_of(params.integer))})
    with pytest.raises(ParamValidationError) as caught:
        converted(holder, {"x": {"b": [1, "two"]}}, converts=True)
    assert str(caught.value) == 'expected params["x"]["b"][1] to be an int, got str instead'


def test_none_counts_as_absent() -> None:
    assert refused({"endpoint_name": "ep", "body": None}) == [
        'missing required parameter params["body"]'
    ]
    request = send({"endpoint_name": "ep", "body": b"", "accept": None})
    assert "accept" not in request.headers


def test_an_empty_text_is_there_but_no_label() -> None:
    assert send({"endpoint_name": "ep", "body": b"", "accept": ""}).headers["accept"] == ""
    for validates in (True, False):
        assert refused({"endpoint_name": "", "body": b""}, validate_params=validates) == [
            'params["endpoint_name"] must not be blank: it is part of the path'
        ]


def test_length_pattern_and_range_are_left_to_the_service() -> None:
    parameters: dict[str, object] = {"endpoint_name": "x" * 100, "body": b""}
    parameters["custom_attributes"] = "é" * 2000
    assert send(parameters).url.endswith(f"/endpoints/{'x' * 100}/invocations")
    parameters = {"endpoint_name": "ep", "input_location": "no URI", "request_ttl_seconds": -1}
    request = send(parameters, "invoke_endpoint_async")
    assert request.headers["x-amzn-sagemaker-requestttlseconds"] == "-1"


@pytest.mark.parametrize("mark", ["\r", "\n", "\0"])
@pytest.mark.parametrize("validates", [True, False])
def test_header_values_that_would_break_the_message(mark: str, validates: bool) -> None:
    parameters = {"endpoint_name": "ep", "body": b"", "custom_attributes": f"a{mark}b"}
    (problem,) = refused(parameters, validate_params=validates)
    # The value may be secret, and is not shown.
    assert problem == (
        "header x-amzn-sagemaker-custom-attributes: the value has a CR, LF or NUL character; "
        "remove it"
    )


def test_without_validation_unknown_members_are_left_out_and_the_rest_is_sent() -> None:
    request = send({"endpoint_name": "ep", "body": b"x", "x": 1}, validate_params=False)
    assert (request.body, [name for name in request.headers if "x-amzn-sagemaker-x" in name]) == (
        b"x",
        [],
    )


def test_the_callers_parameters_are_not_changed() -> None:
    body = io.BytesIO(b"content")
    given: dict[str, object] = {"endpoint_name": "ep", "body": body, "accept": None}
    before = dict(given)
    send(given)
    assert given == before
