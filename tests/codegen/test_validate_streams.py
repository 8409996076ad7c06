"""Rules of streams and their events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen.model import BYTE_STREAM, RETRYABLE_VALUES
from tests.codegen.rule_models import Cases, check_rule, having, list_of, simple
from tests.codegen.small_models import BASE, operation, structure, union

BYTES: dict[str, Any] = {"streaming": {}, BYTE_STREAM: {}}

CASES: Cases = {
    "where streams are": (
        {
            **BASE,
            "t#Get": operation(input="t#GetIn", output="t#Out"),
            "t#GetIn": structure(a=("t#Bytes", {"required": {}}), b="t#Nested"),
            "t#Out": structure(events="t#Events"),
            "t#Nested": structure(events="t#Events"),
            "t#List": list_of("t#Bytes"),
            "t#Bytes": simple("blob", streaming={}),
            "t#Text": simple("string", streaming={}),
            "t#Events": having(union(good="t#Event", bad="String"), streaming={}),
            "t#Event": structure(),
            "t#Broken": having(
                structure(a=("t#Bytes", {"default": "", "httpPayload": {}})), error="client"
            ),
            "t#Other": operation("GET /o", errors=["t#Broken"]),
        },
        [
            (
                "t#Broken/members/a",
                "targets the stream t#Bytes outside an operation's input or output",
            ),
            ("t#Events/members/bad", "is an event of type string"),
            ("t#GetIn/members/a", "targets the stream t#Bytes and is not the payload"),
            ("t#List/member", "targets the stream t#Bytes outside an operation's input or output"),
            (
                "t#Nested/members/events",
                "targets the stream t#Events outside an operation's input or output",
            ),
            ("t#Out/members/events", "targets the stream t#Events and is not the payload"),
            ("t#Text/traits/smithy.api#streaming", "smithy.api#streaming cannot be on a string"),
        ],
    ),
    "streams that may be missing, and lengths": (
        {
            **BASE,
            "t#Get": operation(output="t#Out"),
            "t#Out": structure(a=("t#Bytes", {"httpPayload": {}})),
            "t#Bytes": simple("blob", streaming={}, requiresLength={}),
        },
        [
            ("t#Out/members/a", "targets t#Bytes, whose length is needed up front, in an output"),
            ("t#Out/members/a", "targets the stream t#Bytes and may be missing"),
        ],
    ),
    "streams of one content": (
        {
            **BASE,
            "t#Parts": having(
                union(part="t#Part", again="t#Part", other="t#Plain", bad="t#Bad"), **BYTES
            ),
            "t#Two": having(union(part="t#Part", more="t#More"), **BYTES),
            "t#None": having(union(other="t#Plain", bad="t#Bad"), **BYTES),
            "t#Value": having(union(part="t#Part"), **{BYTE_STREAM: {}}),
            "t#Part": structure(data=("Blob", {"eventPayload": {}})),
            "t#More": structure(data=("Blob", {"eventPayload": {}})),
            "t#Plain": structure(data="Blob", text="String"),
            "t#Bad": having(structure(data=("Blob", {"eventPayload": {}})), error="client"),
        },
        [
            (f"t#None/traits/{BYTE_STREAM}", "has 0 kinds of events whose payload is a blob"),
            (f"t#Two/traits/{BYTE_STREAM}", "has 2 kinds of events whose payload is a blob"),
            (f"t#Value/traits/{BYTE_STREAM}", f"{BYTE_STREAM} cannot be on a union"),
        ],
    ),
    "values that are worth another call": (
        {
            **BASE,
            "t#Bad": having(
                structure(
                    code=("String", {RETRYABLE_VALUES: ["A", "B"]}),
                    number=("Integer", {RETRYABLE_VALUES: ["1"]}),
                    none=("String", {RETRYABLE_VALUES: []}),
                ),
                error="client",
            ),
            "t#NoError": structure(code=("String", {RETRYABLE_VALUES: ["A"]})),
        },
        [
            (
                f"t#Bad/members/none/traits/{RETRYABLE_VALUES}",
                f"the value of {RETRYABLE_VALUES} is empty",
            ),
            (
                f"t#Bad/members/number/traits/{RETRYABLE_VALUES}",
                f"{RETRYABLE_VALUES} cannot be on this member of a structure",
            ),
            (
                f"t#NoError/members/code/traits/{RETRYABLE_VALUES}",
                f"{RETRYABLE_VALUES} cannot be on this member of a structure",
            ),
        ],
    ),
    "what events hold": (
        {
            **BASE,
            "t#Event": structure(
                head=("t#GetIn", {"eventHeader": {}}),
                body=("Integer", {"eventPayload": {}}),
                lost="String",
            ),
            "t#Fine": structure(
                head=("Integer", {"eventHeader": {}}), body=("t#GetIn", {"eventPayload": {}})
            ),
        },
        [
            (
                "t#Event/members/body/traits/smithy.api#eventPayload",
                "smithy.api#eventPayload cannot be on type integer",
            ),
            (
                "t#Event/members/head/traits/smithy.api#eventHeader",
                "smithy.api#eventHeader cannot be on type structure",
            ),
            (
                "t#Event/members/lost",
                "has no place in the event beside the member that is the payload",
            ),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])
