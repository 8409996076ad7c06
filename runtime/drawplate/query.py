"""What generated clients of query services call: forms, results and errors (awsQuery).

A request is a form of names and values: structures put a dot between the names of their members,
lists and maps a number behind it. An answer is XML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import quote

from drawplate.errors import ParamValidationError, ResponseParseError, ServiceError
from drawplate.http import Headers, HttpRequest, HttpResponse
from drawplate.operation import FAULTS, ErrorAnswer, ErrorParser
from drawplate.structures import UnknownMember
from drawplate.xml import Element, xml_document, xml_str

T = TypeVar("T")

Form = list[tuple[str, str]]
"""Names and values in the order in which they are sent, not encoded."""


def query_request(form: Form) -> HttpRequest:
    """The request that carries a form."""
    body = "&".join([f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in form])
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return HttpRequest("POST", "/", headers, body.encode())


def list_items(
    form: Form, name: str, member: str, values: Sequence[T] | None
) -> Iterable[tuple[str, T]]:
    """The items of a list, each after the name that it is sent under: `name` + `member` + number.

    `member` is as `.member.`. An empty list is sent as an empty value, which is added here.
    """
    if not values:
        if values is not None:
            form.append((name, ""))
        return ()
    return [(f"{name}{member}{number}", value) for number, value in enumerate(values, 1)]


def map_items(
    name: str, entry: str, values: Mapping[str, T] | None
) -> Iterable[tuple[str, str, T]]:
    """The entries of a map, each key and value after the name of the entry, such as `Tags.entry.1`.

    `entry` is as `.entry.`. Nothing is sent of an empty map.
    """
    entries = (values or {}).items()
    return [(f"{name}{entry}{number}", *item) for number, item in enumerate(entries, 1)]


def put_unknown(form: Form, prefix: str, member: UnknownMember) -> None:
    """Add a member of a union that the model does not know; only text can be sent as it came."""
    if not isinstance(member.value, str):
        raise ParamValidationError(
            [f"the unknown union member {member.name!r} can only be sent with text as its value"]
        )
    form.append((f"{prefix}{member.name}", member.value))


def query_result(response: HttpResponse, name: str) -> Element:
    """The element that holds the members of an output, such as `GetCallerIdentityResult`.

    It is an empty one where the service sent none. Notes the id of the request in the response.
    """
    if not isinstance(response.body, bytes):
        raise ResponseParseError("the response body was not read before parsing")
    root = xml_document(response.body)
    response.request_id = _request_id(root)
    expected = f"{name.removesuffix('Result')}Response"
    if root.name not in ("", expected):
        raise ResponseParseError(f"expected the element {expected}, got another one")
    return root.first(name) or Element(name, {})


def query_error(_headers: Headers, content: bytes) -> ErrorAnswer:
    """What an error answer says; one that is not XML says nothing."""
    try:
        root = xml_document(content)
    except ResponseParseError:
        root = Element("", {})
    # Services of different ages have the error at three places.
    found = root if root.name == "Error" else root.first("Error") or root.first("Errors", "Error")
    error = found or Element("Error", {})
    message = query_error_message(error)
    bare = Element("Error", {})
    bare.children["Message"] = [Element("Message", {}, message)]
    return ErrorAnswer(
        code=_text(error, "Code").strip(),
        message=message,
        body=error,
        bare=bare,
        request_id=_request_id(root) or _request_id(error),
        fault=FAULTS.get(_text(error, "Type").strip()),
    )


def query_error_message(error: Element) -> str:
    """What the service said of an error, "" when it said nothing."""
    return _text(error, "Message") or _text(error, "message")


def plain_query_error(made: type[ServiceError]) -> ErrorParser:
    """A parser for an error that has no member but its message."""
    return lambda _headers, error: made(query_error_message(error))


def _request_id(element: Element) -> str | None:
    for holder in (element, element.first("ResponseMetadata")):
        for name in ("RequestId", "RequestID", "requestId"):
            if holder is not None and (text := _text(holder, name).strip()):
                return text
    return None


def _text(element: Element, name: str) -> str:
    found = element.first(name)
    return "" if found is None else xml_str(found)
