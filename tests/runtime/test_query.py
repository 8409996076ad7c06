"""Forms, results and errors of query services."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from drawplate._service_errors import service_error
from drawplate.error_classes import error_classes
from drawplate.errors import ParamValidationError, ResponseParseError, ServiceError
from drawplate.http import Headers, HttpRequest, HttpResponse
from drawplate.operation import Errors, query_compatible_error
from drawplate.query import (
    Form,
    list_items,
    map_items,
    plain_query_error,
    put_unknown,
    query_error,
    query_request,
    query_result,
)
from drawplate.structures import UnknownMember
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.text(st.characters(codec="utf-8"))


def test_a_form_is_a_request() -> None:
    assert query_request([("Action", "Go"), ("a.1", "x y+ü&=~%")]) == HttpRequest(
        "POST",
        "/",
        {"content-type": "application/x-www-form-urlencoded"},
        b"Action=Go&a.1=x%20y%2B%C3%BC%26%3D~%25",
    )


@given(st.lists(st.tuples(TEXT, TEXT)))
def test_every_form_can_be_read_back(form: Form) -> None:
    body = query_request(form).body
    assert isinstance(body, bytes)
    assert parse_qsl(body.decode(), keep_blank_values=True) == form


def items(form: Form, member: str, values: list[str] | None) -> list[tuple[str, str]]:
    """The items of the list Foo."""
    return [*list_items(form, "Foo", member, values)]


def entries(entry: str, values: dict[str, int] | None) -> list[tuple[str, str, int]]:
    """The entries of the map Foo."""
    return [*map_items("Foo", entry, values)]


def test_items_of_lists() -> None:
    form: Form = []
    assert items(form, ".member.", ["a", "b"]) == [("Foo.member.1", "a"), ("Foo.member.2", "b")]
    assert items(form, ".", ["a"]) == [("Foo.1", "a")]
    assert items(form, ".member.", None) == []
    assert form == []
    assert items(form, ".member.", []) == []
    assert form == [("Foo", "")]


def test_items_of_maps() -> None:
    assert entries(".entry.", {"a": 1, "b": 2}) == [
        ("Foo.entry.1", "a", 1),
        ("Foo.entry.2", "b", 2),
    ]
    assert entries(".", {"a": 1}) == [("Foo.1", "a", 1)]
    assert entries(".entry.", {}) == []
    assert entries(".entry.", None) == []


def test_an_unknown_member_of_a_union_is_sent_if_it_is_text() -> None:
    form: Form = []
    put_unknown(form, "Foo.", UnknownMember("Bar", "x"))
    assert form == [("Foo.Bar", "x")]
    with pytest.raises(ParamValidationError, match="unknown union member 'Bar' can only") as caught:
        put_unknown(form, "Foo.", UnknownMember("Bar", {"a": "secret"}))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "metadata",
    [
        "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>",
        "<ResponseMetadata><requestId> r-1 </requestId></ResponseMetadata>",
        "<RequestId>r-1</RequestId>",
        "<RequestID>r-1</RequestID>",
    ],
)
def test_a_result_and_the_id_of_its_request(metadata: str) -> None:
    body = f"<GoResponse xmlns='u'><GoResult><A>1</A></GoResult>{metadata}</GoResponse>"
    response = HttpResponse(200, {}, body.encode())
    result = query_result(response, "GoResult")
    assert (result.name, result.children["A"][0].text) == ("GoResult", "1")
    assert response.request_id == "r-1"


@pytest.mark.parametrize("body", [b"", b"<GoResponse/>"])
def test_a_result_that_is_not_there_is_empty(body: bytes) -> None:
    response = HttpResponse(200, {}, body)
    result = query_result(response, "GoResult")
    assert (result.name, result.children, response.request_id) == ("GoResult", {}, None)


def test_a_response_that_was_not_read_is_no_result() -> None:
    class Unread:
        def __iter__(self) -> Unread:
            return self

        def __next__(self) -> bytes:
            raise StopIteration

        def close(self) -> None: ...

    with pytest.raises(ResponseParseError, match=r"^the response body was not read"):
        query_result(HttpResponse(200, {}, Unread()), "GoResult")


class BaseError(ServiceError):
    """Any."""


class GoneError(BaseError):
    """Modelled."""

    code = "Gone"
    fault = "client"


ERRORS = Errors(BaseError, {"Gone": plain_query_error(GoneError)}, query_error)


def raised(body: str, status: int = 400, errors: Errors = ERRORS, **headers: str) -> ServiceError:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    content = body.encode()
    return service_error(errors, HttpResponse(status, fields, content), content)


@pytest.mark.parametrize(
    "body",
    [
        "<ErrorResponse>{}<RequestId>r-1</RequestId></ErrorResponse>",
        "<ErrorResponse xmlns='u'>{}<RequestID>r-1</RequestID></ErrorResponse>",
        "<Response><Errors>{}</Errors><RequestID>r-1</RequestID></Response>",
    ],
)
def test_an_error_wherever_it_stands(body: str) -> None:
    told = "<Error><Type>Sender</Type><Code>Gone</Code><Message>bye</Message></Error>"
    error = raised(body.format(told), 404)
    assert type(error) is GoneError
    assert (error.code, error.message, error.fault) == ("Gone", "bye", "client")
    assert (error.status, error.request_id) == (404, "r-1")


def test_an_error_that_stands_alone() -> None:
    error = raised(
        "<Error><Code>Gone</Code><message>bye</message><RequestId>r-1</RequestId></Error>"
    )
    assert type(error) is GoneError
    assert (error.message, error.request_id) == ("bye", "r-1")


@pytest.mark.parametrize(
    ("kind", "fault"), [("Sender", "client"), ("Receiver", "server"), ("x", None)]
)
def test_an_unknown_error_says_whose_fault_it_is(kind: str, fault: str | None) -> None:
    error = raised(
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>A.B</Code></Error></ErrorResponse>"
    )
    assert type(error) is error_classes(BaseError)(error.code)
    assert (error.code, error.fault) == ("A.B", fault)
    assert BaseError.fault is None


@pytest.mark.parametrize("body", ["", "<html>", "<!DOCTYPE html><html/>", "<html/>", '{"a": 1}'])
def test_an_answer_without_an_error_in_it_is_called_by_its_status(body: str) -> None:
    error = raised(body, 503, x_amzn_requestid="r-2")
    assert (error.code, error.message, error.request_id) == ("Http503Error", "", "r-2")


def test_a_member_of_the_wrong_type_does_not_hide_the_error() -> None:
    def parse(_headers: Headers, error: object) -> ServiceError:
        if "Odd" in getattr(error, "children", {}):
            raise ResponseParseError("odd")
        return plain_query_error(GoneError)(_headers, error)

    errors = Errors(BaseError, {"Gone": parse}, query_error)
    told = "<Error><Code>Gone</Code><Message>bye</Message><Odd/></Error>"
    error = raised(f"<ErrorResponse>{told}</ErrorResponse>", errors=errors)
    assert type(error) is GoneError
    assert error.message == "bye"


COMPATIBLE = Errors(
    BaseError, {"Gone": lambda _headers, _body: GoneError("bye")}, query_compatible_error
)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("AWS.Queue.Gone;Sender", "AWS.Queue.Gone"),
        (" AWS.Queue.Gone ; Receiver", "AWS.Queue.Gone"),
        ("AWS.Queue.Gone", "AWS.Queue.Gone"),
        ("", "Gone"),
    ],
)
def test_a_code_of_the_time_of_query_is_shown(header: str, code: str) -> None:
    body = '{"__type": "com.example#Gone"}'
    error = raised(body, errors=COMPATIBLE, x_amzn_query_error=header)
    assert type(error) is GoneError
    assert (error.code, error.fault, GoneError.code) == (code, "client", "Gone")


def test_an_unknown_error_of_the_time_of_query() -> None:
    error = raised("{}", errors=COMPATIBLE, x_amzn_query_error="A.B;Receiver")
    assert type(error) is error_classes(BaseError)("BadRequest")
    assert (error.code, error.fault) == ("A.B", "server")
