"""A generated package whose operations stream, compress, hash and prefix, against a raw server."""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib
import io
import json
import sys
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drawplate.credentials import Token
from drawplate.errors import ConnectionLostError, ParamValidationError, ResponseChecksumError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.streams import StreamingBody

from codegen.load import load
from codegen.pipeline import generate_package
from codegen.write import write
from tests.faults.server import (
    Exchange,
    ScriptedServer,
    close,
    recv_head,
    recv_request,
    reset,
    send,
    wait,
)

API = "smithy.api#"
MEMBER = "w#Algorithm"
STREAMED: dict[str, Any] = {f"{API}httpPayload": {}, f"{API}default": ""}
MODEL: dict[str, Any] = {
    "w#Wire": {
        "type": "service",
        "version": "1",
        "operations": [{"target": f"w#{name}"} for name in ("Put", "Swap", "Tell", "Ask")],
        "traits": {
            "aws.protocols#restJson1": {},
            "aws.auth#sigv4": {"name": "wire"},
            f"{API}httpBearerAuth": {},
            f"{API}httpApiKeyAuth": {"name": "X-Key", "in": "header", "scheme": "Key"},
        },
    },
    "w#Put": {
        "type": "operation",
        "input": {"target": "w#PutInput"},
        "output": {"target": "w#PutOutput"},
        "traits": {
            f"{API}http": {"method": "PUT", "uri": "/{Room}"},
            f"{API}endpoint": {"hostPrefix": "{Room}.data-"},
            f"{API}auth": [f"{API}httpApiKeyAuth", "aws.auth#sigv4"],
            "aws.protocols#httpChecksum": {
                "requestChecksumRequired": True,
                "requestAlgorithmMember": "Algorithm",
                "requestValidationModeMember": "Mode",
                "responseAlgorithms": ["SHA256", "CRC32"],
            },
        },
    },
    "w#PutInput": {
        "type": "structure",
        "members": {
            "Room": {
                "target": f"{API}String",
                "traits": {f"{API}required": {}, f"{API}httpLabel": {}, f"{API}hostLabel": {}},
            },
            "Algorithm": {"target": MEMBER, "traits": {f"{API}httpHeader": "X-Algorithm"}},
            "Mode": {"target": f"{API}String", "traits": {f"{API}httpHeader": "X-Mode"}},
            "Body": {
                "target": "w#Bytes",
                "traits": {f"{API}required": {}, f"{API}httpPayload": {}},
            },
        },
    },
    "w#PutOutput": {
        "type": "structure",
        "members": {"Close": {"target": "w#Bytes", "traits": STREAMED}},
    },
    "w#Swap": {
        "type": "operation",
        "input": {"target": "w#Both"},
        "output": {"target": "w#Both"},
        "traits": {
            f"{API}http": {"method": "POST", "uri": "/swap"},
            f"{API}auth": [],
            f"{API}requestCompression": {"encodings": ["gzip"]},
        },
    },
    "w#Both": {
        "type": "structure",
        "members": {"Body": {"target": "w#Bytes", "traits": STREAMED}},
    },
    "w#Tell": {
        "type": "operation",
        "input": {"target": "w#TellInput"},
        "traits": {
            f"{API}http": {"method": "POST", "uri": "/tell"},
            f"{API}endpoint": {"hostPrefix": "tell."},
            f"{API}auth": [f"{API}httpBearerAuth"],
            f"{API}requestCompression": {"encodings": ["gzip"]},
            f"{API}httpChecksumRequired": {},
        },
    },
    "w#TellInput": {
        "type": "structure",
        "members": {"Text": {"target": f"{API}String"}},
    },
    "w#Ask": {
        "type": "operation",
        "input": {"target": "w#AskInput"},
        "traits": {
            f"{API}http": {"method": "POST", "uri": "/ask"},
            f"{API}auth": [f"{API}httpApiKeyAuth"],
        },
    },
    "w#AskInput": {
        "type": "structure",
        "members": {"Body": {"target": "w#Sized", "traits": STREAMED}},
    },
    "w#Bytes": {"type": "blob", "traits": {f"{API}streaming": {}}},
    "w#Sized": {"type": "blob", "traits": {f"{API}streaming": {}, f"{API}requiresLength": {}}},
    MEMBER: {
        "type": "enum",
        "members": {
            name: {"target": f"{API}Unit", "traits": {f"{API}enumValue": name}}
            for name in ("SHA256", "CRC32")
        },
    },
}
OPERATIONS = """\
def _host_prefix_of_put(params: types.PutInput) -> str:
    return f"{host_label('room', params.room)}.data-"


def _host_prefix_of_tell(_params: types.TellInput) -> str:
    return "tell."


PUT = Operation(
    name="Put",
    method_name="put",
    check=_inputs.PUT_INPUT,
    serialize=_serializers.serialize_put,
    parse=_parsers.parse_put,
    errors=ERRORS,
    streaming=True,
    host_prefix=_host_prefix_of_put,
    checksums=Checksums(
        "CRC32",
        algorithm=("algorithm", "x-algorithm"),
        validation="mode",
        answers=("SHA256", "CRC32"),
    ),
    blob_payload="close_",
)

SWAP = Operation(
    name="Swap",
    method_name="swap",
    check=_inputs.BOTH,
    serialize=_serializers.serialize_swap,
    parse=_parsers.parse_swap,
    errors=ERRORS,
    streaming=True,
    auth=None,
    compression="always",
    blob_payload="body",
)

TELL = Operation(
    name="Tell",
    method_name="tell",
    check=_inputs.TELL_INPUT,
    serialize=_serializers.serialize_tell,
    parse=_parsers.parse_tell,
    errors=ERRORS,
    auth=BearerAuth(),
    host_prefix=_host_prefix_of_tell,
    checksums=Checksums(MD5),
    compression="large",
)

ASK = Operation(
    name="Ask",
    method_name="ask",
    check=_inputs.ASK_INPUT,
    serialize=_serializers.serialize_ask,
    parse=_parsers.parse_ask,
    errors=ERRORS,
    auth=ApiKeyAuth("X-Key", scheme="Key"),
)

ASYNC_PUT = PUT.with_parser(_parsers.parse_async_put)

ASYNC_SWAP = SWAP.with_parser(_parsers.parse_async_swap)
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package of the model, generated and imported."""
    folder = tmp_path_factory.mktemp("wire")
    (folder / "model.json").write_text(json.dumps({"smithy": "2.0", "shapes": MODEL}))
    write(generate_package(load([folder / "model.json"])), folder / "out")
    sys.path.insert(0, str(folder / "out"))
    yield importlib.import_module("wire")
    sys.path.remove(str(folder / "out"))


