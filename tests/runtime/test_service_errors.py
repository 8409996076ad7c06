"""From error answers to errors: the rules of requests.md section 14, as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from drawplate._service_errors import service_error
from drawplate.error_classes import error_classes
from drawplate.errors import ServiceError
from drawplate.http import Headers, HttpResponse
from drawplate.operation import ErrorParser, Errors, error_event, plain_error
from drawplate.parse import as_int, as_str, error_message, header, int_text, member
from hypothesis import given
from hypothesis import strategies as st


class ThingError(ServiceError):
    pass


class_of = error_classes(ThingError)


class NoSuchThing(ThingError):
    code = "NoSuchThing"


class Busy(ThingError):
    code = "Busy"

    def __init__(
        self, message: str | None = None, *, seconds: int | None = None, where: str | None = None
    ) -> None:
        super().__init__(message)
        self.seconds = seconds
        self.where = where


def busy(headers: Headers, body: Mapping[str, Any]) -> Busy:
    return Busy(
        error_message(body),
        seconds=header(headers, "x-seconds", int_text) or member(body, "Seconds", as_int),
        where=member(body, "Where", as_str),
    )


PARSERS: Mapping[str, ErrorParser] = {"NoSuchThing": plain_error(NoSuchThing), "Busy": busy}
ERRORS = Errors(ThingError, PARSERS)
TYPE = "x-amzn-ErrorType"


def answer(
    body: object = b"", headers: Mapping[str, str] | None = None, status: int = 400
) -> ServiceError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return service_error(ERRORS, HttpResponse(status, headers), content)


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({TYPE: "NoSuchThing"}, b"", "NoSuchThing"),
        ({TYPE: "NoSuchThing:http://internal.amazon.com/coral/com.amazon/"}, {}, "NoSuchThing"),
        ({TYPE: "aws.things#NoSuchThing"}, {}, "NoSuchThing"),
        ({TYPE: "aws.things#NoSuchThing:http://x#y/"}, {}, "NoSuchThing"),
        ({TYPE: " NoSuchThing "}, {}, "NoSuchThing"),
        ({}, {"code": "NoSuchThing"}, "NoSuchThing"),
        ({}, {"__type": "aws.things#NoSuchThing"}, "NoSuchThing"),
        ({TYPE: "NoSuchThing"}, {"code": "Busy", "__type": "Busy"}, "NoSuchThing"),
        ({}, {"code": "NoSuchThing", "__type": "Busy"}, "NoSuchThing"),
        ({TYPE: ""}, {"code": "NoSuchThing"}, "NoSuchThing"),
        ({TYPE: ":http://x/"}, {"__type": "NoSuchThing"}, "NoSuchThing"),
        ({}, {"code": 5, "__type": "NoSuchThing"}, "NoSuchThing"),
        ({}, {"code": None, "__type": ["NoSuchThing"]}, "BadRequest"),
        ({TYPE: "NoSuchThing"}, b"<html>", "NoSuchThing"),
        ({TYPE: "NoSuchThing"}, [1], "NoSuchThing"),
        ({TYPE: "some.weird-code"}, {}, "some.weird-code"),
        ({}, {"message": "said"}, "BadRequest"),
    ],
)
def test_where_the_code_is_found(headers: dict[str, str], body: object, code: str) -> None:
    error = answer(body, headers)
    assert error.code == code
    assert type(error) is (NoSuchThing if code == "NoSuchThing" else class_of(code))


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (302, "MovedTemporarily"),
        (304, "NotModified"),
        (400, "BadRequest"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (412, "PreconditionFailed"),
        (413, "RequestEntityTooLarge"),
        (301, "Http301Error"),
        (418, "Http418Error"),
        (503, "Http503Error"),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"{}", b"\xff"], ids=str)
def test_without_a_code_the_status_gives_one(status: int, code: str, body: bytes) -> None:
    error = answer(body, status=status)
    told = (type(error), error.code, error.message, error.status)
    assert told == (class_of(code), code, "", status)
    assert issubclass(class_of(code), ThingError)


@pytest.mark.parametrize("code", ["NoSuchThing", "No.Such-Thing", "no_such_thing#NoSuch Thing"])
def test_a_code_names_its_class_without_its_punctuation(code: str) -> None:
    error = answer({}, {TYPE: code})
    assert (type(error), error.code) == (NoSuchThing, "NoSuchThing")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"message": "a", "Message": "b"}, "a"),
        ({"Message": "b"}, "b"),
        ({"message": "", "Message": "b"}, "b"),
        ({"message": None}, ""),
        ({"message": {"not": "text"}}, ""),
        ({}, ""),
    ],
)
@pytest.mark.parametrize("code", ["NoSuchThing", "Busy", "Unmodelled"])
def test_messages(body: dict[str, object], message: str, code: str) -> None:
    error = answer(body, {TYPE: code})
    assert (error.message, error.args) == (message, (message,))


def test_members_come_from_body_and_headers() -> None:
    error = answer({"message": "later", "Where": "here", "Seconds": 7}, {TYPE: "Busy:http://x/"})
    assert isinstance(error, Busy)
    assert (error.message, error.seconds, error.where) == ("later", 7, "here")
    error = answer({"Seconds": 7}, {TYPE: "Busy", "X-Seconds": "9"})
    assert isinstance(error, Busy)
    assert (error.message, error.seconds, error.where) == ("", 9, None)


def test_the_class_survives_members_of_the_wrong_type() -> None:
    error = answer({"message": "later", "Where": 5, "Seconds": "many"}, {TYPE: "Busy"}, 429)
    assert isinstance(error, Busy)
    assert (error.message, error.seconds, error.where, error.status) == ("later", None, None, 429)


def test_the_class_survives_a_header_member_of_the_wrong_type() -> None:
    error = answer({"message": "later", "Where": "x"}, {TYPE: "Busy", "X-Seconds": "many"}, 429)
    assert isinstance(error, Busy)
    assert (error.message, error.seconds, error.status) == ("later", None, 429)


def test_status_and_request_id() -> None:
    error = answer({}, {TYPE: "Busy", "x-amzn-RequestId": "0f1e"}, 503)
    assert (error.status, error.request_id) == (503, "0f1e")
    error = answer({}, {TYPE: "Other", "x-amz-request-id": "2d3c"}, 503)
    assert (error.status, error.request_id) == (503, "2d3c")
    assert answer().request_id is None


def test_an_unmodelled_code_stays_on_its_own_instance() -> None:
    answer({}, {TYPE: "Unmodelled"})
    assert (ThingError.code, answer().code) == ("", "BadRequest")


def test_errors_as_events_have_all_members_in_the_payload() -> None:
    error = error_event(busy)({":exception-type": "Busy"}, b'{"Message":"later","Seconds":3}')
    assert isinstance(error, Busy)
    assert (error.message, error.seconds, error.status) == ("later", 3, 0)
    empty = error_event(plain_error(NoSuchThing))({}, b"")
    assert (type(empty), empty.message) == (NoSuchThing, "")


@given(st.binary(), st.sampled_from([None, "Busy", "NoSuchThing", "#", ":", "x:y#z"]))
def test_any_answer_is_an_error_of_the_service(content: bytes, named: str | None) -> None:
    error = answer(content, {TYPE: named} if named else {}, 500)
    assert isinstance(error, ThingError)
    assert error.code
    assert error.status == 500
