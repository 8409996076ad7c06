"""The plan of streams of events, and of outputs that are one blob."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen.faults import GenerationError
from codegen.model import BYTE_STREAM, RETRYABLE_VALUES
from codegen.plan import PackagePlan, plan_package
from codegen.plan.values import StructurePlan
from codegen.resolve import resolve
from tests.codegen.small_models import (
    BASE,
    SERVICE,
    Shapes,
    load_shapes,
    operation,
    structure,
    union,
)

STREAMING: dict[str, Any] = {"traits": {"smithy.api#streaming": {}}}
ERROR: dict[str, Any] = {"traits": {"smithy.api#error": "client"}}
SENT: Shapes = {
    **BASE,
    "t#Get": operation("POST /x", input="t#GetIn"),
    "t#GetIn": structure(events=("t#Events", {"httpPayload": {}})),
    "t#Events": union(part="t#Part", bad="t#Bad") | STREAMING,
    "t#Part": structure(text=("String", {"eventPayload": {}})),
    "t#Bad": structure(message="String") | ERROR,
}


def planned(tmp_path: Path, shapes: Shapes) -> PackagePlan:
    loaded = load_shapes(tmp_path / "model.json", shapes)
    return plan_package(resolve(loaded), loaded.config, loaded.partitions, source="model.json")


def class_of(plan: PackagePlan, name: str) -> StructurePlan:
    return next(structure for structure in plan.structures if structure.name == name)


def signed_with(*schemes: str) -> dict[str, Any]:
    """The service with these signatures, in this order."""
    named = {scheme: {"name": "things"} for scheme in schemes}
    return {**SERVICE, "traits": {**SERVICE["traits"], **named, "smithy.api#auth": [*schemes]}}


def test_a_stream_that_is_only_sent_is_not_parsed(tmp_path: Path) -> None:
    plan = planned(tmp_path, SENT)
    (events,) = plan.unions
    assert (events.alias, events.is_received) == ("'Part | UnknownEvent'", False)
    assert [function.name for function in plan.parsers] == ["parse_get"]
    (encoder,) = plan.encoders
    assert encoder.constant == "EVENTS"
    assert encoder.events == (("part", "part", "_encode_part"),)
    assert encoder.exceptions == (("bad", "bad", "_encode_bad"),)
    # Only what a client may receive is raised out of a stream.
    assert [error.bases for error in plan.errors] == ["SError"]


def test_a_stream_has_to_be_given_whatever_the_model_says(tmp_path: Path) -> None:
    plan = planned(tmp_path, SENT)
    assert [param.keyword for param in plan.operations[0].params] == [
        "events: Iterable[types.Events | params.Events | _errors.Bad]"
    ]
    assert {made.constant: made.required for made in plan.inputs} == {
        "PART": "('text',)",
        "_BAD": "()",
        "EVENTS": "",
        "GET_IN": "('events',)",
    }


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            {"t#Events": union(part="t#Part", rest="Unit") | STREAMING},
            "model.json#/shapes/t#Events/members/rest: an event has no structure of its own "
            "(on t#Events$rest); let it target an empty structure, in overlay.json",
        ),
        (
            {"t#Get": operation("POST /x", input="t#GetIn", output="t#GetIn")},
            "model.json#/shapes/t#GetIn/members/events: a structure with a stream of events is "
            "input and output at once (on t#GetIn$events); give the operations an input and an "
            "output of their own",
        ),
        (
            {"t#S": signed_with("aws.auth#sigv4a")},
            "model.json#/shapes/t#Get: the events that it sends can be signed for one region only, "
            "not with aws.auth#sigv4a (on t#Get); let it take aws.auth#sigv4 too, in overlay.json, "
            "if the service does; else leave it out of package.toml's `operations`",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused(tmp_path: Path, changed: Shapes, fault: str) -> None:
    with pytest.raises(GenerationError) as caught:
        planned(tmp_path, {**SENT, **changed})
    assert [str(found).removeprefix(f"{tmp_path}/") for found in caught.value.faults] == [fault]


def test_events_are_signed_for_one_region(tmp_path: Path) -> None:
    plan = planned(tmp_path, {**SENT, "t#S": signed_with("aws.auth#sigv4a", "aws.auth#sigv4")})
    (made,) = plan.operations
    assert (made.auth, made.sends_events) == (None, True)


RECEIVED: Shapes = {
    **BASE,
    "t#Get": operation("POST /x", input="t#GetIn", output="t#GetOut"),
    "t#GetIn": structure(onStream="String", eventStreamHandler="String"),
    "t#GetOut": structure(close=("t#Events", {"httpPayload": {}})),
    "t#Events": union(**{"PayloadPart": "t#Part", "class": "t#Part", "error": "t#Bad"}) | STREAMING,
    "t#Part": structure(eventType="String"),
    "t#Bad": structure(message="String", eventType="String") | ERROR,
}
BLOB: Shapes = {"t#S": SERVICE, "t#Get": operation("GET /x", output="t#Out")}
PAYLOAD: dict[str, Any] = {"eventPayload": {}}


def test_a_stream_that_is_received_has_a_class_for_handlers(tmp_path: Path) -> None:
    (events,) = planned(tmp_path, RECEIVED).received
    assert [(made.method, made.event_type, made.type) for made in events.handlers] == [
        ("on_payload_part_event", "payload_part", "types.Part"),
        ("on_class_event", "class_", "types.Part"),
        # `on_error_event` and "error" are those of errors that no model describes.
        ("on_error_event_", "error_", "errors.Bad"),
    ]
    assert events.handled == "types.Events | errors.Bad"
    assert events.handler_function == "_handler_of_events"
    assert events.events == (
        ("PayloadPart", "named('payload_part', _part_event)"),
        ("class", "named('class_', _part_event)"),
    )
    assert events.exceptions == (("error", "error_event(_bad)"),)


def test_keywords_for_handlers_keep_away_from_members(tmp_path: Path) -> None:
    plan = planned(tmp_path, RECEIVED)
    assert plan.operations[0].keywords == (
        "on_stream: str | None = None",
        "event_stream_handler: str | None = None",
        "event_stream_handler_: _event_streams.Events | Callable[[_event_streams.Events], object]"
        " | None = None",
        "on_stream_: Callable[[_event_streams.Events], object] | None = None",
    )
    assert plan.operations[0].invoke == "_invoke_stream"


def test_an_event_says_which_it_is_and_a_member_of_that_name_steps_aside(tmp_path: Path) -> None:
    plan = planned(tmp_path, RECEIVED)
    made = {structure.name: structure for structure in plan.structures}
    part, (bad,) = made["Part"], plan.errors
    assert (part.base, part.event_type) == ("SharedEvent", "str = 'payload_part'")
    assert bad.event_type == "ClassVar[Literal['error_']] = 'error_'"
    assert [member.name for member in (*part.members, *bad.members)] == ["event_type_"] * 2
    assert made["GetIn"].event_type == ""


def test_a_stream_of_one_content_knows_its_carrier(tmp_path: Path) -> None:
    carrier = structure(eventType=("String", {"eventHeader": {}}), raw=("Blob", PAYLOAD))
    traits: dict[str, Any] = {"smithy.api#streaming": {}, BYTE_STREAM: {}}
    stream = {**RECEIVED["t#Events"], "traits": traits}
    plan = planned(tmp_path, {**RECEIVED, "t#Part": carrier, "t#Events": stream})
    (events,) = plan.received
    assert (events.kind, events.content) == (
        "ByteEventUnion",
        "lambda event: event.raw if isinstance(event, types.Part) else None",
    )
    out = class_of(plan, "GetOut")
    assert [member.type for member in out.members] == ["ByteEventStream[Events]"]
    plain = planned(tmp_path, RECEIVED).received[0]
    assert (plain.kind, plain.content) == ("EventUnion", "")


def test_values_of_an_error_may_make_it_retryable(tmp_path: Path) -> None:
    values = {RETRYABLE_VALUES: ["Broken", "Late"]}
    bad = {**structure(message=("String", values), **{"class": ("String", values)}), **ERROR}
    (error,) = planned(tmp_path, {**RECEIVED, "t#Bad": bad}).errors
    assert error.retryable_if == "class_ in ('Broken', 'Late')"


def test_an_output_that_is_a_blob_has_helpers_and_its_members_step_aside(tmp_path: Path) -> None:
    blob: Any = ("Blob", {"httpPayload": {}})
    header = ("String", {"httpHeader": "Content-Type"})
    outputs = {
        "blob": structure(json=blob, text=header),
        "no type": structure(json=blob, text=("String", {"httpHeader": "X-Type"})),
        "text": structure(json=("String", {"httpPayload": {}}), text=header),
    }
    found = {
        name: class_of(planned(tmp_path, {**BLOB, "t#Out": output}), "Out")
        for name, output in outputs.items()
    }
    assert [(made.base, made.blob) for made in found.values()] == [
        ("BlobOutput", ("json_", "text_")),
        ("Output", None),
        ("Output", None),
    ]
    assert [member.name for member in found["no type"].members] == ["json", "text"]
