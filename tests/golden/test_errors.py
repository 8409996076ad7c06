"""Runs the expected package of the case `json_body`: errors."""

from __future__ import annotations

import pytest
from drawplate.http import HttpResponse

from tests.golden.json_body.expected.json_body import JsonBodyClient, errors, types
from tests.golden.wire import Wire


def raised(*answers: HttpResponse) -> errors.JsonBodyError:
    wire = Wire(*answers)
    with pytest.raises(errors.JsonBodyError) as caught:
        JsonBodyClient(**wire.options).store(thing={"name": "x"})
    assert len(wire.requests) == len(answers)
    return caught.value


def test_members_come_out_of_body_and_header() -> None:
    fields = {"x-amzn-errortype": "NotFound", "x-hint": "left", "x-amzn-requestid": "r-1"}
    body = b'{"Message": "gone", "Thing": {"n": "cup"}}'
    error = raised(HttpResponse(404, fields, body))
    assert type(error) is errors.NotFound
    assert (error.thing, error.hint) == (types.Thing(name="cup"), "left")
    assert (error.code, error.fault, error.retryable) == ("NotFound", "client", False)
    assert str(error) == (
        "NotFound: gone (operation Store, status 404, request id r-1, attempts 1)"
    )


def test_members_that_do_not_come_are_none() -> None:
    error = raised(HttpResponse(404, {"x-amzn-errortype": "NotFound"}))
    assert type(error) is errors.NotFound
    assert (error.message, error.thing, error.hint) == ("", None, None)


def test_a_member_of_the_wrong_type_does_not_hide_the_error() -> None:
    body = b'{"__type": "NotFound", "message": "gone", "Thing": 1}'
    error = raised(HttpResponse(404, body=body))
    assert type(error) is errors.NotFound
    assert (error.message, error.thing) == ("gone", None)


def test_a_throttling_error_is_retried() -> None:
    busy = HttpResponse(429, {"x-amzn-errortype": "Busy"}, b'{"message": "slow down"}')
    wire = Wire(busy, HttpResponse(200, body=b"{}"))
    assert JsonBodyClient(**wire.options).store(thing={"name": "x"}).metadata.attempts == 2
    error = raised(busy, busy, busy, busy)
    assert type(error) is errors.Busy
    assert (error.message, error.throttling, error.attempts) == ("slow down", True, 4)


def test_an_error_of_the_service_is_known_to_every_operation() -> None:
    broken = HttpResponse(500, {"x-amzn-errortype": "golden.json#Broken:http://x"})
    error = raised(broken, broken, broken, broken)
    assert type(error) is errors.Broken
    assert (error.fault, error.retryable, error.throttling) == ("server", True, False)


def test_an_error_that_the_model_does_not_know_has_a_class_too() -> None:
    error = raised(HttpResponse(418, {"x-amzn-errortype": "Teapot"}, b'{"message": "short"}'))
    assert type(error) is errors.error_class("Teapot")
    assert isinstance(error, errors.JsonBodyError)
    assert (error.code, error.message, error.status) == ("Teapot", "short", 418)
