"""What the importer refuses: everything at once, each with its JSON pointer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from codegen.importer import ImportFault, import_service
from tests.codegen.botocore_models import operation, service

ADVICE = "teach the importer what it means before using this model"


def unknown(place: str, key: str) -> str:
    """The text of a fault about a key that the importer does not know."""
    return f"{place}/{key}: the importer does not know {key!r} here; {ADVICE}"


def faults(call: Callable[[], object]) -> list[str]:
    """The text of each fault."""
    with pytest.raises(ImportFault) as caught:
        call()
    return [str(fault) for fault in caught.value.faults]


def test_every_unknown_key_is_named_at_once() -> None:
    model = service(
        {
            "Text": {"type": "string", "colour": "red"},
            "Clip": {"type": "structure", "members": {"A/B": {"shape": "Text", "min": 1}}},
        },
        operation("Bend", slowly=True),
        glue="none",
    )
    model["extra"] = {}
    assert faults(lambda: import_service(model, file="clip.json")) == [
        unknown("clip.json#", "extra"),
        unknown("clip.json#/metadata", "glue"),
        unknown("clip.json#/operations/Bend", "slowly"),
        "clip.json#/shapes/Clip/members/A~1B: 'A/B' cannot be the name of a member",
        unknown("clip.json#/shapes/Clip/members/A~1B", "min"),
        unknown("clip.json#/shapes/Text", "colour"),
    ]


@pytest.mark.parametrize("protocol", ["ec2", "json", "smithy-rpc-v2-cbor"])
def test_other_protocols_are_refused(protocol: str) -> None:
    model = service({"Odd": {"type": "odd"}}, protocol=protocol, protocols=[protocol, "odd"])
    assert faults(lambda: import_service(model)) == [
        f"service-2.json#/metadata/protocol: the protocol {protocol!r} is not supported; "
        "import a model of rest-json or query or rest-xml"
    ]


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ({"A": {"type": "odd"}}, ["/shapes/A/type: 'odd' is not a known shape type"]),
        ({"A": {}}, ["/shapes/A: has no 'type'"]),
        ({"A": {"type": ""}}, ["/shapes/A/type: must not be empty"]),
        ({"A": {"type": 1}}, ["/shapes/A/type: must be a string"]),
        ({"A": []}, ["/shapes/A: must be an object"]),
        ({"A": {"type": "string", "max": 1.5}}, ["/shapes/A/max: must be a whole number"]),
        ({"A": {"type": "string", "sensitive": 1}}, ["/shapes/A/sensitive: must be true or false"]),
        ({"A": {"type": "float", "min": True}}, ["/shapes/A/min: must be a number"]),
        ({"A": {"type": "string", "enum": [1]}}, ["/shapes/A/enum: must be a list of strings"]),
        (
            {"A": {"type": "boolean", "max": 1}},
            [unknown("/shapes/A", "max")],
        ),
        (
            {"A": {"type": "timestamp", "timestampFormat": "julian"}},
            [
                "/shapes/A/timestampFormat: 'julian' is not a timestamp format; "
                "known are iso8601, unixTimestamp, rfc822"
            ],
        ),
        (
            {"A": {"type": "list", "member": {"shape": "B"}}},
            ["/shapes/A/member/shape: there is no shape 'B'; correct the name"],
        ),
        ({"A": {"type": "list"}}, ["/shapes/A: has no 'member'"]),
        (
            {"A": {"type": "structure", "members": {}, "required": ["B"], "payload": "C"}},
            [
                "/shapes/A/payload: 'C' is not a member; correct its name",
                "/shapes/A/required: 'B' is not a member; correct its name",
            ],
        ),
        (
            {"A": {"type": "structure", "members": {}, "fault": True}},
            ['/shapes/A: says how it fails, but is no exception; add "exception": true'],
        ),
        (
            {"1A": {"type": "string"}},
            ["/shapes/1A: '1A' cannot be the name of a shape; Smithy allows letters, digits, _"],
        ),
        (
            {"A": {"type": "structure", "members": {"B": {"shape": "A", "location": "moon"}}}},
            ["/shapes/A/members/B/location: 'moon' is not a known location"],
        ),
        (
            {"A": {"type": "structure", "members": {"B": {"shape": "A", "jsonvalue": True}}}},
            ["/shapes/A/members/B/jsonvalue: only a string or blob can hold JSON text"],
        ),
    ],
)
def test_shape_faults(shapes: dict[str, Any], expected: list[str]) -> None:
    found = faults(lambda: import_service(service(shapes)))
    assert [
        fault.removeprefix("service-2.json#") for fault in found if "has no 'shape'" not in fault
    ][: len(expected)] == expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            operation("Bend", "/clips/{ClipId}"),
            ["/operations/Bend/http/requestUri: no member of the input fills {ClipId}"],
        ),
        (
            operation("Bend", input={"shape": "Lost"}),
            ["/operations/Bend/input/shape: there is no shape 'Lost'; correct the name"],
        ),
        (
            operation("Bend", errors=[{"shape": "Lost"}]),
            ["/operations/Bend/errors/0/shape: there is no shape 'Lost'; correct the name"],
        ),
        (operation("Bend", errors={}), ["/operations/Bend/errors: must be a list of objects"]),
        (
            operation("Bend", authtype="handshake"),
            ["/operations/Bend/authtype: 'handshake' is not a known way to sign"],
        ),
        ({"Bend": {"name": "Bend"}}, ["/operations/Bend: has no 'http'"]),
    ],
)
def test_operation_faults(made: dict[str, Any], expected: list[str]) -> None:
    found = faults(lambda: import_service(service({}, made)))
    assert [fault.removeprefix("service-2.json#") for fault in found] == expected


def test_service_faults() -> None:
    model = service(
        signatureVersion="v2",
        auth=["aws.auth#sigv5"],
        protocolSettings={"h2": "never"},
        serviceFullName=None,
    )
    assert faults(lambda: import_service(model)) == [
        "service-2.json#/metadata: has no 'serviceFullName'",
        "service-2.json#/metadata/auth: 'aws.auth#sigv5' is not a known authentication scheme",
        "service-2.json#/metadata/protocolSettings/h2: 'never' is not a known use of HTTP/2",
        "service-2.json#/metadata/signatureVersion: 'v2' is not a known signature",
    ]


def test_faults_of_paginators_and_waiters_name_their_files() -> None:
    acceptors = [
        {"state": "success", "matcher": "status", "expected": 418},
        {"state": "success", "matcher": "moon", "expected": "full"},
        {"state": "success", "matcher": "error", "expected": "Bent", "argument": "x"},
    ]
    waiters: dict[str, Any] = {
        "Bent": {"operation": "Bend", "delay": 1, "maxAttempts": 1, "acceptors": acceptors},
        "Lost": {"operation": "Lose", "delay": 1, "maxAttempts": 1, "acceptors": []},
    }
    paginators = {"Lose": {"input_token": "a", "output_token": "b", "page": 1}}
    found = faults(
        lambda: import_service(
            service({}, operation("Bend")),
            paginators={"pagination": paginators},
            waiters={"waiters": waiters},
        )
    )
    assert found == [
        "paginators-1.json#/pagination/Lose: there is no operation 'Lose'",
        unknown("paginators-1.json#/pagination/Lose", "page"),
        "waiters-2.json#/waiters/Bent/acceptors/0/expected: "
        "no error of the operation has status 418; Smithy's waiters know errors by name only",
        "waiters-2.json#/waiters/Bent/acceptors/1/matcher: 'moon' cannot expect 'full'",
        unknown("waiters-2.json#/waiters/Bent/acceptors/2", "argument"),
        "waiters-2.json#/waiters/Lost/operation: there is no operation 'Lose'",
    ]


def test_two_shapes_that_would_share_a_derived_name() -> None:
    shapes = {
        "A": {"type": "structure", "members": {"B": {"shape": "T", "enum": ["x"]}}},
        "AB": {"type": "string"},
        "T": {"type": "string"},
    }
    assert faults(lambda: import_service(service(shapes))) == [
        "service-2.json#/shapes/A/members/B: needs a shape of its own, but its name 'AB' is taken; "
        "rename one of them"
    ]
