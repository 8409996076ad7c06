"""What a stub is written as, the parser reads back: all outputs of all expected packages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest
import sagemaker_runtime
from drawplate.async_streams import AsyncEventStream
from drawplate.errors import ParamValidationError
from drawplate.eventstream import HeaderValue
from drawplate.operation import Operation
from drawplate.options import ClientOptions
from drawplate.streams import EventStream, StreamingBody, UnknownEvent
from drawplate.structures import Structure, UnknownMember
from drawplate.stub_shapes import Answer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.golden.bindings.expected.bindings import BindingsClient
from tests.golden.bindings.expected.bindings import types as places
from tests.golden.event_stream.expected.event_stream import EventStreamClient
from tests.golden.event_stream.expected.event_stream import types as sounds
from tests.golden.json_body.expected.json_body import JsonBodyClient, errors, types
from tests.golden.outputs import Outputs
from tests.golden.query.expected.query import QueryClient
from tests.golden.query.expected.query.errors import QueryError
from tests.golden.wire import Wire
from tests.runtime.awaiting import run

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
OPTIONS: ClientOptions = {**Wire().options, "stub_responses": True, "clock": NOON.timestamp}
PACKAGES = [
    sagemaker_runtime.__name__,
    *(
        f"tests.golden.{path.parent.name}.expected.{path.parent.name}"
        for path in sorted(Path(__file__).parent.glob("*/model.json"))
        if path.parent.name not in ("query", "rest_xml")  # whose answers no stub writes
    ),
]


def operations() -> Iterator[Any]:
    """Every operation of every package, with its package and what its answers are made of."""
    for package in PACKAGES:
        answers: dict[str, Answer] = import_module(f"{package}._stubs").ANSWERS
        module = import_module(f"{package}._operations")
        found: list[Operation[Any, Any]] = [
            value for value in vars(module).values() if isinstance(value, Operation)
        ]
        assert answers.keys() == {operation.method_name for operation in found}
        for operation in found:
            name = f"{package.rpartition('.')[2]}.{operation.method_name}"
            if "_async_" in operation.parse.__name__:
                name += " (async)"
            yield pytest.param(package, operation, answers[operation.method_name], id=name)


OPERATIONS = [*operations()]


def readable(output: Structure) -> dict[str, Any]:
    """Members of an output, its streams read."""
    found = {name: _read(getattr(output, name)) for name in output.__slots__}
    # Header fields by prefix: there may be none, but they cannot be absent.
    return found | ({"labels": found["labels"] or {}} if "labels" in found else {})


def _read(value: Any) -> Any:
    if isinstance(value, EventStream):
        return _read([*cast("Iterator[object]", value)])
    if isinstance(value, AsyncEventStream):
        return _read(run(cast("AsyncEventStream[object]", value).collect()))
    if isinstance(value, StreamingBody):
        return value.read()
    if isinstance(value, list):
        return [_plain(event) for event in cast("list[object]", value)]
    return value


def _plain(event: object) -> object:
    """An unknown event without the headers that tell what it is."""
    if not isinstance(event, UnknownEvent):
        return event
    facts = {name: held for name, held in event.headers.items() if not name.startswith(":")}
    return event.event_type, facts, event.payload


def told(value: Any) -> Any:
    """Values as a stub takes them: an event of two members tells which one it is."""
    if isinstance(value, list):
        return [
            {"event_type": "echo", "bytes": event.bytes} if type(event) is sounds.Chunk else event
            for event in cast("list[object]", value)
        ]
    return value


@pytest.mark.parametrize(("package", "operation", "answer"), OPERATIONS)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50, deadline=None)
@given(data=st.data())
def test_an_output_is_read_back(
    package: str, operation: Operation[Any, Any], answer: Answer, data: st.DataObject
) -> None:
    output: Structure = data.draw(Outputs(import_module(f"{package}.types")).of(answer.made))
    members = {name: told(getattr(output, name)) for name in output.__slots__}
    expected = readable(output)
    for given_ in (members, answer.made(**members)):
        response = answer.response(answer.check(given_))
        assert readable(operation.parse(response)) == expected


@pytest.mark.parametrize(("package", "operation", "answer"), OPERATIONS)
def test_what_is_made_up_can_be_read_and_is_complete(
    package: str, operation: Operation[Any, Any], answer: Answer
) -> None:
    assert package
    response = answer.response(answer.sample(NOON))
    made = readable(operation.parse(response))
    assert answer.check({name: told(value) for name, value in made.items()}) == {
        name: value for name, value in answer.sample(NOON).items() if value is not None
    }


def json_client() -> JsonBodyClient:
    return JsonBodyClient(**OPTIONS)


def test_made_up_values_end_where_a_shape_would_contain_itself() -> None:
    assert json_client().store(thing={"name": "x"}) == types.StoreOutput(
        thing=types.Thing(
            name="String", parts=[], ratio=0.0, gaps=[], made=NOON, seen={},
            color="Color", size=0,
        )
    )  # fmt: skip


def test_a_union_is_made_up_from_its_first_member() -> None:
    out = json_client().draw(mark={"dot": {}})
    assert out == types.DrawOutput(mark=types.MarkDot(), copies=0, by_door={})


def test_what_is_given_over_made_up_values_need_not_be_whole() -> None:
    out = json_client().stub_data("store", {"thing": {"size": 3}})
    assert out == types.StoreOutput(thing=types.Thing(name="", size=3))


def test_everything_that_is_wrong_is_told_with_its_place() -> None:
    thing = {"parts": [{"name": 1}, 2], "seen": {"k": "v"}, "nam": "x", "gaps": [None, 5]}
    with pytest.raises(ParamValidationError) as caught:
        json_client().stub_responses("store", {"thing": thing})
    assert caught.value.errors == [
        'missing required member data["thing"]["name"]',
        'expected data["thing"]["parts"][0]["name"] to be a str, got int instead',
        'expected data["thing"]["parts"][1] to be a dict or Thing, got int instead',
        'expected data["thing"]["seen"]["k"] to be a datetime, got str instead',
        'unexpected value at data["thing"]["nam"]',
        'expected data["thing"]["gaps"][1] to be bytes, a str, a path or a file-like object, '
        "got int instead",
    ]
    with pytest.raises(ParamValidationError) as caught:
        json_client().stub_responses("draw", {"mark": {"dot": {}, "text": "x"}})
    assert caught.value.errors == [
        'expected data["mark"] to have exactly one key of dot, text, pin, pen, group; got dot, text'
    ]


def test_a_member_that_the_model_lacks_travels() -> None:
    mark = UnknownMember("new", {"a": 1})
    client = json_client()
    client.stub_responses("draw", {"mark": mark})
    assert client.draw(mark=mark).mark == mark


def test_an_error_keeps_members_of_body_and_header() -> None:
    client = json_client()
    client.stub_responses("store", errors.NotFound("m", thing=types.Thing(name="n"), hint="h"))
    with pytest.raises(errors.NotFound) as caught:
        client.store(thing={"name": "x"})
    error = caught.value
    assert (error.message, error.thing, error.hint) == ("m", types.Thing(name="n"), "h")


def sound_client() -> EventStreamClient:
    return EventStreamClient(**OPTIONS)


def test_an_operation_that_sends_events_answers_with_events() -> None:
    client = sound_client()
    line = sounds.Line(text="t", number=1, at=NOON)
    pause = {"event_type": "pause", "seconds": 1, "key": b"k"}
    client.stub_responses("talk", {"close_": [line, pause, {"echo": {"bytes": "e"}}]})
    with client.talk(said=[]) as out:
        assert out.close_.collect() == [
            line,
            sounds.Pause(seconds=1.0, key=b"k"),
            sounds.Chunk(bytes=b"e"),
        ]


def test_an_event_that_may_be_two_has_to_be_told() -> None:
    with pytest.raises(ParamValidationError) as caught:
        sound_client().stub_responses("talk", {"close_": [sounds.Chunk(bytes=b""), "text"]})
    assert caught.value.errors == [
        'expected data["close_"][0] to tell which event it is: '
        'pass {"event_type": "chunk", …} or {"event_type": "echo", …}',
        'expected data["close_"][1] to be a dict or an event of types.Sounds, got str instead',
    ]


def test_headers_of_an_event_are_checked() -> None:
    headers: dict[str, HeaderValue] = {"event_type": "line", "text": "t"}
    with pytest.raises(ParamValidationError) as caught:
        sound_client().stub_responses("talk", {"close_": [headers]})
    assert caught.value.errors == ['missing required member data["close_"][0]["number"]']


def test_a_status_has_to_be_one_of_success() -> None:
    options: ClientOptions = {**OPTIONS, "stub_responses": {"pack": {"status": 201, "any": [1]}}}
    client = BindingsClient(**options)
    assert client.pack() == places.PackOutput(any=[1], status=201)
    with pytest.raises(ParamValidationError) as caught:
        client.stub_responses("pack", {"status": 404})
    assert caught.value.errors == [
        'expected data["status"] to be 200 to 299; for an error pass its code, an exception or '
        "a raw answer"
    ]


def test_a_service_of_forms_takes_no_data_as_a_stub() -> None:
    client = QueryClient(**OPTIONS)
    with pytest.raises(NotImplementedError, match="Fit cannot be made of data, since its service"):
        client.stub_responses("fit", {"part": {}})
    client.stub_responses("fit", "Full")
    with pytest.raises(QueryError) as caught:
        client.fit(made=NOON)
    assert caught.value.code == "Full"
