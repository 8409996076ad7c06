"""Datagrams of client-side monitoring: whole records, when they are sent, and what stops them."""

from __future__ import annotations

import json
import os
import pickle
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from drawplate import monitoring
from drawplate.errors import (
    ConnectError,
    MissingCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
    ResponseParseError,
    ServiceError,
)
from drawplate.http import HttpResponse
from drawplate.monitoring import Publisher, RequestMetrics, UdpPublisher
from drawplate.testing import LocalEndpoint
from hypothesis import given
from hypothesis import strategies as st
from sagemaker_runtime import SageMakerRuntimeClient

from tests.runtime.clients import KEY, Recorder, invoke, json_answer, local, make
from tests.runtime.observing import BUSY, FINE, MODEL_ERROR, Slow, event, stream, streamed, timed

pytestmark = pytest.mark.usefixtures("face")  # both clients


class Kept:
    """A publisher that keeps what it is given."""

    def __init__(self) -> None:
        self.agent_host = ""
        self.agent_port = 0
        self.calls: list[RequestMetrics] = []

    def publish(self, request_metrics: RequestMetrics, /) -> None:
        self.calls.append(request_metrics)

    @property
    def records(self) -> list[dict[str, str | int]]:
        """The records of the one call."""
        (metrics,) = self.calls
        return metrics.records()


def watched(
    *answers: HttpResponse | Exception, publisher: Publisher | None = None, **options: Any
) -> tuple[SageMakerRuntimeClient, Kept]:
    """A client whose publisher is looked at."""
    kept = Kept()
    client = make(
        transport=Slow(*(answers or (FINE,))),
        client_side_monitoring=True,
        client_side_monitoring_client_id="me",
        client_side_monitoring_publisher=publisher or kept,
        retry_base_delay=0,
        user_agent_suffix="x" * 300,
        **options,
    )
    return timed(client), kept


def user_agent(client: SageMakerRuntimeClient) -> str:
    settings: Any = vars(client)["_settings"]
    return str(settings.user_agent.plain)[:256]


def call_record(client: SageMakerRuntimeClient, **facts: str | int) -> dict[str, str | int]:
    return {
        "Type": "ApiCall",
        "Service": "SageMaker Runtime",
        "Api": "InvokeEndpoint",
        "ClientId": "me",
        "Timestamp": 1768480496000,
        "Version": 1,
        "AttemptCount": 1,
        "Latency": 250,
        "Region": "us-east-1",
        "MaxRetriesExceeded": 0,
        "UserAgent": user_agent(client),
        "FinalHttpStatusCode": 200,
        **facts,
    }


def attempt_record(client: SageMakerRuntimeClient, **facts: str | int) -> dict[str, str | int]:
    return {
        "Type": "ApiCallAttempt",
        "Service": "SageMaker Runtime",
        "Api": "InvokeEndpoint",
        "ClientId": "me",
        "Timestamp": 1768480496000,
        "Version": 1,
        "Fqdn": "runtime.sagemaker.us-east-1.amazonaws.com",
        "Region": "us-east-1",
        "UserAgent": user_agent(client),
        "AccessKey": KEY,
        "AttemptLatency": 250,
        **facts,
    }


def test_a_success() -> None:
    client, kept = watched()
    assert invoke(client).body == b"ok"
    assert kept.records == [
        call_record(client),
        attempt_record(client, HttpStatusCode=200, XAmznRequestId="r-2"),
    ]
    assert len(user_agent(client)) == 256


def test_each_attempt_has_a_record_of_its_own() -> None:
    client, kept = watched(BUSY, ConnectError("refused"), FINE)
    invoke(client)
    call, *attempts = kept.records
    facts = [call[name] for name in ("AttemptCount", "FinalHttpStatusCode", "Latency")]
    assert facts == [3, 200, 750]
    assert "FinalAwsException" not in call
    assert attempts == [
        attempt_record(
            client,
            HttpStatusCode=503,
            XAmznRequestId="r-1",
            AwsException="ServiceUnavailable",
            AwsExceptionMessage="later",
        ),
        attempt_record(client, SdkException="ConnectError", SdkExceptionMessage="refused"),
        attempt_record(client, HttpStatusCode=200, XAmznRequestId="r-2"),
    ]


