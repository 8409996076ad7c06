"""Events in the direction of the service: what packages that were just generated make of them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from struct import pack
from typing import Any
from zlib import crc32

import pytest
from drawplate.credentials import Credentials
from drawplate.errors import EventStreamEncodeError
from drawplate.eventstream import FrameDecoder
from drawplate.eventstream_signing import EventSigner
from drawplate.http import HttpRequest, HttpResponse
from hypothesis import given
from hypothesis import strategies as st

from codegen.load import load
from codegen.pipeline import generate_package
from codegen.write import write
from tests.codegen.small_models import SERVICE, api, operation, structure, union, write_model
from tests.support import suite_path

NOW = datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HELLO = (
    "0000006e000000595197ff150d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970"
    "6507000b5061796c6f6164506172740d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f"
    "637465742d73747265616d48656c6c6ff7c3a006"
)
FIRST = "3aab68bc959f1e62682f6c992e6933872d090a655166d24f77fa77f4ad73c08f"
LAST = "a22b2f77c6a9533840a3628dea2349c4b8ea50a616c0c9b9b25c9f4596cd0754"

#: A stream with every kind of header and of payload, in both directions.
HEADERS = {
    "flag": "Boolean",
    "tiny": "Byte",
    "small": "Short",
    "plain": "Integer",
    "big": "Long",
    "raw": "Blob",
    "text": "String",
    "at": "Timestamp",
}
SHAPES = {
    "t#S": {
        **SERVICE,
        "traits": {**SERVICE["traits"], "aws.api#service": {"sdkId": "Sent Events"}},
    },
    "t#Get": operation("POST /x", input="t#GetIn", output="t#GetOut"),
    "t#GetIn": structure(
        events=("t#Events", {"httpPayload": {}}), id=("String", {"httpHeader": "X-Id"})
    ),
    "t#GetOut": structure(events=("t#Events", {"httpPayload": {}})),
    "t#Events": union(
        Headers="t#Headers",
        Bytes="t#Bytes",
        Words="t#Words",
        Inner="t#Inner",
        Choice="t#Choice",
        Json="t#Json",
        Empty="t#Empty",
    )
    | {"traits": api({"streaming": {}})},
    "t#Headers": structure(**{name: (kind, {"eventHeader": {}}) for name, kind in HEADERS.items()}),
    "t#Bytes": structure(
        payload=("Blob", {"eventPayload": {}}), mark=("Byte", {"eventHeader": {}})
    ),
    "t#Words": structure(payload=("String", {"eventPayload": {}})),
    "t#Inner": structure(payload=("t#Point", {"eventPayload": {}})),
    "t#Choice": structure(
        payload=("t#Either", {"eventPayload": {}}), mark=("String", {"eventHeader": {}})
    ),
    "t#Json": structure(
        x="Double", raw="Blob", at="Timestamp", rest="Document", mark=("Long", {"eventHeader": {}})
    ),
    "t#Empty": structure(),
    "t#Point": structure(x=("Integer", {"required": {}}), y="t#Point"),
    "t#Either": union(text="String", number="Integer"),
}


class Duplex:
    """A transport that sends events while it receives: those that were sent come back."""

    supports_event_streams = True

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.request: HttpRequest | None = None

    def send(self, request: HttpRequest) -> HttpResponse:
        assert not isinstance(request.body, bytes)
        self.request = request
        self.messages = list(request.body.chunks())
        return HttpResponse(200, body=b"".join(self.messages))


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Any]]:
    """Generates the package of a model and imports it."""
    folders: list[str] = []

    def made(model: Path) -> Any:
        loaded = load([model])
        folder = tmp_path_factory.mktemp(loaded.config.package)
        write(generate_package(loaded), folder)
        folders.append(str(folder))
        sys.path.insert(0, str(folder))
        return importlib.import_module(loaded.config.package)

    yield made
    for folder in folders:
        sys.path.remove(folder)


@pytest.fixture(scope="module")
def small(imported: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The package of the model above, whose messages are not signed."""
    return imported(write_model(tmp_path_factory.mktemp("model") / "model.json", SHAPES))


