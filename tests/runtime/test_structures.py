"""What generated shapes share: equality, repr, copies, and the outputs of operations."""

from __future__ import annotations

import copy
import pickle

import pytest
from drawplate.http import Headers
from drawplate.structures import Output, ResponseMetadata, StreamingOutput, Structure, request_id


class Point(Structure):
    __slots__ = ("label", "x", "y")
    _sensitive = frozenset({"label"})

    def __init__(self, *, x: int, y: int | None = None, label: str | None = None) -> None:
        self.x = x
        self.y = y
        self.label = label


class Other(Structure):
    __slots__ = ("label", "x", "y")

    def __init__(self, *, x: int) -> None:
        self.x = x
        self.y = None
        self.label = None


class Found(Output):
    __slots__ = ("points",)

    def __init__(self, *, points: list[Point]) -> None:
        self.points = points


class Stream:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class Streamed(StreamingOutput):
    __slots__ = ("body",)
    _stream = "body"

    def __init__(self, *, body: Stream) -> None:
        self.body = body


def test_equal_by_value_and_class() -> None:
    assert Point(x=1, y=2) == Point(x=1, y=2)
    assert Point(x=1) != Point(x=2)
    assert Point(x=1) != Point(x=1, label="set")
    assert Point(x=1) != Other(x=1)
    assert Point(x=1) != {"x": 1}
    assert Point(x=1).__eq__(5) is NotImplemented


def test_mutable_and_so_not_hashable() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Point(x=1))


def test_members_are_fixed() -> None:
    point = Point(x=1)
    with pytest.raises(AttributeError):
        point.z = 1  # type: ignore[attr-defined]


def test_repr_shows_what_is_set_and_that_a_secret_is() -> None:
    assert repr(Point(x=1, label="secret")) == "Point(label=<redacted>, x=1)"
    assert repr(Point(x=0)) == "Point(x=0)"
    assert repr(Found(points=[Point(x=1, label="secret")])) == (
        "Found(points=[Point(label=<redacted>, x=1)])"
    )


def test_copies_are_equal_and_independent() -> None:
    found = Found(points=[Point(x=1)])
    found.metadata = ResponseMetadata(status=200, headers=Headers(), attempts=2)
    for made in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):  # noqa: S301
        assert made == found
        assert made.metadata.attempts == 2
        made.points[0].x = 5
        assert made != found


def test_equality_of_outputs_speaks_of_members_alone() -> None:
    one, other = Found(points=[]), Found(points=[])
    one.metadata = ResponseMetadata(status=200, headers=Headers(), attempts=1)
    assert one == other
    assert repr(one) == "Found(points=[])"


def test_metadata() -> None:
    headers = Headers({"x-amzn-RequestId": "id-1", "x-secret": "value"})
    metadata = ResponseMetadata(status=202, headers=headers, attempts=3)
    assert (metadata.status, metadata.attempts, metadata.request_id) == (202, 3, "id-1")
    assert metadata.headers is headers
    assert repr(metadata) == "ResponseMetadata(status=202, request_id='id-1', attempts=3)"


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"x-amzn-RequestId": "a"}, "a"),
        ({"x-amz-request-id": "b"}, "b"),
        ({"x-amzn-requestid": "a", "x-amz-request-id": "b"}, "a"),
        ({"x-amzn-requestid": ""}, None),
        ({}, None),
    ],
)
def test_request_id(headers: dict[str, str], found: str | None) -> None:
    assert request_id(Headers(headers)) == found


def test_a_streaming_output_closes_its_stream() -> None:
    stream = Stream()
    with Streamed(body=stream) as output:
        assert output.body is stream
        assert stream.closed == 0
    assert stream.closed == 1
    output.close()
    assert stream.closed == 2


def test_a_streaming_output_closes_its_stream_on_an_error() -> None:
    stream = Stream()
    with pytest.raises(KeyError), Streamed(body=stream):
        raise KeyError
    assert stream.closed == 1
