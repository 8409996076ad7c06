"""Stateful sessions against a local endpoint, over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from drawplate.sessions import SessionClosedError, SessionNotOpenError
from drawplate.testing import Answer, EndpointError, InvocationRequest, LocalEndpoint
from sagemaker_runtime import SageMakerRuntimeClient, errors, types
from sagemaker_runtime.sessions import SageMakerRuntimeSession

pytestmark = pytest.mark.usefixtures("face")  # both clients

ENDS = datetime(2026, 1, 15, 13, 34, 56, tzinfo=UTC)


class Container:
    """Keeps what was said in each session; `bye` ends one, `late` announces no expiry."""

    def __init__(self) -> None:
        self.said: dict[str, list[str]] = {}
        self.lock = threading.Lock()
        self.opening = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self, request: InvocationRequest) -> Answer:
        text, session_id = request.body.decode(), request.session_id
        if text == "fail":
            raise EndpointError(400, "ValidationError", "no")
        if session_id is None or text == "stateless":
            return Answer("none")
        if session_id == "NEW_SESSION":
            self.opening.set()
            assert self.go_on.wait(10)
            with self.lock:
                name = f"session-{len(self.said) + 1}"
                self.said[name] = [text]
            ends = "" if text == "late" else "; Expires=2026-01-15T13:34:56Z"
            return Answer("1", new_session_id=f"{name}{ends}")
        with self.lock:
            self.said[session_id].append(text)
            count = str(len(self.said[session_id]))
        return Answer(count, closed_session_id=session_id if text == "bye" else None)


@pytest.fixture
def container() -> Container:
    return Container()


@pytest.fixture
def server(container: Container) -> Iterator[LocalEndpoint]:
    with LocalEndpoint({"chat": container}) as server:
        yield server


@pytest.fixture
def client(server: LocalEndpoint) -> Iterator[SageMakerRuntimeClient]:
    with SageMakerRuntimeClient(
        region=server.region,
        endpoint=server.url,
        access_key_id=server.access_key_id,
        secret_access_key=server.secret_access_key,
    ) as client:
        yield client


def sent(server: LocalEndpoint) -> list[str | None]:
    """The session id of each request."""
    name = "x-amzn-sagemaker-session-id"
    return [request.headers.get(name) for request in server.requests]


def test_a_session_is_opened_by_its_first_call_and_carried_on(
    client: SageMakerRuntimeClient, server: LocalEndpoint, container: Container
) -> None:
    with client.session(endpoint_name="chat") as session:
        assert (session.status, session.id, session.expires_at) == ("new", None, None)
        out = session.invoke_endpoint(body=b"hello")
        assert (out.body, out.new_session_id) == (b"1", "session-1; Expires=2026-01-15T13:34:56Z")
        assert (session.status, session.id, session.expires_at) == ("open", "session-1", ENDS)
        assert session.invoke_endpoint(body=b"again").body == b"2"
        with session.invoke_endpoint_with_response_stream(body=b"and again") as stream:
            assert stream.body.read() == b"3"
        assert repr(session) == "<SageMakerRuntimeSession session-1, open>"
    assert session.status == "left"
    assert sent(server) == ["NEW_SESSION", "session-1", "session-1"]
    assert container.said == {"session-1": ["hello", "again", "and again"]}


def test_a_session_that_is_open_already_is_joined(
    client: SageMakerRuntimeClient, server: LocalEndpoint, container: Container
) -> None:
    container.said["mine"] = []
    with client.session(endpoint_name="chat", session_id="mine") as session:
        assert session.status == "open"
        with session.invoke_endpoint_with_response_stream(body=b"hi") as stream:
            assert stream.body.read() == b"1"
    assert sent(server) == ["mine"]


def test_the_container_closes_a_session(
    client: SageMakerRuntimeClient, server: LocalEndpoint
) -> None:
    closed: list[SageMakerRuntimeSession] = []
    with client.session(endpoint_name="chat", closing=closed.append) as session:
        session.invoke_endpoint(body=b"hello")
        session.invoke_endpoint(body=b"bye")
        assert session.status == "closed"
        with pytest.raises(SessionClosedError, match="'session-1' was closed by the service"):
            session.invoke_endpoint(body=b"one more")
    assert (session.status, closed) == ("closed", [])
    assert len(server.requests) == 2


def test_leaving_a_session_makes_the_call_that_ends_it(
    client: SageMakerRuntimeClient, container: Container
) -> None:
    def bye(session: SageMakerRuntimeSession) -> types.InvokeEndpointOutput:
        return session.invoke_endpoint(body=b"bye")

    with client.session(endpoint_name="chat", closing=bye) as session:
        session.invoke_endpoint(body=b"hello")
    session.close()
    assert session.status == "closed"
    assert container.said == {"session-1": ["hello", "bye"]}


def test_nothing_ends_a_session_that_was_not_opened(
    client: SageMakerRuntimeClient, server: LocalEndpoint
) -> None:
    closed: list[SageMakerRuntimeSession] = []
    with client.session(endpoint_name="chat", closing=closed.append) as session:
        pass
    with pytest.raises(SessionClosedError, match="the session was left"):
        session.invoke_endpoint(body=b"late")
    assert (server.requests, closed) == ([], [])


def test_what_went_wrong_first_is_raised(client: SageMakerRuntimeClient) -> None:
    def broken(session: SageMakerRuntimeSession) -> types.InvokeEndpointOutput:
        return session.invoke_endpoint(body=b"fail")

    def fail() -> None:
        with client.session(endpoint_name="chat", closing=broken) as session:
            session.invoke_endpoint(body=b"hello")
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine") as caught:
        fail()
    (note,) = caught.value.__notes__
    assert note.startswith("closing the session failed as well: ValidationError")
    with (
        pytest.raises(errors.ValidationError),
        client.session(endpoint_name="chat", closing=broken) as session,
    ):
        session.invoke_endpoint(body=b"hello")
    assert session.status == "left"


def test_a_first_call_that_fails_leaves_the_session_to_the_next_one(
    client: SageMakerRuntimeClient, server: LocalEndpoint
) -> None:
    with client.session(endpoint_name="chat") as session:
        with pytest.raises(errors.ValidationError):
            session.invoke_endpoint(body=b"fail")
        assert session.status == "new"
        session.invoke_endpoint(body=b"late")
        assert (session.id, session.expires_at) == ("session-1", None)
    assert sent(server) == ["NEW_SESSION", "NEW_SESSION"]


def test_a_stream_cannot_open_a_session(
    client: SageMakerRuntimeClient, server: LocalEndpoint
) -> None:
    with (
        client.session(endpoint_name="chat") as session,
        pytest.raises(SessionNotOpenError, match="call InvokeEndpoint first") as caught,
    ):
        session.invoke_endpoint_with_response_stream(body=b"hello")
    assert (caught.value.output, server.requests) == (None, [])


def test_a_container_without_sessions_is_told(client: SageMakerRuntimeClient) -> None:
    with (
        client.session(endpoint_name="chat") as session,
        pytest.raises(SessionNotOpenError, match="has no new_session_id") as caught,
    ):
        session.invoke_endpoint(body=b"stateless")
    output = caught.value.output
    assert isinstance(output, types.InvokeEndpointOutput)
    assert output.body == b"none"
    assert session.status == "left"


def test_a_handler_of_events_gets_those_of_a_session(client: SageMakerRuntimeClient) -> None:
    parts: list[bytes] = []
    with client.session(endpoint_name="chat") as session:
        session.invoke_endpoint(body=b"hello")
        session.invoke_endpoint_with_response_stream(
            body=b"again",
            on_stream=lambda stream: stream.on_payload_part_event(
                lambda event: parts.append(event.bytes)
            ),
        )
    assert parts == [b"2"]


def test_threads_share_one_session(
    client: SageMakerRuntimeClient, server: LocalEndpoint, container: Container
) -> None:
    container.go_on.clear()
    bodies: list[bytes] = []
    with client.session(endpoint_name="chat") as session:

        def say(number: int) -> None:
            bodies.append(session.invoke_endpoint(body=str(number).encode()).body)

        threads = [threading.Thread(target=say, args=(number,)) for number in range(5)]
        threads[0].start()
        assert container.opening.wait(10)
        for thread in threads[1:]:
            thread.start()
        container.go_on.set()
        for thread in threads:
            thread.join(10)
    assert sorted(bodies) == [b"1", b"2", b"3", b"4", b"5"]
    assert sent(server) == ["NEW_SESSION", *["session-1"] * 4]
    (said,) = container.said.values()
    assert (said[0], sorted(said)) == ("0", ["0", "1", "2", "3", "4"])
