"""Answers: whatever a service sends becomes typed values, or the error that says why it does not.

Input: choice of operation, header fields a line each, a NUL, and the body. Operations are those of
packages in JSON and XML; each input is read as an output, as an error and, where there are events,
as one of these. The highest choice reads the rest as each kind of text and number instead.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from types import FunctionType
from typing import Any

from drawplate import parse
from drawplate._service_errors import service_error
from drawplate.errors import EventStreamParserError, ResponseParseError, ServiceError
from drawplate.http import Headers, HttpResponse
from drawplate.operation import Operation

from tests.fuzz.target import Target, collect, finished
from tests.runtime.frames import message

_PACKAGES = [
    "sagemaker_runtime",
    "drawplate.identity._generated.sso",
    "drawplate.identity._generated.sts",
    "drawplate.jobs._generated.s3",
    *(
        f"tests.golden.{name}.expected.{name}"
        for name in (
            "bindings",
            "event_stream",
            "hostile_docs",
            "json_body",
            "names",
            "query",
            "rest_xml",
        )
    ),
]


def _operations() -> list[Operation[Any, Any]]:
    modules = [import_module(f"{package}._operations") for package in _PACKAGES]
    found = [item for module in modules for item in vars(module).items()]
    # Those whose streams are awaited are the same but for who reads them.
    return [
        value
        for name, value in found
        if isinstance(value, Operation) and not name.startswith("ASYNC_")
    ]


def _names() -> set[bytes]:
    """Names of members and header fields, which stand in the parsers as text."""
    modules = [import_module(f"{package}._parsers") for package in _PACKAGES]
    codes = [
        value.__code__
        for module in modules
        for value in vars(module).values()
        if isinstance(value, FunctionType)
    ]
    constants = [constant for code in codes for constant in code.co_consts]
    return {constant.encode() for constant in constants if isinstance(constant, str) and constant}


_OPERATIONS = _operations()


_READERS_ALONE = 255
_OF_TEXT: tuple[Callable[[str], object], ...] = (
    parse.as_blob,
    parse.as_date_time,
    parse.as_http_date,
    parse.base64_header,
    parse.bool_text,
    parse.decimal_text,
    parse.epoch_text,
    parse.float_text,
    parse.http_date_list,
    parse.int_text,
    parse.list_of_text(parse.as_str),
)
_OF_JSON: tuple[Callable[[object], object], ...] = (
    parse.as_decimal,
    parse.as_epoch_seconds,
    parse.as_float,
    parse.as_int,
    parse.union_member,
)


def check(data: bytes) -> None:
    """Read one answer in every way in which its operation could."""
    if not data:
        return
    if data[0] == _READERS_ALONE:
        _check_readers(data[1:])
        return
    operation = _OPERATIONS[data[0] % len(_OPERATIONS)]
    head, _, body = data[1:].partition(b"\0")
    pairs = (line.partition(":") for line in head.decode("latin-1").replace("\r", "").split("\n"))
    headers = Headers((name, value.strip()) for name, _, value in pairs if name)
    if operation.event_stream is not None:
        body = _event(headers, body)
    try:
        output = operation.parse(HttpResponse(200, headers, body))
        stream: Any = getattr(output, operation.event_stream or "", ())
        if hasattr(stream, "__aiter__"):
            finished(collect(stream, []))
        else:
            list(stream)
    except (ResponseParseError, EventStreamParserError, ServiceError) as error:
        assert str(error)  # noqa: PT017 - that one may be raised is the point
    told = service_error(operation.errors, HttpResponse(400, headers, body), body)
    assert told.code
    assert told.status == 400


def _check_readers(content: bytes) -> None:
    for of_text in _OF_TEXT:
        with suppress(ResponseParseError):
            of_text(content.decode("latin-1"))
    for of_json in _OF_JSON:
        with suppress(ResponseParseError):
            of_json(parse.json_value(content, exact=True))


def _event(headers: Headers, payload: bytes) -> bytes:
    fields = {name: value for name, value in headers.items() if len(name.encode()) < 256}
    return message({**fields}, payload)


_VALUES = (
    *(b"1", b"-1.5e3", b"1e400", b'"NaN"', b"NaN", b"true", b'{"a": 1}', b"AQI=", b'"a, b", c'),
    *(b"2026-01-15T13:34:56.5+01:00", b"Thu, 15 Jan 2026 12:34:56 GMT", b"1768480496.5"),
)
_JSON = (
    b'{"message": "m", "__type": "a#B:c", "code": 1, "InferenceId": "i", "a": [1.5, null, {}]}'
    b'{"list": [true, "2026-01-15T12:34:56Z", 1768480496.5, "AQI=", "NaN", 1e400]}'
)
_HEADERS = b"content-type: application/json\nx-amzn-errortype: ModelError\n"
_XML = (
    b'<?xml version="1.0"?><FitResponse xmlns="x"><FitResult><Part><MadeOn>2026-01-15T13:34:56Z'
    b"</MadeOn><Parts><item/></Parts><Mark><Name>a</Name><value>AQI=</value></Mark></Part>"
    b"</FitResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></FitResponse>"
)
_ERROR = b"<ErrorResponse><Error><Type>Sender</Type><Code>c</Code><Message>m</Message></Error>"
_EVENTS = (
    b":message-type: event\n:event-type: line\nNumber: 1\n\0text",
    b":message-type: exception\n:exception-type: ModelStreamError\n\0"
    b'{"Message": "m", "ErrorCode": "c"}',
    b":message-type: error\n:error-code: c\n:error-message: m\n\0",
    b':message-type: event\n:event-type: pause\n\0{"Seconds": 1.5}',
)

TARGET = Target(
    check,
    [bytes((_READERS_ALONE,)) + value for value in _VALUES]
    + [
        bytes((number,)) + rest
        for number, operation in enumerate(_OPERATIONS)
        for rest in (
            _EVENTS
            if operation.event_stream
            else (_HEADERS + b"\0" + _JSON, b"\0{}", b"\0" + _XML, b"\0" + _ERROR)
        )
    ],
    [
        *(b"null", b"true", b"1e400", b"1e99999999999999999999", b"-0.0", b"NaN", b"Infinity"),
        *(b"\\ud800", b"[[[[[[[[", b'{"a":', b'"', b"<a>", b"</a>", b"<!DOCTYPE a>", b"<![CDATA["),
        *(b"&#x41;", b"&lt;", b"xmlns:a=", b"2026-01-15T12:34:56.5+01:00", b"AQI="),
        *(b"Thu, 15 Jan 2026 12:34:56 GMT", b"99999-99-99", b"1768480496.123456789", b'"a,b", c'),
        *sorted(_names()),
    ],
)