@pytest.mark.parametrize("raises", [True, False])
def test_an_error_of_the_service_ends_the_call(raises: bool) -> None:
    client, kept = watched(MODEL_ERROR, raise_response_errors=raises)
    request = client.build_request("invoke_endpoint", {"endpoint_name": "ep", "body": b"x"})
    if raises:
        with pytest.raises(ServiceError):
            request.send()
    else:
        request.send()
    exception: dict[str, str | int] = {"AwsException": "ModelError", "AwsExceptionMessage": "bad"}
    assert kept.records == [
        call_record(
            client,
            FinalHttpStatusCode=424,
            FinalAwsException="ModelError",
            FinalAwsExceptionMessage="bad",
        ),
        attempt_record(client, HttpStatusCode=424, **exception),
    ]


@pytest.mark.parametrize(
    ("answer", "exceeded"), [(BUSY, 1), (MODEL_ERROR, 0), (ReadTimeoutError("silent"), 1)]
)
def test_retries_are_exceeded_by_errors_of_their_kind_even_without_any(
    answer: HttpResponse | Exception, exceeded: int
) -> None:
    client, kept = watched(answer, retry_limit=0, raise_response_errors=False)
    request = client.build_request("invoke_endpoint", {"endpoint_name": "ep", "body": b"x"})
    request.send()
    assert kept.records[0]["MaxRetriesExceeded"] == exceeded


def test_nobody_answers() -> None:
    client, kept = watched(ConnectError("refused"), retry_limit=0)
    with pytest.raises(ConnectError):
        invoke(client)
    call = kept.records[0]
    assert (call["FinalHttpStatusCode"], call["FinalSdkException"]) == (0, "ConnectError")
    assert call["FinalSdkExceptionMessage"] == "refused"
    assert "FinalAwsException" not in call


def test_a_call_that_fails_before_it_is_sent_has_no_attempts() -> None:
    client, kept = watched()
    anything: Any = client
    with pytest.raises(ParamValidationError):
        anything.invoke_endpoint(endpoint_name="ep", body=5)
    (call,) = kept.records
    assert (call["AttemptCount"], call["FinalHttpStatusCode"], call["MaxRetriesExceeded"]) == (
        0,
        0,
        0,
    )
    assert call["FinalSdkException"] == "ParamValidationError"
    assert call["FinalSdkExceptionMessage"] == (
        'expected params["body"] to be bytes, a str, a path or a file-like object, got int instead'
    )
    assert call["UserAgent"] == user_agent(client)


def test_a_call_that_cannot_be_signed_has_no_attempts() -> None:
    class Nobody:
        @property
        def credentials(self) -> Any:
            raise MissingCredentialsError("none")

    kept = Kept()
    client = make(
        transport=Recorder(),
        credentials=Nobody(),
        client_side_monitoring=True,
        client_side_monitoring_publisher=kept,
    )
    with pytest.raises(MissingCredentialsError):
        invoke(client)
    (call,) = kept.records
    assert (call["AttemptCount"], call["FinalSdkException"]) == (0, "MissingCredentialsError")


def test_an_answer_that_cannot_be_understood() -> None:
    client, kept = watched(HttpResponse(202, body=b"{"))
    with pytest.raises(ResponseParseError):
        client.invoke_endpoint_async(endpoint_name="ep")
    call, attempt = kept.records
    assert (call["FinalHttpStatusCode"], call["FinalSdkException"]) == (202, "ResponseParseError")
    assert (attempt["HttpStatusCode"], attempt["SdkException"]) == (202, "ResponseParseError")


