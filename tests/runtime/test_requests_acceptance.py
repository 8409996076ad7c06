"""The acceptance checks of requests.md section 16, each under its own text."""

from __future__ import annotations

import logging
import os
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from drawplate._call import CallNext, Flow
from drawplate.context import RequestContext
from drawplate.errors import EndpointResolutionError, ParamValidationError
from drawplate.handlers import HandlerFunction
from drawplate.http import HttpRequest, HttpResponse
from drawplate.response import Response
from drawplate.testing import LocalEndpoint
from sagemaker_runtime import SageMakerRuntimeClient, endpoints, errors

from tests.runtime.clients import Recorder, invoke, json_answer, local, make

pytestmark = pytest.mark.usefixtures("face")  # both clients

CHECKS: dict[str, Callable[..., None]] = {}
MODEL_ERROR = json_answer(
    b'{"Message":"bad","OriginalStatusCode":500,"OriginalMessage":"oops","LogStreamArn":"arn"}',
    424,
    x_amzn_errortype="ModelError:http://x/",
)


def accepts(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a check under the text of its row."""

    def register(check: Callable[..., None]) -> Callable[..., None]:
        assert text not in CHECKS
        CHECKS[text] = check
        return check

    return register


@accepts("two wrong members and one missing: one error listing all three with paths")
def _() -> None:
    wrong: Any = {"endpoint_name": 5, "accept": 6}
    request = make(transport=Recorder()).build_request("invoke_endpoint", wrong)
    with pytest.raises(ParamValidationError) as caught:
        request.send()
    assert caught.value.errors == [
        'missing required parameter params["body"]',
        'expected params["endpoint_name"] to be a str, got int instead',
        'expected params["accept"] to be a str, got int instead',
    ]


@accepts("caller's params dict: unchanged after the call")
def _() -> None:
    params: Any = {"endpoint_name": "ep", "body": "text", "accept": None}
    given = dict(params)
    make(transport=Recorder()).build_request("invoke_endpoint", params).send()
    assert params == given


@accepts("handler added to a request: runs once, client unaffected")
def _() -> None:
    runs: list[str] = []

    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        runs.append(context.operation_name)
        return (yield from call_next(context))

    client = make(transport=Recorder(HttpResponse(503), HttpResponse(200)), retry_base_delay=0)
    request = client.build_request("invoke_endpoint", {"endpoint_name": "ep", "body": b""})
    request.handle(handle, step="build")
    request.send()
    invoke(client)
    assert (runs, len(client.handlers)) == (["invoke_endpoint"], 0)


@accepts("two handlers, same step/priority: first added sees the request first")
def _() -> None:
    seen: list[str] = []

    def named(name: str) -> HandlerFunction:
        def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
            seen.append(name)
            return (yield from call_next(context))

        return handle

    client = make(transport=Recorder())
    client.handlers.add(named("first"), step="build", priority=40)
    client.handlers.add(named("second"), step="build", priority=40)
    invoke(client)
    assert seen == ["first", "second"]


@accepts("secret in custom_attributes, default formatter: log has [FILTERED]")
def _(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client = make(transport=Recorder(), logger="tests.acceptance")
    client.invoke_endpoint(endpoint_name="ep", body=b"x", custom_attributes="s3cr3t")
    (record,) = [record for record in caplog.records if record.name == "tests.acceptance"]
    assert "[FILTERED]" in record.getMessage()
    assert "s3cr3t" not in record.getMessage()


@accepts("20 threads x 50 calls, one client: no cross-talk of params, UA metrics, invocation ids")
def _() -> None:
    class Echo:
        """A transport that keeps who sent what."""

        def __init__(self) -> None:
            self.sent: dict[tuple[str, str], tuple[str, str]] = {}

        def send(self, request: HttpRequest) -> HttpResponse:
            body = request.body if isinstance(request.body, bytes) else b""
            name = request.url.split("/")[-2]
            headers = request.headers
            identifier = headers["amz-sdk-invocation-id"]
            self.sent[name, body.decode()] = (identifier, headers["user-agent"])
            return HttpResponse(200, {}, b"for " + body)

    wire = Echo()
    client = make(transport=wire)
    inside: Any = client
    plain = inside._settings.user_agent.plain
    barrier = threading.Barrier(20)

    def work(number: int) -> bool:
        barrier.wait(10)
        return all(
            client.invoke_endpoint(endpoint_name=f"ep-{number}", body=f"{number}.{turn}").body
            == f"for {number}.{turn}".encode()
            for turn in range(50)
        )

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(work, range(20)))
    expected = {(f"ep-{n}", f"{n}.{turn}") for n in range(20) for turn in range(50)}
    assert wire.sent.keys() == expected
    assert len({identifier for identifier, _ in wire.sent.values()}) == 1000
    assert {agent for _, agent in wire.sent.values()} == {plain}


@accepts("fork after a call: child opens its own connection")
def _() -> None:
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork on this system")
    with LocalEndpoint({"ep": lambda r: r.body}) as server:
        client = local(server)
        invoke(client)
        receiver, sender = os.pipe()
        child = os.fork()
        if child == 0:
            outcome = b"no"
            try:
                outcome = pickle.dumps(invoke(client, b"child").body)
            finally:
                os.write(sender, outcome)
                os._exit(0)
        os.close(sender)
        with os.fdopen(receiver, "rb") as pipe:
            assert pickle.loads(pipe.read()) == b"child"  # noqa: S301
        os.waitpid(child, 0)
        assert invoke(client, b"parent").body == b"parent"
        client.close()
        assert server.connections == 2


@accepts("error header `ModelError:http://x/`: ModelError with members filled")
def _() -> None:
    with pytest.raises(errors.ModelError) as caught:
        invoke(make(transport=Recorder(MODEL_ERROR)))
    error = caught.value
    assert (
        error.message,
        error.original_status_code,
        error.original_message,
        error.log_stream_arn,
    ) == ("bad", 500, "oops", "arn")


@accepts(
    "raise_response_errors=False, 424: response.successful False, .error ModelError, .data None"
)
def _() -> None:
    client = make(transport=Recorder(MODEL_ERROR), raise_response_errors=False)
    response = client.build_request("invoke_endpoint", {"endpoint_name": "e", "body": b""}).send()
    assert (response.successful, type(response.error), response.data) == (
        False,
        errors.ModelError,
        None,
    )


@accepts('stub list ["ModelError", {"body": b"2"}]: first raises, then b"2" forever')
def _() -> None:
    stubs: Any = {"invoke_endpoint": ["ModelError", {"body": b"2"}]}
    client = SageMakerRuntimeClient(stub_responses=stubs, environ={})
    with pytest.raises(errors.ModelError):
        invoke(client)
    assert [invoke(client).body for _ in range(3)] == [b"2"] * 3


TABLE = {
    "us-west-2": (
        "https://runtime.sagemaker.us-west-2.amazonaws.com",
        "https://runtime-fips.sagemaker.us-west-2.amazonaws.com",
        "https://runtime.sagemaker.us-west-2.api.aws",
        "https://runtime.sagemaker-fips.us-west-2.api.aws",
    ),
    "cn-north-1": (
        "https://runtime.sagemaker.cn-north-1.amazonaws.com.cn",
        "https://runtime.sagemaker-fips.cn-north-1.amazonaws.com.cn",
        "https://runtime.sagemaker.cn-north-1.api.amazonwebservices.com.cn",
        "https://runtime.sagemaker-fips.cn-north-1.api.amazonwebservices.com.cn",
    ),
    "us-gov-west-1": (
        "https://runtime.sagemaker.us-gov-west-1.amazonaws.com",
        "https://runtime.sagemaker.us-gov-west-1.amazonaws.com",
        "https://runtime.sagemaker.us-gov-west-1.api.aws",
        "https://runtime.sagemaker-fips.us-gov-west-1.api.aws",
    ),
    "us-iso-east-1": (
        "https://runtime.sagemaker.us-iso-east-1.c2s.ic.gov",
        "https://runtime.sagemaker-fips.us-iso-east-1.c2s.ic.gov",
        "https://runtime.sagemaker.us-iso-east-1.api.aws.ic.gov",
        "https://runtime.sagemaker-fips.us-iso-east-1.api.aws.ic.gov",
    ),
}


@accepts(
    "endpoint table: every row of section 5 for us-west-2, cn-north-1, us-gov-west-1, us-iso-east-1"
)
def _() -> None:
    for region, urls in TABLE.items():
        for number, url in enumerate(urls):
            fips, dual = bool(number & 1), bool(number & 2)
            found = endpoints.resolve_endpoint(region=region, use_fips=fips, use_dual_stack=dual)
            assert (region, fips, dual, found.url) == (region, fips, dual, url)
            wire = Recorder()
            invoke(
                make(
                    transport=wire,
                    region=region,
                    use_fips_endpoint=fips,
                    use_dualstack_endpoint=dual,
                )
            )
            assert wire.request.url == f"{url}/endpoints/ep/invocations"
    for name in ("use_fips", "use_dual_stack"):
        with pytest.raises(EndpointResolutionError):
            endpoints.resolve_endpoint(region="x", endpoint="http://h", **{name: True})


@pytest.mark.parametrize("text", CHECKS)
def test_acceptance(text: str, request: pytest.FixtureRequest) -> None:
    if "fork" in text and request.getfixturevalue("face") == "async":
        pytest.skip("the loop of the test would run in both processes")
    check = CHECKS[text]
    if check.__code__.co_argcount:
        check(request.getfixturevalue("caplog"))
    else:
        check()


def test_every_row_is_there() -> None:
    assert len(CHECKS) == 11
