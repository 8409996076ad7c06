"""The plan of defaults, unions, recursive shapes and old enums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen.plan.defaults import default_json, default_python, is_set
from codegen.plan.values import EnumValuePlan, InputPlan, PackagePlan, StructurePlan
from codegen.resolve import resolve
from tests.codegen.small_models import (
    SERVICE,
    Shapes,
    api,
    load_shapes,
    operation,
    structure,
    union,
)
from tests.codegen.test_plan import faults, planned

LISTS: dict[str, Any] = {"t#Strings": {"type": "list", "member": {"target": "smithy.api#String"}}}


def with_input(**members: Any) -> dict[str, Any]:
    return {"t#S": SERVICE, "t#Get": operation("POST /x", input="t#GetIn")} | {
        "t#GetIn": structure(**members)
    }


def class_of(plan: PackagePlan, name: str) -> StructurePlan:
    return next(structure for structure in plan.structures if structure.name == name)


def checker_of(plan: PackagePlan, constant: str) -> InputPlan:
    return next(checker for checker in plan.inputs if checker.constant == constant)


DEFAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("String", {"default": 'a"b'}, "'a\"b'", "'a\"b'"),
    ("Boolean", {"default": False}, "False", "False"),
    ("Long", {"default": 0}, "0", "0"),
    ("Double", {"default": 1}, "1.0", "1.0"),
    ("Float", {"default": "NaN"}, "float('NaN')", "'NaN'"),
    ("BigDecimal", {"default": 1.5}, "Decimal('1.5')", "1.5"),
    ("Blob", {"default": "YWJj"}, "b'abc'", "'YWJj'"),
    ("Document", {"default": {}}, "{}", "{}"),
    ("Document", {"default": "x"}, "'x'", "'x'"),
    ("t#Strings", {"default": []}, "[]", "[]"),
    ("Timestamp", {"default": 0.5}, "datetime(1970, 1, 1, 0, 0, 0, 500000, tzinfo=UTC)", "0.5"),
    (
        "Timestamp",
        {"default": "1970-01-01T00:00:00.5Z", "timestampFormat": "date-time"},
        "datetime(1970, 1, 1, 0, 0, 0, 500000, tzinfo=UTC)",
        "'1970-01-01T00:00:00.500000Z'",
    ),
    (
        "Timestamp",
        {"default": "Thu, 15 Jan 2026 12:34:56 GMT", "timestampFormat": "http-date"},
        "datetime(2026, 1, 15, 12, 34, 56, tzinfo=UTC)",
        "'Thu, 15 Jan 2026 12:34:56 GMT'",
    ),
]


@pytest.mark.parametrize(("target", "traits", "python", "json"), DEFAULTS)
def test_a_default_is_written_as_python_and_as_json(
    tmp_path: Path, target: str, traits: dict[str, Any], python: str, json: str
) -> None:
    shapes = with_input(a=(target, traits)) | LISTS
    service = resolve(load_shapes(tmp_path / "model.json", shapes))
    shape = service.shapes["t#GetIn"]
    (member,) = shape.members
    assert default_python(shape, member, service.shapes[member.target]) == python
    assert default_json(shape, member, service.shapes[member.target]) == json
    assert is_set(shape, member)


NONE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"default": None}, {}),
    ({"default": "x", "clientOptional": {}}, {}),
    ({"default": "x", "required": {}, "clientOptional": {}}, {}),
    ({"default": "x", "idempotencyToken": {}}, {}),
    ({"default": "x"}, {"input": {}}),
]


@pytest.mark.parametrize(("traits", "on_structure"), NONE)
def test_some_defaults_are_left_to_the_service(
    tmp_path: Path, traits: dict[str, Any], on_structure: dict[str, Any]
) -> None:
    shapes = with_input(a=("String", traits))
    shapes["t#GetIn"] = {**shapes["t#GetIn"], "traits": api(on_structure)}
    service = resolve(load_shapes(tmp_path / "model.json", shapes))
    shape = service.shapes["t#GetIn"]
    assert default_python(shape, shape.members[0], service.shapes["smithy.api#String"]) is None
    assert not is_set(shape, shape.members[0])


def test_a_default_does_not_name_what_an_attribute_hides(tmp_path: Path) -> None:
    shapes = with_input(
        datetime=("Timestamp", {"default": 0}), str=("String", {"default": "datetime str"})
    )
    first, second = class_of(planned(tmp_path, shapes), "GetIn").members
    assert first.keyword == (
        "datetime: _dt.datetime = _dt.datetime(1970, 1, 1, 0, 0, 0, tzinfo=UTC)"
    )
    assert second.keyword == "str: builtins.str = 'datetime str'"


def test_a_required_member_with_a_default_need_not_be_given(tmp_path: Path) -> None:
    shapes = with_input(
        a=("String", {"default": "x", "required": {}}), b=("String", {"required": {}})
    )
    plan = planned(tmp_path, shapes)
    assert checker_of(plan, "GET_IN").required == "('b',)"
    (serializer,) = plan.serializers
    assert "body: dict[str, Any] = {'a': params.a, 'b': params.b}" in serializer.lines


def test_null_is_no_default(tmp_path: Path) -> None:
    plan = planned(tmp_path, with_input(a=("String", {"default": None, "required": {}})))
    assert checker_of(plan, "GET_IN").required == "('a',)"


def test_classes_of_members_make_way_for_shapes(tmp_path: Path) -> None:
    shapes = with_input(a="t#Pick", b="t#PickOne") | {
        "t#Pick": union(one="String", two_b="t#PickOne"),
        "t#PickOne": structure(),
    }
    (choice,) = planned(tmp_path, shapes).choices
    assert [member.name for member in choice.members] == ["PickOneMember", "PickTwoB"]
    assert choice.alias == "'PickOneMember | PickTwoB | UnknownMember'"


def test_two_members_of_one_class_name_are_a_fault(tmp_path: Path) -> None:
    shapes = with_input(a="t#Pick", b="t#PickA", c="t#PickAMember") | {
        "t#Pick": union(a="String"),
        "t#PickA": structure(),
        "t#PickAMember": structure(),
    }
    assert faults(tmp_path, shapes) == [
        "model.json#/shapes/t#Pick/members/a: t#PickAMember and this member both become "
        "`PickAMember` in Python (on t#Pick$a); give one of them another name in "
        "overlay.json: apply drawplate#pythonName to it"
    ]


def test_a_shape_named_as_a_base_class_gets_an_underscore(tmp_path: Path) -> None:
    shapes = with_input(a="t#UnionMember", b="t#Decimal") | {
        "t#UnionMember": union(a="BigDecimal"),
        "t#Decimal": structure(),
    }
    plan = planned(tmp_path, shapes)
    assert [choice.name for choice in plan.choices] == ["UnionMember_"]
    assert class_of(plan, "Decimal_").members == ()


def test_checkers_that_need_one_another_are_completed_below(tmp_path: Path) -> None:
    shapes = with_input(a="t#Node") | {
        "t#Node": structure(leaf="String", next="t#Pick", all="t#Nodes"),
        "t#Nodes": {
            "type": "map",
            "key": {"target": "smithy.api#String"},
            "value": {"target": "t#NodeList"},
        },
        "t#NodeList": {
            "type": "list",
            "member": {"target": "t#Node"},
            "traits": api({"sparse": {}}),
        },
        "t#Pick": union(node="t#Node", nothing="Unit"),
    }
    plan = planned(tmp_path, shapes)
    assert [checker.constant for checker in plan.inputs] == ["PICK", "NODE", "GET_IN"]
    pick, node, _ = plan.inputs
    assert pick.members == (("nothing", "(types.PickNothing, None)"),)
    assert pick.deferred == (("node", "(types.PickNode, NODE)"),)
    assert node.members == (("leaf", "check.string"), ("next", "PICK"))
    assert node.deferred == (("all", "check.map_of(check.list_of(NODE, sparse=True))"),)


def test_shapes_nested_deeper_than_the_stack_are_planned(tmp_path: Path) -> None:
    depth = 1500
    chain = {f"t#N{i}": structure(next=f"t#N{i + 1}") for i in range(depth)}
    shapes = {
        "t#S": SERVICE,
        "t#Get": operation("POST /x", input="t#GetIn", output="t#GetOut"),
        "t#GetIn": structure(a="t#N0"),
        "t#GetOut": structure(a="t#N0"),
        f"t#N{depth}": structure(),
        **chain,
    }
    plan = planned(tmp_path, shapes)
    assert len(plan.inputs) == depth + 2
    assert len(plan.serializers) == depth + 2
    assert len(plan.parsers) == depth + 2


def test_only_documents_with_a_big_decimal_are_read_and_written_digit_for_digit(
    tmp_path: Path,
) -> None:
    shapes: Shapes = {
        "t#S": {**SERVICE, "operations": [{"target": "t#Get"}, {"target": "t#Put"}]},
        "t#Get": operation("POST /x", input="t#GetIn", output="t#GetOut"),
        "t#GetIn": structure(a="t#Numbers"),
        "t#GetOut": structure(a="Double"),
        "t#Put": operation("PUT /x", input="t#PutIn", output="t#PutOut"),
        "t#PutIn": structure(a="Double"),
        "t#PutOut": structure(a="t#Numbers"),
        "t#Numbers": {"type": "list", "member": {"target": "smithy.api#BigDecimal"}},
    }
    plan = planned(tmp_path, shapes)
    lines = {function.name: function.lines for function in (*plan.serializers, *plan.parsers)}
    exact_body, plain_body = "exact_json_body(body)", " json_body(body)"
    assert exact_body in lines["serialize_get"][-1]
    assert plain_body in lines["serialize_put"][-1]
    assert lines["parse_get"][0] == "body = json_object(payload(response))"
    assert lines["parse_put"][0] == "body = json_object(payload(response), exact=True)"


def test_an_enum_of_smithy_1_becomes_constants_where_its_values_have_names(tmp_path: Path) -> None:
    named = [{"value": "a-b", "name": "A_B", "documentation": "One."}, {"value": "c", "name": "C"}]
    shapes = with_input(a="t#Named", b="t#Bare") | {
        "t#Named": {"type": "string", "traits": api({"enum": named})},
        "t#Bare": {"type": "string", "traits": api({"enum": [{"value": "x"}]})},
    }
    plan = planned(tmp_path, shapes)
    (enum,) = plan.enums
    assert (enum.name, enum.values) == (
        "Named",
        (EnumValuePlan("A_B", "'a-b'", "One."), EnumValuePlan("C", "'c'", "")),
    )
    members = class_of(plan, "GetIn").members
    assert [member.type for member in members] == ["str | None", "str | None"]
