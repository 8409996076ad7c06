"""Carrying on the trace of AWS Lambda, which breaks loops of functions that call themselves."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from drawplate.http import Headers

_HEADER = "x-amzn-trace-id"
#: What a trace id may hold beside letters, digits and `_.-~`. requests.md section 6.
_SAFE = "-=;:+&[]{}\"',"


def carry_on_trace(headers: Headers, environ: Mapping[str, str]) -> None:
    """Pass on the trace that this process was called in, unless the request has one already."""
    trace = environ.get("_X_AMZN_TRACE_ID", "")
    if trace and _HEADER not in headers:
        headers[_HEADER] = quote(trace, safe=_SAFE)
