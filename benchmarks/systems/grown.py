"""A generated client of a made-up service; `benchmarks.growth` says where it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.systems import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, Absent

#: Optional parameters of the operations `few` and `many`.
FEW, MANY = 3, 43

try:
    sys.path.insert(0, os.environ["GROWN_FOLDER"])
    grown: Any = import_module(os.environ["GROWN_PACKAGE"])
except KeyError as variable:
    raise Absent(f"{variable} is not set; `benchmarks.growth` makes what it names") from None


class Client:
    """A client with nothing but what a call needs."""

    def __init__(self, url: str, certificates: str | None = None, transport: Any = None) -> None:
        del certificates
        self.made: Any = grown.GrownClient(
            region=REGION,
            endpoint=url,
            access_key_id=ACCESS_KEY_ID,
            secret_access_key=SECRET_ACCESS_KEY,
            **({"transport": transport} if transport else {}),
        )

    def close(self) -> None:
        """Drop the connections."""
        self.made.close()


class _Canned:
    """A transport that answers at once."""

    def __init__(self) -> None:
        self._response: Any = import_module("drawplate.http").HttpResponse

    def send(self, request: Any) -> Any:
        """Answer."""
        del request
        return self._response(200, {}, b"")


def unset() -> tuple[Callable[[], object], Callable[[], object], int]:
    """Return a call with few optional parameters and one with many, and how many more those are.

    None of them is set. They go to no socket, whose noise is larger than what is looked for.
    """
    client = Client("http://127.0.0.1:9", transport=_Canned()).made
    return (
        lambda: client.few(name="a", body=b"{}"),
        lambda: client.many(name="a", body=b"{}"),
        MANY - FEW,
    )
