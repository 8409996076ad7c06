"""Parts of the generated client, to be counted: `python -m benchmarks.counted URL PART COUNT`.

Each part is run a few times, and the named one so many times more.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.frames import arrivals
from benchmarks.systems import CONTENT_TYPE, ENDPOINT_NAME
from benchmarks.systems.drawplate_ import Client, canned, events, signing
from benchmarks.tasks import PIECE, body_of

BODY = body_of(200)
HEADERS = {
    "content-type": CONTENT_TYPE,
    "content-length": "200",
    "x-amzn-requestid": "5d3e3b1f-6f5a-4a5e-9c1c-2b7a4f0e1d11",
    "x-amzn-invoked-production-variant": "AllTraffic",
}
ANSWER = b"HTTP/1.1 200 OK\r\n" + "".join(f"{k}: {v}\r\n" for k, v in HEADERS.items()).encode()
#: Events that one run of the part "event" takes apart.
EVENTS = 100
#: How often every part is run, so that what happens once has happened.
WARM = 20


def parts(url: str) -> dict[str, Callable[[], object]]:
    """Return what is counted, by name."""
    from drawplate.http import HttpResponse
    from drawplate.http1 import ResponseDecoder

    # Parts that users do not see.
    serializers: Any = import_module("sagemaker_runtime._serializers")
    parsers: Any = import_module("sagemaker_runtime._parsers")
    types: Any = import_module("sagemaker_runtime.types")
    given = types.InvokeEndpointInput(
        endpoint_name=ENDPOINT_NAME, body=BODY, content_type=CONTENT_TYPE
    )
    client, transport = canned(CONTENT_TYPE)
    transport.body = BODY
    connected = Client(url)
    pieces, take_apart = arrivals(EVENTS, 64, PIECE), events()
    return {
        "serialize": lambda: serializers.serialize_invoke_endpoint(given),
        "sign": signing(BODY),
        "head": lambda: ResponseDecoder("POST", url).feed(ANSWER + b"\r\n" + BODY),
        "parse": lambda: parsers.parse_invoke_endpoint(HttpResponse(200, HEADERS, BODY)),
        "event": lambda: take_apart(pieces),
        "call": lambda: client.invoke_endpoint(
            endpoint_name=ENDPOINT_NAME, body=BODY, content_type=CONTENT_TYPE
        ),
        "exchange": lambda: connected.invoke(BODY),
    }


def main() -> None:
    """Run what the command line says."""
    url, name, count = sys.argv[1:]
    prepared = parts(url)
    for work in prepared.values():
        for _ in range(WARM):
            work()
    # When it collects depends on how much was made before.
    gc.collect()
    gc.disable()
    work = prepared[name]
    for _ in range(int(count)):
        work()


if __name__ == "__main__":
    main()