def client_of(package: Any, server: ScriptedServer | None, **options: Any) -> Any:
    made: dict[str, Any] = {
        "endpoint": server.url if server else "https://wire.test",
        "region": "us-east-1",
        "access_key_id": "AKIDEXAMPLE",
        "secret_access_key": "secret",
        "disable_host_prefix_injection": server is not None,
        "retry_base_delay": 0.0,
        "environ": {},
    }
    return package.WireClient(**{**made, **options})


class Sent:
    """A request as it arrived."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        self.line, *lines = head.decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in lines)
        self.fields = {name.lower(): value for name, value in pairs}


def recv_all(exchange: Exchange) -> None:
    """Read a request that is sent in chunks, and keep its body without their frames."""
    while not exchange.buffer.endswith(b"\r\n0\r\n\r\n"):
        if not exchange.fill():
            raise ConnectionError("the client closed inside its request")
    head, _, rest = exchange.buffer.partition(b"\r\n\r\n")
    body = b""
    while (size := int(rest.partition(b"\r\n")[0], 16)) > 0:
        chunk = rest.partition(b"\r\n")[2]
        body, rest = body + chunk[:size], chunk[size + 2 :]
    exchange.server.requests.append(head + b"\r\n\r\n" + body)
    exchange.buffer = b""


def ok(body: bytes, *fields: str) -> bytes:
    lines = "".join(f"{field}\r\n" for field in fields)
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"


def test_what_is_generated(package: Any) -> None:
    text = Path(package.__file__).with_name("_operations.py").read_text(encoding="utf-8")
    assert text.partition("ERRORS)\n\n\n")[2] == OPERATIONS
    assert package.types.PutInput.__init__.__annotations__["body"] == "bytes | BodySource"
    assert package.types.PutOutput.__annotations__ == {"close_": "StreamingBody"}
    assert package.types.Both.__annotations__ == {
        "body": "StreamingBody | bytes | BodySource | None"
    }


def test_a_file_is_uploaded_again_after_an_error(package: Any, tmp_path: Path) -> None:
    path = tmp_path / "body"
    content = bytes(range(256)) * 1000
    path.write_bytes(content)
    script = [recv_request, send(BUSY), recv_request, send(ok(b""))]
    with ScriptedServer(script) as server:
        client = client_of(package, server)
        out = client.put(room="hall", body=path)
        assert (out.close_.read(), out.metadata.attempts) == (b"", 2)
        client.close()
    for request in map(Sent, server.requests):
        assert request.line == "PUT /hall HTTP/1.1"
        assert request.body == content
        assert request.fields["content-length"] == "256000"
        assert request.fields["x-amz-content-sha256"] == hashlib.sha256(content).hexdigest()
        crc = base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()
        assert (request.fields["x-algorithm"], request.fields["x-amz-checksum-crc32"]) == (
            "CRC32",
            crc,
        )
        assert request.fields["authorization"].startswith(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"
        )


def test_an_upload_that_breaks_off_is_repeated_from_where_the_file_stood(package: Any) -> None:
    file = io.BytesIO(b"head" + b"x" * 300_000)
    file.seek(4)
    with ScriptedServer([recv_head, reset], [recv_request, send(ok(b""))]) as server:
        client = client_of(package, server)
        client.put(room="hall", body=file).close()
        client.close()
    assert [Sent(request).body for request in server.requests] == [b"x" * 300_000]


def test_a_generator_is_uploaded_while_it_runs_and_only_once(package: Any) -> None:
    pieces = [b"one", b"two"] * 5
    with ScriptedServer([recv_all, send(ok(b"done"))], [recv_head, reset]) as server:
        client = client_of(package, server)
        with client.swap(body=iter(pieces)) as out:
            assert out.body.read() == b"done"
        client.close()
        client = client_of(package, server)
        with pytest.raises(ConnectionLostError) as caught:
            client.swap(body=(b"x" * 100_000 for _ in range(100)))
        assert caught.value.attempts == 1
        client.close()
    (request,) = map(Sent, server.requests)
    assert request.fields["transfer-encoding"] == "chunked"
    assert request.fields["content-encoding"] == "gzip"
    assert gzip.decompress(request.body) == b"".join(pieces)
    assert "authorization" not in request.fields


def test_an_answer_is_read_as_it_arrives(package: Any) -> None:
    read = threading.Event()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none"
    with ScriptedServer([recv_request, send(head), wait(read), send(b"two")]) as server:
        client = client_of(package, server)
        out = client.put(room="hall", body=b"x")
        assert isinstance(out.close_, StreamingBody)
        assert next(out.close_) == b"one"
        read.set()
        assert (out.close_.read(), out.close_.length) == (b"two", 0)
        client.close()


def test_an_answer_goes_on_to_another_call(package: Any) -> None:
    # More than arrives with the head: the answer is still on its connection when it goes on.
    payload = b"payload" * 30_000
    answered = [recv_request, send(ok(payload))]
    with ScriptedServer(answered, [recv_request, send(ok(b""))]) as server:
        client = client_of(package, server, disable_request_compression=True)
        with client.put(room="hall", body=b"x") as out:
            client.swap(body=out.close_).close()
        client.close()
    first, second = map(Sent, server.requests)
    assert (first.body, second.body) == (b"x", payload)
    assert second.fields["content-length"] == str(len(payload))


def test_a_stream_that_is_dropped_closes_its_connection(package: Any) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none"

    def hears_the_end(exchange: Exchange) -> None:
        assert exchange.fill() is False

    with ScriptedServer([recv_request, send(head), hears_the_end, close]) as server:
        client = client_of(package, server)
        out = client.put(room="hall", body=b"x")
        assert next(out.close_) == b"one"
        del out
    client.close()


def test_a_stream_is_held_to_its_checksum_at_its_end(package: Any) -> None:
    answers = [recv_request, send(ok(b"abd", "x-amz-checksum-crc32: NSRBwg=="))]
    with ScriptedServer(answers) as server:
        client = client_of(package, server)
        out = client.put(room="hall", body=b"x", algorithm="SHA256", mode="ENABLED")
        assert out.metadata.checksum == "CRC32"
        assert next(out.close_) == b"abd"
        with pytest.raises(ResponseChecksumError):
            next(out.close_)
        client.close()
    (request,) = map(Sent, server.requests)
    digest = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    assert (request.fields["x-mode"], request.fields["x-amz-checksum-sha256"]) == (
        "ENABLED",
        digest,
    )


class Answering:
    """A transport that keeps its requests and answers them with an empty object."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        return HttpResponse(200, {}, b"{}")


