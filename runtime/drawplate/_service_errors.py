"""From an error answer to the error that is raised. Rules: requests.md section 14."""

from __future__ import annotations

import re

from drawplate.errors import ResponseParseError, ServiceError
from drawplate.http import Headers, HttpResponse
from drawplate.operation import ErrorAnswer, Errors
from drawplate.structures import request_id

_CODES_BY_STATUS = {
    302: "MovedTemporarily",
    304: "NotModified",
    400: "BadRequest",
    403: "Forbidden",
    404: "NotFound",
    412: "PreconditionFailed",
    413: "RequestEntityTooLarge",
}


def service_error(errors: Errors, response: HttpResponse, content: bytes) -> ServiceError:
    """The error of an answer outside 2xx: the modelled class where its code is known."""
    answer = errors.read(response.headers, content)
    code = answer.code or _CODES_BY_STATUS.get(response.status, f"Http{response.status}Error")
    error = _modelled(errors, code, response.headers, answer)
    if error is None:
        from drawplate.error_classes import error_classes  # of a client that has imported it

        error = error_classes(errors.base)(code)(answer.message)
        error.code = code
        error.fault = answer.fault
    if answer.shown:
        error.code = answer.shown
    error.status = response.status
    error.request_id = answer.request_id or request_id(response.headers)
    error.retry_after = _retry_after(response.headers)
    return error


def _modelled(
    errors: Errors, code: str, headers: Headers, answer: ErrorAnswer
) -> ServiceError | None:
    parse = errors.parsers.get(code) or errors.parsers.get(re.sub(r"[^A-Za-z0-9]", "", code))
    if parse is None:
        return None
    try:
        return parse(headers, answer.body)
    except ResponseParseError:
        # The code is sure and worth more than the members: raise the error without them.
        return parse(Headers(), answer.bare)


def _retry_after(headers: Headers) -> float | None:
    """Seconds out of `x-amz-retry-after`, which has whole milliseconds; anything else is none."""
    text = headers.get("x-amz-retry-after", "").strip()
    return float(text) / 1000 if text.isascii() and text.isdigit() else None