def exchange(package: Any, events: list[Any]) -> tuple[list[bytes], list[Any]]:
    """The messages of events that are sent, and the events that are read out of these messages."""
    wire = Duplex()
    client = package.SentEventsClient(endpoint="https://example.com", environ={}, transport=wire)
    received = client.get(events=events).events.collect()
    assert wire.request is not None
    assert "authorization" not in wire.request.headers
    return wire.messages, received


def message(name: str, headers: str, payload: bytes = b"") -> bytes:
    """An event as it stands on the wire; `headers` is hex, without what every event has."""
    block = b"\x0d:message-type\x07\x00\x05event\x0b:event-type\x07"
    block += pack(">H", len(name)) + name.encode() + bytes.fromhex(headers)
    lengths = pack(">II", len(block) + len(payload) + 16, len(block))
    start = lengths + pack(">I", crc32(lengths)) + block + payload
    return start + pack(">I", crc32(start))


def content_type(value: str) -> str:
    """The header of a content type as hex."""
    return (b"\x0d:content-type\x07" + pack(">H", len(value)) + value.encode()).hex()


OCTETS = content_type("application/octet-stream")
TEXT = content_type("text/plain")
JSON = content_type("application/json")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"headers": {"flag": True}}, message("Headers", "04666c616700")),
        ({"headers": {"flag": False}}, message("Headers", "04666c616701")),
        ({"headers": {"tiny": -1}}, message("Headers", "0474696e7902ff")),
        ({"headers": {"small": 256}}, message("Headers", "05736d616c6c030100")),
        ({"headers": {"plain": 70000}}, message("Headers", "05706c61696e0400011170")),
        ({"headers": {"big": 1}}, message("Headers", "03626967050000000000000001")),
        ({"headers": {"raw": b"\1\2"}}, message("Headers", "037261770600020102")),
        ({"headers": {"text": "str"}}, message("Headers", "0474657874070003737472")),
        ({"headers": {"at": NOW}}, message("Headers", "026174080000019bc1a6d980")),
        ({"headers": {}}, message("Headers", "")),
        ({"empty": {}}, message("Empty", "")),
        (
            {"bytes": {"payload": b"\0\xff", "mark": 1}},
            message("Bytes", f"{OCTETS}046d61726b0201", b"\0\xff"),
        ),
        ({"bytes": {"payload": b""}}, message("Bytes", OCTETS)),
        ({"words": {"payload": "grüß"}}, message("Words", TEXT, "grüß".encode())),
        ({"inner": {"payload": {"x": 1}}}, message("Inner", JSON, b'{"x":1}')),
        ({"inner": {}}, message("Inner", "")),
        (
            {"choice": {"payload": {"text": "a"}, "mark": "b"}},
            message("Choice", f"046d61726b07000162{JSON}", b'{"text":"a"}'),
        ),
        ({"choice": {"mark": "b"}}, message("Choice", "046d61726b07000162")),
        (
            {"json": {"raw": b"a", "mark": -1}},
            message("Json", f"{JSON}046d61726b05ffffffffffffffff", b'{"raw":"YQ=="}'),
        ),
        ({"json": {}}, message("Json", JSON, b"{}")),
    ],
)
def test_a_message_byte_for_byte(small: Any, event: Any, expected: bytes) -> None:
    assert exchange(small, [event])[0] == [expected]


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ({"headers": {"tiny": 128}}, "header 'tiny': the Byte does not fit into 1 bytes"),
        ({"headers": {"big": 1 << 63}}, "header 'big': the Long does not fit into 8 bytes"),
        (
            {"headers": {"text": "x" * 32768}},
            "header 'text': the value has 32768 bytes; at most 32767 fit",
        ),
        (
            {"bytes": {"payload": bytes((1 << 24) + 1)}},
            "the payload has 16777217 bytes; at most 16777216 fit into a message",
        ),
    ],
)
def test_what_does_not_fit_names_the_event(small: Any, event: Any, problem: str) -> None:
    with pytest.raises(EventStreamEncodeError) as caught:
        exchange(small, [{"empty": {}}, event])
    assert str(caught.value) == f'params["events"][1]: {problem}'


