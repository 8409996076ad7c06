"""What a case says about a request, and the same facts of one that was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlsplit
from xml.dom import minidom

from drawplate._blocking import SocketTransport
from drawplate.http import HttpRequest

from tests.faults.server import OK, ScriptedServer, recv_request, send


class Wire:
    """A request as it arrives: sent to a local server by the transport that clients use."""

    def __init__(self, request: HttpRequest) -> None:
        url = urlsplit(request.url)
        self.host = url.netloc
        transport = SocketTransport()
        with ScriptedServer([recv_request, send(OK)]) as server:
            redirected = request.copy()
            redirected.url = request.url.replace(f"{url.scheme}://{url.netloc}", server.url, 1)
            transport.send(redirected)
            transport.close()
        head, _, self.body = server.requests[0].partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.method, target, _ = first.split(" ")
        self.path, _, query = target.partition("?")
        self.query = [_pair(item) for item in query.split("&") if item]
        self.headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            name = name.lower()
            if name in self.headers:
                raise AssertionError(f"the header {name} was sent twice")
            self.headers[name] = value


def expectation(case: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that a case says."""
    expected: dict[str, Any] = {
        "method": case["method"],
        "path": case["uri"],
        "query": _by_name([_pair(item) for item in case.get("queryParams", ())]),
        "headers": {name.lower(): value for name, value in case.get("headers", {}).items()},
        "not sent but required": [],
        "sent but forbidden": [],
    }
    if "resolvedHost" in case:
        expected["host"] = case["resolvedHost"]
    if "body" in case:
        expected["body"] = _body(case, case["body"].encode())
    if "authScheme" in case:
        expected["signed"] = case["authScheme"] == "aws.auth#sigv4"
    return expected


def observation(case: Mapping[str, Any], sent: Wire) -> dict[str, Any]:
    """The same of what was sent. What a case does not speak of is not compared."""
    listed = {_pair(item)[0] for item in case.get("queryParams", ())}
    # A list that is there and empty says that nothing is sent.
    everything = "queryParams" in case and not listed
    named = {name.lower() for name in case.get("headers", {})}
    names = {name for name, _ in sent.query}
    observed: dict[str, Any] = {
        "method": sent.method,
        "path": sent.path,
        "query": _by_name([pair for pair in sent.query if everything or pair[0] in listed]),
        "headers": {name: value for name, value in sent.headers.items() if name in named},
        "not sent but required": [
            *(name for name in case.get("requireHeaders", ()) if name.lower() not in sent.headers),
            *(name for name in case.get("requireQueryParams", ()) if name not in names),
        ],
        "sent but forbidden": [
            *(name for name in case.get("forbidHeaders", ()) if name.lower() in sent.headers),
            *(name for name in case.get("forbidQueryParams", ()) if name in names),
        ],
    }
    if "resolvedHost" in case:
        observed["host"] = sent.host
    if "body" in case:
        observed["body"] = _body(case, sent.body)
    if "authScheme" in case:
        observed["signed"] = sent.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 ")
    return observed


def _pair(item: str) -> tuple[str, str | None]:
    """`a=b`, `a=` and `a` are three different things on the wire."""
    name, equals, value = item.partition("=")
    return name, value if equals else None


def _by_name(pairs: list[tuple[str, str | None]]) -> dict[str, list[str | None]]:
    """Values of each name in the order in which they come."""
    values: dict[str, list[str | None]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _body(case: Mapping[str, Any], content: bytes) -> object:
    """A JSON or XML body as a value, another one as it is."""
    if content and case.get("bodyMediaType") == "application/xml":
        return _element(minidom.parseString(content).documentElement)  # noqa: S318 - our own
    if content and case.get("bodyMediaType") == "application/json":
        return _strict(json.loads(content, parse_int=Decimal, parse_float=Decimal))
    return content


def _element(element: Any) -> tuple[str, dict[str, str], list[object]]:
    """An element as name, attributes and content, without the white space that indents it.

    Elements of different names may come in any order, those of one name are a list.
    """
    held: list[Any] = [node for node in element.childNodes if node.nodeType == node.ELEMENT_NODE]
    content: list[object] = [*map(_element, sorted(held, key=lambda node: str(node.tagName)))]
    if not held:
        content = ["".join(node.data for node in element.childNodes)]
    return element.tagName, dict(element.attributes.items()), content


def _strict(value: object) -> object:
    """A JSON value in which `true` is not 1."""
    if isinstance(value, dict):
        return {name: _strict(item) for name, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_strict(item) for item in cast("list[object]", value)]
    return ("boolean", value) if isinstance(value, bool) else value