def test_errors_of_others_are_named_and_not_quoted() -> None:
    client, kept = watched(ZeroDivisionError("who knows what this says"))
    with pytest.raises(ZeroDivisionError):
        invoke(client)
    for record in kept.records:
        assert "who knows" not in str(record)
    assert kept.records[0]["FinalSdkException"] == "ZeroDivisionError"


def test_ids_of_an_answer() -> None:
    answer = json_answer(b"", x_amzn_requestid="a", x_amz_request_id="b", x_amz_id_2="c")
    client, kept = watched(answer)
    invoke(client)
    attempt = kept.records[1]
    assert [attempt[name] for name in ("XAmznRequestId", "XAmzRequestId", "XAmzId2")] == [
        "a",
        "b",
        "c",
    ]


@given(st.text(), st.text())
def test_texts_are_cut(code: str, message: str) -> None:
    code, message = f"C{code * 50}", message * 100
    body = json.dumps({"message": message, "code": code}).encode()
    client, kept = watched(HttpResponse(400, {}, body), raise_response_errors=False)
    request = client.build_request("invoke_endpoint", {"endpoint_name": "ep", "body": b"x"})
    error = request.send().error
    assert isinstance(error, ServiceError)
    call, attempt = kept.records
    assert call["FinalAwsException"] == attempt["AwsException"] == error.code[:128]
    assert call["FinalAwsExceptionMessage"] == attempt["AwsExceptionMessage"] == message[:512]


def test_a_stream_is_monitored_up_to_its_head() -> None:
    client, kept = watched(streamed(event(b"a")))
    with stream(client) as output:
        call, attempt = kept.records
        output.body.collect()
    assert (call["Api"], attempt["HttpStatusCode"]) == ("InvokeEndpointWithResponseStream", 200)
    assert len(kept.calls) == 1


def test_the_publisher_is_told_where_the_agent_is() -> None:
    _, kept = watched(client_side_monitoring_host="agent", client_side_monitoring_port=5)
    assert (kept.agent_host, kept.agent_port) == ("agent", 5)


def test_a_publisher_that_fails_does_no_harm() -> None:
    class Broken(Kept):
        def publish(self, request_metrics: RequestMetrics, /) -> None:
            raise ZeroDivisionError

    client, _ = watched(publisher=Broken())
    assert invoke(client).body == b"ok"


def test_stubbed_clients_are_not_monitored() -> None:
    stubbed = make(stub_responses=True, client_side_monitoring=True).handlers.own
    assert stubbed == make(stub_responses=True).handlers.own[:0] + stubbed[-1:]
    assert make(client_side_monitoring=False).handlers.own == ()


def test_metrics_print_no_texts() -> None:
    assert repr(RequestMetrics()) == "<RequestMetrics, 0 attempts>"


# Over the wire


