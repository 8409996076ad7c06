"""The plan: what cannot be generated is told all at once; names keep out of each other's way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen.faults import GenerationError
from codegen.loaded import LoadedModel
from codegen.plan import PackagePlan, plan_package
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

RENAME = "give one of them another name in overlay.json: apply drawplate#pythonName to it"
UNIT = "smithy.api#Unit"
ERROR: dict[str, Any] = {"traits": {"smithy.api#error": "client"}}
STREAMING: dict[str, Any] = {"traits": {"smithy.api#streaming": {}}}


def planned(tmp_path: Path, shapes: Shapes) -> PackagePlan:
    loaded: LoadedModel = load_shapes(tmp_path / "model.json", shapes)
    return plan_package(resolve(loaded), loaded.config, loaded.partitions, source="model.json")


def faults(tmp_path: Path, shapes: Shapes) -> list[str]:
    with pytest.raises(GenerationError) as caught:
        planned(tmp_path, shapes)
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in caught.value.faults]


def service(*names: str, **keys: Any) -> dict[str, Any]:
    return {**SERVICE, "operations": [{"target": f"t#{name}"} for name in names], **keys}


def enum(*names: str) -> dict[str, Any]:
    members = {
        name: {"target": UNIT, "traits": {"smithy.api#enumValue": f"value {name}"}}
        for name in names
    }
    return {"type": "enum", "members": members}


def test_every_fault_of_the_stage_is_told_at_once(tmp_path: Path) -> None:
    shapes = {
        "t#S": service("GetIt", "Get_It"),
        "t#GetIt": operation(input="t#GetIn", output="t#GetOut"),
        "t#Get_It": operation("GET /y"),
        "t#GetIn": structure(fooBar="String", foo_bar="String"),
        "t#GetOut": structure(events=("t#Events", {"httpPayload": {}})),
        "t#Events": union(a="t#FooBar", b="t#Foo_Bar", c="t#Bad") | STREAMING,
        "t#Bad": structure(why=("String", {"eventHeader": {}})) | ERROR,
        "t#FooBar": structure(),
        "t#Foo_Bar": structure(),
    }
    assert faults(tmp_path, shapes) == [
        "model.json#/shapes/t#Bad/members/why: an error in a stream has all its members in the "
        "payload (on t#Bad$why); leave the operations that need it out of package.toml's "
        "`operations`",
        "model.json#/shapes/t#Foo_Bar: t#FooBar and t#Foo_Bar both become `foo_bar` in Python "
        f"(on t#Foo_Bar); {RENAME}",
        "model.json#/shapes/t#GetIn/members/foo_bar: members fooBar and foo_bar both become "
        f"`foo_bar` in Python (on t#GetIn$foo_bar); {RENAME}",
        "model.json#/shapes/t#Get_It: t#GetIt and t#Get_It both become `get_it` in Python "
        f"(on t#Get_It); {RENAME}",
    ]


def test_functions_of_one_name_for_two_shapes_are_a_fault(tmp_path: Path) -> None:
    shapes = {
        **BASE,
        "t#Get": operation(input="t#GetIn", output="t#GetOut", errors=["t#ReadThing"]),
        "t#GetOut": structure(thing="t#Thing"),
        "t#Thing": structure(),
        "t#ReadThing": structure(why="String") | ERROR,
    }
    assert faults(tmp_path, shapes) == [
        "model.json#/shapes/t#S: t#ReadThing and t#Thing both need a function `_read_thing` "
        f"(on t#S); {RENAME}"
    ]


def test_lists_of_one_name_and_content_share_a_function(tmp_path: Path) -> None:
    texts = {"type": "list", "member": {"target": "smithy.api#String"}}
    shapes = {
        **BASE,
        "t#Get": operation(input="t#GetIn", output="t#GetOut"),
        "t#GetOut": structure(a="t#Texts", b="u#Texts"),
        "t#Texts": texts,
        "u#Texts": texts,
    }
    names = [function.name for function in planned(tmp_path, shapes).parsers]
    assert names == ["parse_get", "_read_texts"]


def test_a_renamed_shape_has_functions_of_its_own(tmp_path: Path) -> None:
    shapes = {
        **BASE,
        "t#S": service("Get", rename={"u#Thing": "OtherThing"}),
        "t#Get": operation(input="t#GetIn", output="t#GetOut"),
        "t#GetOut": structure(a="t#Thing", b="u#Thing"),
        "t#Thing": structure(x="String"),
        "u#Thing": structure(y="String"),
    }
    plan = planned(tmp_path, shapes)
    assert [(f.name, f.returns) for f in plan.parsers] == [
        ("parse_get", "types.GetOut"),
        ("_read_other_thing", "types.OtherThing"),
        ("_read_thing", "types.Thing"),
    ]
    assert plan.parsers[0].lines[-1] == (
        "return types.GetOut("
        "a=member(body, 'a', _read_thing), b=member(body, 'b', _read_other_thing))"
    )


def test_operations_avoid_what_every_client_has(tmp_path: Path) -> None:
    names = ("Types", "Params", "Close", "WithOptions", "Errors", "Import")
    shapes = {f"t#{name}": operation(f"GET /{name}") for name in names}
    plan = planned(tmp_path, {"t#S": service(*names), **shapes})
    assert [(op.method, op.constant) for op in plan.operations] == [
        ("types_", "TYPES"),
        ("params_", "PARAMS"),
        ("close_", "CLOSE"),
        ("with_options_", "WITH_OPTIONS"),
        ("errors", "ERRORS_"),
        ("import_", "IMPORT"),
    ]


def test_a_stream_called_errors_keeps_out_of_the_table_of_errors(tmp_path: Path) -> None:
    shapes = {
        **BASE,
        "t#Get": operation(input="t#GetIn", output="t#GetOut"),
        "t#GetOut": structure(events=("t#Errors", {"httpPayload": {}})),
        "t#Errors": union(part="t#Part") | STREAMING,
        "t#Part": structure(text=("String", {"eventPayload": {}})),
    }
    plan = planned(tmp_path, shapes)
    (made,) = plan.unions
    assert (made.name, made.constant) == ("Errors", "ERRORS_")
    assert made.alias == "'Part | UnknownEvent'"
    assert plan.parsers[0].lines == (
        "return types.GetOut(events=EventStream(response, ERRORS_, operation='Get'))",
    )


@pytest.mark.parametrize(
    ("sdk_id", "client", "base_error"),
    [
        ("Foo Bar", "FooBarClient", "FooBarError"),
        ("Event Stream", "EventStreamClient", "EventStreamError_"),
        ("Runtime", "RuntimeClient", "RuntimeError_"),
    ],
)
def test_the_base_error_hides_no_other(
    tmp_path: Path, sdk_id: str, client: str, base_error: str
) -> None:
    traits = {**SERVICE["traits"], "aws.api#service": {"sdkId": sdk_id}}
    plan = planned(tmp_path, {**BASE, "t#S": service("Get", traits=traits)})
    assert (plan.client, plan.base_error) == (client, base_error)


def test_an_error_called_as_the_base_class_gets_an_underscore(tmp_path: Path) -> None:
    shapes = {
        **BASE,
        "t#Get": operation(input="t#GetIn", errors=["t#SError", "t#ServiceError"]),
        "t#SError": structure() | ERROR,
        "t#ServiceError": structure() | ERROR,
    }
    plan = planned(tmp_path, shapes)
    assert plan.base_error == "SError"
    assert [(made.name, made.code) for made in plan.errors] == [
        ("SError_", "'SError'"),
        ("ServiceError_", "'ServiceError'"),
    ]


def test_required_members_come_first_in_signatures_and_in_order_in_classes(tmp_path: Path) -> None:
    required: dict[str, Any] = {"required": {}}
    shapes = {
        **BASE,
        "t#GetIn": structure(
            b="String",
            a=("String", required),
            d=("String", required | {"clientOptional": {}}),
            c=("Integer", required | {"httpHeader": "X-C"}),
        ),
    }
    plan = planned(tmp_path, shapes)
    keywords = [param.keyword for param in plan.operations[0].params]
    assert keywords == ["a: str", "d: str", "c: int", "b: str | None = None"]
    made = next(found for found in plan.structures if found.name == "GetIn")
    assert [member.name for member in made.members] == ["b", "a", "d", "c"]
    assert [member.name for member in made.arguments] == ["a", "d", "c", "b"]


def test_enums_stand_anywhere_in_an_input(tmp_path: Path) -> None:
    shapes = {
        **BASE,
        "t#GetIn": structure(kinds="t#Kinds"),
        "t#Kinds": {"type": "list", "member": {"target": "t#Kind"}},
        "t#Kind": enum("ONE"),
    }
    plan = planned(tmp_path, shapes)
    assert [(p.name, [m.entry for m in p.members]) for p in plan.params] == [
        ("GetIn", ["Sequence[str] | None"])
    ]
    assert plan.inputs[0].members == (("kinds", "check.list_of(check.string)"),)


def test_blank_documentation_counts_as_none(tmp_path: Path) -> None:
    blank = {"smithy.api#documentation": "<p> </p>"}
    shapes = {**BASE, "t#Get": operation(output="t#GetOut", traits=blank), "t#GetOut": structure()}
    plan = planned(tmp_path, shapes)
    assert plan.operations[0].docs == ""


V4, V4A, BEARER = "aws.auth#sigv4", "aws.auth#sigv4a", "smithy.api#httpBearerAuth"
NAMED: dict[str, Any] = {"name": "things"}
BOTH = {V4: NAMED, V4A: NAMED}


@pytest.mark.parametrize(
    ("offered", "listed", "of_operation", "auth"),
    [
        ({V4: NAMED}, None, None, None),
        ({V4A: NAMED}, None, None, "SigV4AAuth()"),
        (BOTH, None, None, None),
        (BOTH, [V4, V4A], None, None),
        (BOTH, [V4A, V4], None, "SigV4AAuth(or_sigv4=True)"),
        (BOTH, [V4A], None, "SigV4AAuth()"),
        (BOTH, [V4], [V4A, V4], "SigV4AAuth(or_sigv4=True)"),
        (BOTH, [V4A, V4], [V4], None),
        (BOTH, [V4A, V4], [], "None"),
        ({V4: NAMED}, [V4A, V4], None, None),
        ({**BOTH, BEARER: {}}, [BEARER, V4A, V4], None, "SigV4AAuth(or_sigv4=True)"),
        ({**BOTH, BEARER: {}}, [BEARER], None, "BearerAuth()"),
        ({V4A: NAMED, BEARER: {}}, None, None, "SigV4AAuth()"),
    ],
)
def test_signatures_are_chosen_in_the_order_of_the_model(
    tmp_path: Path,
    offered: dict[str, Any],
    listed: list[str] | None,
    of_operation: list[str] | None,
    auth: str | None,
) -> None:
    usual = {} if listed is None else {"smithy.api#auth": listed}
    own = {} if of_operation is None else {"smithy.api#auth": of_operation}
    shapes = {
        **BASE,
        "t#S": service("Get", traits={**SERVICE["traits"], **offered, **usual}),
        "t#Get": operation(input="t#GetIn", traits=own),
    }
    plan = planned(tmp_path, shapes)
    assert [made.auth for made in plan.operations] == [auth]
    assert plan.signing_name == "'things'"
    assert plan.needs_region is (auth not in ("None", "BearerAuth()"))