def integers(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)


def optional(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=members)


MOMENTS = st.integers(0, 4_000_000_000_000).map(lambda ms: NOW + timedelta(milliseconds=ms // 2))
POINTS = st.recursive(
    st.fixed_dictionaries({"x": integers(32)}),
    lambda inner: st.fixed_dictionaries({"x": integers(32), "y": inner}),
    max_leaves=3,
)
EVENTS = st.one_of(
    optional(
        flag=st.booleans(),
        tiny=integers(8),
        small=integers(16),
        plain=integers(32),
        big=integers(64),
        raw=st.binary(),
        text=st.text(),
        at=MOMENTS,
    ).map(lambda made: ("Headers", made)),
    st.fixed_dictionaries({"payload": st.binary()}, optional={"mark": integers(8)}).map(
        lambda made: ("Bytes", made)
    ),
    st.fixed_dictionaries({"payload": st.text()}).map(lambda made: ("Words", made)),
    st.fixed_dictionaries({"payload": POINTS}).map(lambda made: ("Inner", made)),
    st.just(("Empty", {})),
    optional(mark=st.text()).map(lambda made: ("Choice", made)),
)


@given(chosen=st.lists(EVENTS, max_size=5))
def test_what_is_sent_is_what_is_read(small: Any, chosen: list[tuple[str, dict[str, Any]]]) -> None:
    messages, received = exchange(small, [{name.lower(): made} for name, made in chosen])
    assert len(messages) == len(received) == len(chosen)
    by_instance, again = exchange(small, received)
    assert by_instance == messages
    assert again == received
    for (name, given_), event in zip(chosen, received, strict=True):
        assert type(event) is getattr(small.types, name)
        expected = {member: given_.get(member) for member in event.__slots__}
        if name == "Inner":
            expected["payload"] = point(small, given_["payload"])
        assert {member: getattr(event, member) for member in event.__slots__} == expected


def point(package: Any, node: dict[str, Any]) -> Any:
    """A structure that may hold another one."""
    held = node.get("y")
    return package.types.Point(x=node["x"], y=None if held is None else point(package, held))


def test_the_chain_of_signatures_of_a_known_stream(imported: Callable[[Path], Any]) -> None:
    package = imported(suite_path("models", "sagemaker-runtime-http2-2025-10-01.json"))
    wire = Duplex()
    client = package.SageMakerRuntimeHTTP2Client(
        region="us-east-1",
        environ={},
        access_key_id="AKIDEXAMPLE",
        secret_access_key=SECRET,
        transport=wire,
        clock=NOW.timestamp,
    )
    parts = (package.types.RequestPayloadPart(bytes=text.encode()) for text in ("Hello", "again"))
    client.invoke_endpoint_with_bidirectional_stream(endpoint_name="e", body=parts)
    assert wire.request is not None
    (first, second, end) = (FrameDecoder().feed(message)[0] for message in wire.messages)
    assert (first.payload.hex(), end.payload) == (HELLO, b"")
    seed = wire.request.headers["authorization"].rpartition("=")[2]
    signer = signed_from(seed)
    assert wire.messages == [signer.sign(m, NOW) for m in (first.payload, second.payload, b"")]

    known = signed_from("440415e8cfbdc3864e140dc10eb75ebec894a6a2611944b31161f1d56dac1f19")
    encoded = known.sign(first.payload, NOW), known.sign(end.payload, NOW)
    chain = [FrameDecoder().feed(message)[0].headers[":chunk-signature"] for message in encoded]
    assert chain == [bytes.fromhex(FIRST), bytes.fromhex(LAST)]


def signed_from(prior_signature: str) -> EventSigner:
    return EventSigner(
        Credentials("AKIDEXAMPLE", SECRET),
        service="sagemaker",
        region="us-east-1",
        prior_signature=prior_signature,
    )