@pytest.fixture(params=["127.0.0.1", "localhost", "::1", "[::1]"])
def agent(request: pytest.FixtureRequest) -> Iterator[tuple[str, socket.socket]]:
    """The host of an agent, and the socket that it listens on."""
    host: str = request.param
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as listening:
        try:
            listening.bind(("::1" if family is socket.AF_INET6 else "127.0.0.1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        listening.settimeout(10)
        yield host, listening


def udp_options(agent: tuple[str, socket.socket]) -> dict[str, Any]:
    host, listening = agent
    return {
        "client_side_monitoring": True,
        "client_side_monitoring_host": host,
        "client_side_monitoring_port": listening.getsockname()[1],
    }


def test_an_agent_receives_a_datagram_for_the_call_and_one_for_each_attempt(
    agent: tuple[str, socket.socket],
) -> None:
    with (
        LocalEndpoint({"ep": lambda request: request.body}) as server,
        local(server, **udp_options(agent)) as client,
    ):
        invoke(client)
        host = server.url.removeprefix("http://").partition(":")[0]
    call, attempt = (json.loads(agent[1].recv(65536)) for _ in range(2))
    assert (call["Type"], call["AttemptCount"], call["FinalHttpStatusCode"]) == ("ApiCall", 1, 200)
    assert (attempt["Type"], attempt["Fqdn"]) == ("ApiCallAttempt", host)
    assert 0 <= attempt["AttemptLatency"] <= call["Latency"]


@pytest.fixture
def ipv4() -> Iterator[tuple[str, socket.socket]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)
        yield "127.0.0.1", listening


def test_a_datagram_is_compact_json_in_the_order_of_the_table(
    ipv4: tuple[str, socket.socket],
) -> None:
    client = make(transport=Recorder(FINE), **udp_options(ipv4))
    invoke(client)
    sent = ipv4[1].recv(65536)
    assert sent.startswith(
        b'{"Type":"ApiCall","Service":"SageMaker Runtime","Api":"InvokeEndpoint","ClientId":"",'
        b'"Timestamp":1768480496000,"Version":1,"AttemptCount":1,"Latency":'
    )
    assert sent.endswith(b'","FinalHttpStatusCode":200}')


def test_datagrams_above_the_limit_are_dropped(ipv4: tuple[str, socket.socket]) -> None:
    publisher = UdpPublisher(ipv4[0], ipv4[1].getsockname()[1])
    metrics = RequestMetrics()
    metrics.api_call = {"a": "x" * (monitoring.LARGEST - len('{"a":""}') + 1)}
    metrics.api_call_attempts = [{"a": "x" * (monitoring.LARGEST - len('{"a":""}'))}, {"b": 1}]
    publisher.publish(metrics)
    assert len(ipv4[1].recv(65536)) == monitoring.LARGEST
    assert ipv4[1].recv(65536) == b'{"b":1}'


def test_nobody_listens(ipv4: tuple[str, socket.socket]) -> None:
    client = make(transport=Recorder(FINE), **udp_options(ipv4))
    ipv4[1].close()
    for _ in range(3):
        assert invoke(client).body == b"ok"


@pytest.mark.blocks  # the process remembers the answer
def test_a_host_without_an_address_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(host: str, *_: object, **__: object) -> Any:
        asked.append(host)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(monitoring, "_addresses", {})  # of this process, whatever it did before
    client = make(
        transport=Recorder(FINE),
        client_side_monitoring=True,
        client_side_monitoring_host="agent.invalid",
    )
    for _ in range(3):
        assert invoke(client).body == b"ok"
    assert asked == ["agent.invalid"]


def test_all_threads_and_copies_share_one_socket(ipv4: tuple[str, socket.socket]) -> None:
    client = make(transport=Recorder(FINE), **udp_options(ipv4))
    ids = {str(number) for number in range(20)}

    def work(name: str) -> None:
        invoke(client.with_options(client_side_monitoring_client_id=name))

    threads = [threading.Thread(target=work, args=(name,)) for name in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = [ipv4[1].recvfrom(65536) for _ in range(2 * len(ids))]
    assert {json.loads(data)["ClientId"] for data, _ in seen} == ids
    assert len({sender for _, sender in seen}) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.blocks  # the threads of a loop's executor are not there in a child
def test_a_forked_child_has_a_socket_of_its_own(ipv4: tuple[str, socket.socket]) -> None:
    client = make(transport=Recorder(FINE), **udp_options(ipv4))
    invoke(client)
    mine = {ipv4[1].recvfrom(65536)[1] for _ in range(2)}
    child = os.fork()
    if child == 0:
        try:
            invoke(client)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    its = {ipv4[1].recvfrom(65536)[1] for _ in range(2)}
    invoke(client)
    again = {ipv4[1].recvfrom(65536)[1] for _ in range(2)}
    assert mine == again
    assert not mine & its


def test_a_monitored_client_can_be_pickled() -> None:
    client = make(client_side_monitoring=True)
    made: SageMakerRuntimeClient = pickle.loads(pickle.dumps(client))  # noqa: S301
    assert len(made.handlers.own) == 2
