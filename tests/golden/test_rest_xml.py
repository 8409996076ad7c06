"""Runs the expected package of the case `rest_xml`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from drawplate.errors import ResponseParseError
from drawplate.http import HttpResponse

from tests.golden.rest_xml.expected.rest_xml import RestXmlClient, errors, types
from tests.golden.wire import Wire

DAY = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)


def test_bindings_and_a_body_of_xml_go_out() -> None:
    wire = Wire(HttpResponse(200))
    RestXmlClient(**wire.options).put(
        shelf="a/b",
        path="c d/e",
        until=DAY,
        title="<&>\n",
        kept={"language": 'e"n', "pages": 7, "printed": DAY, "cover": b"\x01", "parts": [{}, {}]},
        names=["x", ""],
        tags={"k": ["v", "w"]},
    )
    assert wire.sent == (
        "PUT",
        "https://golden.test/base/shelves/a%2Fb/c%20d/e",
        {"content-type": "application/xml", "x-until": "Thu, 15 Jan 2026 12:34:56 GMT"},
        b'<PutInput xmlns="https://golden.test/xml"><Title>&lt;&amp;&gt;&#xA;</Title>'
        b'<Kept xmlns:b="https://golden.test/book" b:lang="e&quot;n"><Pages>7</Pages>'
        b"<Printed>2026-01-15T12:34:56Z</Printed><Cover>AQ==</Cover><Part></Part><Part></Part>"
        b"</Kept><Names><Name>x</Name><Name></Name></Names>"
        b"<Tag><K>k</K><V><Name>v</Name><Name>w</Name></V></Tag>"
        b"</PutInput>",
    )


def test_bindings_and_a_body_of_xml_come_back() -> None:
    body = b"<Any><Kept><Pages> 3 </Pages><Cover>A Q\n==</Cover></Kept><Name>a</Name><Name/></Any>"
    wire = Wire(HttpResponse(200, {"etag": '"1"', "x-amz-request-id": "r-1"}, body))
    out = RestXmlClient(**wire.options).put(shelf="s", path="p")
    assert out == types.PutOutput(
        etag='"1"', kept=types.Book(pages=3, cover=b"\x01"), names=["a", ""]
    )
    assert out.metadata.request_id == "r-1"


@pytest.mark.parametrize(
    "body",
    [
        b"<ErrorResponse><Error><Code>Full</Code><Message>no room</Message><Free>3</Free></Error>"
        b"<RequestId>r-2</RequestId></ErrorResponse>",
        b"<Error><Code>Full</Code><Message>no room</Message><Free>3</Free>"
        b"<RequestId>r-2</RequestId></Error>",
    ],
    ids=["wrapped", "bare"],
)
def test_errors_with_and_without_an_element_around_them(body: bytes) -> None:
    wire = Wire(HttpResponse(507, {"x-after": "9"}, body))
    client = RestXmlClient(**wire.options).with_options(retry_limit=0)
    with pytest.raises(errors.Full) as caught:
        client.put(shelf="s", path="p")
    error = caught.value
    assert (error.message, error.free, error.after) == ("no room", 3, 9)
    assert (error.status, error.request_id) == (507, "r-2")


def test_an_answer_that_is_no_xml_is_an_error() -> None:
    wire = Wire(HttpResponse(200, body=b"{}"))
    with pytest.raises(ResponseParseError, match="is not XML"):
        RestXmlClient(**wire.options).put(shelf="s", path="p")