def test_a_token_a_checksum_and_a_prefix(package: Any) -> None:
    transport = Answering()
    client_of(package, None, transport=transport, token_provider=Token("t")).tell(text="x")
    client_of(package, None, transport=transport).put(room="hall-7", body=b"x").close()
    tell, put = transport.requests
    assert (tell.method, tell.url, tell.body) == (
        "POST",
        "https://tell.wire.test/tell",
        b'{"Text":"x"}',
    )
    digest = hashlib.md5(b'{"Text":"x"}', usedforsecurity=False).digest()
    assert tell.headers["content-md5"] == base64.b64encode(digest).decode()
    assert tell.headers["authorization"] == "Bearer t"
    assert put.url == "https://hall-7.data-wire.test/hall-7"
    assert put.headers["host"] == "hall-7.data-wire.test"


@pytest.mark.parametrize("room", ["", "a.b", "a/b"])
def test_a_label_that_is_no_part_of_a_host_is_refused(package: Any, room: str) -> None:
    with pytest.raises(ParamValidationError, match=r'params\["room"\] must'):
        client_of(package, None, transport=Answering()).put(room=room, body=b"x")


def test_a_length_that_is_needed_is_asked_for(package: Any) -> None:
    with pytest.raises(ParamValidationError) as caught:
        client_of(package, None).ask(body=iter([b"x"]))
    assert str(caught.value) == (
        'expected params["body"] to have a length: pass bytes, a path, or a file that can seek'
    )


def test_an_api_key_is_sent(package: Any) -> None:
    with ScriptedServer([recv_request, send(ok(b"{}"))]) as server:
        client = client_of(package, server, api_key="k-1")
        client.ask(body=io.BytesIO(b"x"))
        client.close()
    (request,) = map(Sent, server.requests)
    assert (request.fields["x-key"], request.body) == ("Key k-1", b"x")
