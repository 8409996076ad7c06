"""One client for many: copies, pickles, threads and forked processes."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from drawplate.errors import ConnectError, NetworkingError
from drawplate.testing import InvocationRequest, LocalEndpoint
from sagemaker_runtime import SageMakerRuntimeClient

from tests.runtime.clients import NOON, Recorder, invoke, local, make
from tests.support import ROOT

pytestmark = pytest.mark.usefixtures("face")  # both clients


def test_copies_share_the_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drawplate._client_base._random", lambda: 0.0)
    transport = Recorder(ConnectError("refused"))
    client = make(transport=transport, retry_mode="standard", max_attempts=26)
    # 25 retries at 10 tokens: two calls on two copies drain the 500 of both.
    for copied in (client, client.with_options(http_read_timeout=1)):
        with pytest.raises(NetworkingError) as raised:
            invoke(copied)
        assert raised.value.attempts == 26
    with pytest.raises(NetworkingError) as raised:
        invoke(client)
    assert raised.value.attempts == 1
    with pytest.raises(NetworkingError) as raised:
        invoke(make(transport=transport, retry_mode="standard"))
    assert raised.value.attempts == 3


def test_copies_share_connections_and_their_end() -> None:
    with LocalEndpoint({"ep": lambda request: request.body}) as server, local(server) as client:
        slow = client.with_options(http_read_timeout=30, http_open_timeout=5)
        assert [invoke(one).body for one in (client, slow, client)] == [b"x"] * 3
        assert server.connections == 1
        slow.close()
        assert [invoke(one).body for one in (client, slow)] == [b"x"] * 2
        assert server.connections == 2


def test_a_client_is_usable_after_close() -> None:
    with LocalEndpoint({"ep": lambda request: request.body}) as server:
        client = local(server)
        client.close()
        with client as entered:
            assert entered is client
            assert invoke(client).body == b"x"
        client.close()
        assert invoke(client, b"again").body == b"again"
        assert server.connections == 2
        client.close()


def duplicate(client: SageMakerRuntimeClient, kind: str) -> SageMakerRuntimeClient:
    if kind == "pickle":
        made: SageMakerRuntimeClient = pickle.loads(pickle.dumps(client))  # noqa: S301
        return made
    return copy.copy(client) if kind == "copy" else copy.deepcopy(client)


@pytest.mark.parametrize("kind", ["pickle", "copy", "deepcopy"])
def test_clients_can_be_copied_and_pickled(kind: str) -> None:
    client = make(retry_mode="standard", session_token="token", region="eu-west-1")
    made = duplicate(client, kind)
    transport = Recorder()
    for one in (client, made):
        invoke(one.with_options(transport=transport))
    for request in transport.requests:
        # The id of the call, and with it the signature, is another one in each.
        del request.headers["amz-sdk-invocation-id"], request.headers["authorization"]
    first, second = transport.requests
    assert first == second
    assert made.config.clock() == NOON


def test_a_pickled_client_has_its_own_connections() -> None:
    with LocalEndpoint({"ep": lambda request: request.body}) as server, local(server) as client:
        invoke(client)
        with pickle.loads(pickle.dumps(client)) as made:  # noqa: S301
            invoke(made)
        assert server.connections == 2
        invoke(client)
        assert server.connections == 2


@pytest.mark.blocks
def test_many_threads_share_one_client_without_cross_talk() -> None:
    def echo(request: InvocationRequest) -> bytes:
        return b"|".join(
            (request.endpoint_name.encode(), request.body, (request.inference_id or "").encode())
        )

    with LocalEndpoint({f"ep-{n}": echo for n in range(20)}) as server, local(server) as client:

        def calls(thread: int) -> list[bytes]:
            return [
                client.invoke_endpoint(
                    endpoint_name=f"ep-{thread}",
                    body=f"{thread}:{number}".encode(),
                    inference_id=f"id-{thread}-{number}",
                ).body
                for number in range(50)
            ]

        with ThreadPoolExecutor(20) as pool:
            found = list(pool.map(calls, range(20)))
        assert found == [
            [f"ep-{thread}|{thread}:{number}|id-{thread}-{number}".encode() for number in range(50)]
            for thread in range(20)
        ]
        assert server.connections <= 20
        ids = {request.headers["amz-sdk-invocation-id"] for request in server.requests}
        assert len(ids) == 1000


def test_threads_that_make_the_first_call_together_get_one_pool() -> None:
    with LocalEndpoint({"ep": lambda request: request.body}) as server, local(server) as client:

        def call(_: int) -> bytes:
            return invoke(client).body

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(call, range(8))) == [b"x"] * 8
        before = server.connections
        assert before <= 8
        client.close()
        invoke(client)
        assert server.connections == before + 1


FORK = """
import os, sys
from drawplate.testing import LocalEndpoint
from tests.runtime.clients import local

with LocalEndpoint({"ep": lambda request: request.body}) as server:
    client = local(server)
    assert client.invoke_endpoint(endpoint_name="ep", body=b"parent").body == b"parent"
    child = os.fork()
    if child == 0:
        answers = [client.invoke_endpoint(endpoint_name="ep", body=b"child").body for _ in range(2)]
        os._exit(0 if answers == [b"child"] * 2 else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert client.invoke_endpoint(endpoint_name="ep", body=b"parent").body == b"parent"
    print([request.body for request in server.requests], server.connections)
    client.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_opens_its_own_connection() -> None:
    command = [sys.executable, "-c", FORK]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.returncode) == (
        "[b'parent', b'child', b'child', b'parent'] 2\n",
        0,
    ), done.stderr
