"""Many calls from a few threads, of which some are streams that are left in the middle."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from drawplate.errors import DrawplateError
from drawplate.testing import EXAMPLE_CREDENTIALS
from sagemaker_runtime import SageMakerRuntimeClient, types

from tests.soak.report import Report, open_files, resident_kib
from tests.soak.server import event

#: Every so many calls one reads a stream, and every other one of these leaves it.
STREAM_EVERY = 20
EVENTS = 5


def run(url: str, count: int, threads: int = 4) -> Report:
    """Make `count` calls; the report says how often which error was raised."""
    report = Report()
    lock = threading.Lock()
    client = SageMakerRuntimeClient(
        region="us-east-1",
        environ={},
        endpoint=url,
        access_key_id=EXAMPLE_CREDENTIALS[0],
        secret_access_key=EXAMPLE_CREDENTIALS[1],
        retry_base_delay=0,
        http_read_timeout=30,
    )

    def one(number: int) -> None:
        try:
            of_stream = number % STREAM_EVERY == 0
            problem = _stream(client, number) if of_stream else _call(client, number)
            outcome = "ok"
        except DrawplateError as error:
            problem, outcome = None, type(error).__name__
        with lock:
            report.outcomes[outcome] += 1
            if problem:
                report.wrong.append(problem)

    def part(first: int) -> None:
        for number in range(first, count, threads):
            one(number)

    report.files_before, report.kib_before = open_files(), resident_kib()
    began = time.monotonic()
    with client, ThreadPoolExecutor(threads) as pool:
        list(pool.map(part, range(threads)))
        report.kib_most = resident_kib()
    report.seconds = time.monotonic() - began
    report.files_after, report.kib_after = open_files(), resident_kib()
    return report


def _call(client: SageMakerRuntimeClient, number: int) -> str | None:
    sent = b"call %d" % number
    got = client.invoke_endpoint(endpoint_name="echo", body=sent).body
    return None if got == sent else f"{sent!r} was answered with {got!r}"


def _stream(client: SageMakerRuntimeClient, number: int) -> str | None:
    """Read a stream, or a part of it; what comes before an error has to be right as well."""
    wanted = EVENTS if number % (2 * STREAM_EVERY) else 2
    got = 0
    out = client.invoke_endpoint_with_response_stream(endpoint_name="events", body=b"%d" % EVENTS)
    with out:
        for item in out.body:
            if not isinstance(item, types.PayloadPart) or item.bytes != event(got):
                return f"event {got} of stream {number} is {item!r}"
            got += 1
            if got == wanted:
                return None
    return f"stream {number} ended after {got} events"
