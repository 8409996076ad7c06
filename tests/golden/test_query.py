"""Runs the expected package of the case `query`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from drawplate.errors import ResponseParseError
from drawplate.http import HttpResponse

from tests.golden.query.expected.query import QueryClient, errors, types
from tests.golden.wire import Wire

DAY = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FIT = b"""<?xml version="1.0"?>
<FitResponse xmlns="https://golden.test/query">
  <FitResult>
    <Part>
      <MadeOn>2026-01-15T13:34:56+01:00</MadeOn>
      <Parts><item><MadeOn>2026-01-15T12:34:56Z</MadeOn><Parts/></item><item/></Parts>
      <Mark><Name>a</Name><value>AQI=</value></Mark>
      <Mark><Name>b</Name><value/></Mark>
      <Mark><Name>c</Name></Mark>
    </Part>
  </FitResult>
  <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>
</FitResponse>"""


def test_a_form_goes_out_and_xml_comes_back() -> None:
    wire = Wire(HttpResponse(200, {"content-type": "text/xml"}, FIT))
    out = QueryClient(**wire.options).fit(
        made=DAY,
        parts=[{"made": DAY, "marks": {"x&y": b"\x01\x02"}}, types.Part(made=EPOCH, parts=[])],
        marks={},
    )
    assert wire.sent == (
        "POST",
        "https://golden.test/base/",
        {"content-type": "application/x-www-form-urlencoded"},
        b"Action=Fit&Version=2026-01-01&MadeOn=2026-01-15T12%3A34%3A56Z"
        b"&Parts.item.1.MadeOn=2026-01-15T12%3A34%3A56Z"
        b"&Parts.item.1.Mark.1.Name=x%26y&Parts.item.1.Mark.1.value=AQI%3D"
        b"&Parts.item.2.MadeOn=1970-01-01T00%3A00%3A00Z&Parts.item.2.Parts=",
    )
    parts = [types.Part(made=DAY, parts=[]), types.Part(made=EPOCH)]
    marks = {"a": b"\x01\x02", "b": b""}
    assert out == types.FitOutput(part=types.Part(made=DAY, parts=parts, marks=marks))
    assert (out.metadata.status, out.metadata.request_id) == (200, "r-1")


def test_what_is_required_is_corrected_in_an_answer_without_a_body() -> None:
    wire = Wire(HttpResponse(200, {"x-amzn-requestid": "r-2"}))
    out = QueryClient(**wire.options).fit(made=DAY)
    assert out == types.FitOutput(part=types.Part(made=EPOCH))
    assert out.metadata.request_id == "r-2"


def raised(response: HttpResponse) -> errors.QueryError:
    with pytest.raises(errors.QueryError) as caught:
        QueryClient(**Wire(response).options).fit(made=DAY)
    return caught.value


def test_an_error_is_known_by_the_code_of_its_trait() -> None:
    body = (
        b"<ErrorResponse><Error><Type>Sender</Type><Code>Golden.Torn</Code>"
        b"<Message>gone</Message></Error><RequestId>r-3</RequestId></ErrorResponse>"
    )
    error = raised(HttpResponse(409, body=body))
    assert type(error) is errors.Torn
    assert errors.Torn.code == "Golden.Torn"
    assert (error.code, error.fault, error.request_id) == ("Golden.Torn", "client", "r-3")
    assert str(error) == "Golden.Torn: gone (operation Fit, status 409, request id r-3, attempts 1)"


def test_another_error_is_one_of_the_service() -> None:
    error = raised(
        HttpResponse(400, body=b"<ErrorResponse><Error><Code>Odd</Code></Error></ErrorResponse>")
    )
    assert type(error) is errors.error_class("Odd")
    assert (error.code, error.message, error.fault) == ("Odd", "", None)


def test_an_answer_of_something_else_is_no_output() -> None:
    wire = Wire(HttpResponse(200, body=b"<html><FitResult/></html>"))
    with pytest.raises(
        ResponseParseError, match=r"^expected the element FitResponse, got another one$"
    ):
        QueryClient(**wire.options).fit(made=DAY)
