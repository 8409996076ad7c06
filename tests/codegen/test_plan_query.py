"""The plan of a query service: statements of serializers and parsers, codes, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codegen.diff.facts import error_wire, member_wire, operation_wire
from codegen.faults import GenerationError
from codegen.plan import PackagePlan, plan_package
from codegen.plan.context import Context
from codegen.plan.parts import FunctionPlan
from codegen.plan.protocols import protocol_of
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

QUERY: dict[str, Any] = {
    **SERVICE,
    "traits": {"aws.protocols#awsQuery": {}, **api({"xmlNamespace": {"uri": "u"}})},
}
GET: dict[str, Any] = {"type": "operation", "input": {"target": "t#In"}}
NOTHING: dict[str, Any] = {"type": "structure"}


def planned(tmp_path: Path, shapes: Shapes) -> PackagePlan:
    loaded = load_shapes(tmp_path / "model.json", {"t#S": QUERY, "t#In": NOTHING, **shapes})
    return plan_package(resolve(loaded), loaded.config, loaded.partitions)


def body(functions: tuple[FunctionPlan, ...], name: str) -> list[str]:
    """The statements of a function."""
    (found,) = (function for function in functions if function.name == name)
    return [*found.lines]


def test_an_operation_without_input_and_output(tmp_path: Path) -> None:
    plan = planned(tmp_path, {"t#Get": {"type": "operation"}})
    (serializer,), (parser,) = plan.serializers, plan.parsers
    assert (serializer.parameters, serializer.docs) == (
        "_params: types.GetInput",
        "POST / with Action=Get",
    )
    assert serializer.lines == (
        "form: Form = [('Action', 'Get'), ('Version', '2020-01-01')]",
        "return query_request(form)",
    )
    assert parser.lines == ("query_result(response, 'GetResult')", "return types.GetOutput()")
    assert plan.error_reader == "query_error"


INPUT: Shapes = {
    "t#Get": {**GET, "output": {"target": "t#In"}},
    "t#In": structure(
        Kind=("String", {"xmlAttribute": {}, "xmlName": "x:kind"}),
        Size=("Integer", {"required": {}, "xmlAttribute": {}}),
        Nested="t#Lists",
        Pick="t#Pick",
        Groups="t#Groups",
        Day=("Timestamp", {"required": {}, "timestampFormat": "http-date"}),
        Left=("Boolean", {"required": {}}),
        Flat=("t#Names", {"xmlFlattened": {}, "required": {}}),
        When=("Timestamp", {"default": 1}),
        Open=("t#Open", {"default": True}),
        Ink="t#Ink",
    ),
    "t#Ink": {"type": "enum", "members": {"RED": {"target": "smithy.api#Unit"}}},
    "t#Open": {"type": "boolean", "traits": api({"default": True})},
    "t#Lists": {"type": "list", "member": {"target": "t#Names"}},
    "t#Names": {
        "type": "list",
        "member": {"target": "smithy.api#String", "traits": api({"xmlName": "n"})},
    },
    "t#Groups": {
        "type": "map",
        "key": {"target": "smithy.api#String"},
        "value": {"target": "t#Names"},
    },
    "t#Pick": union(
        one="String",
        many=("t#Names", {"xmlFlattened": {}, "xmlName": "m"}),
        none="Unit",
        empty="t#Empty",
    ),
    "t#Empty": {"type": "structure"},
}


def test_statements_that_write_a_form(tmp_path: Path) -> None:
    plan = planned(tmp_path, INPUT)
    assert body(plan.serializers, "serialize_get")[1:-1] == [
        "if params.kind is not None:",
        "    form.append(('kind', params.kind))",
        "form.append(('Size', str(params.size)))",
        "for name, nested_item in list_items(form, 'Nested', '.member.', params.nested):",
        "    for name2, nested_item2 in list_items(form, name, '.n.', nested_item):",
        "        form.append((name2, nested_item2))",
        "if params.pick is not None:",
        "    _write_pick(form, 'Pick.', params.pick)",
        "for name, groups_key, groups_item in map_items('Groups', '.entry.', params.groups):",
        '    form.append((f"{name}.key", groups_key))',
        "    for name2, groups_item2 in list_items(form, f\"{name}.value\", '.n.', groups_item):",
        "        form.append((name2, groups_item2))",
        "form.append(('Day', http_date(params.day)))",
        "form.append(('Left', boolean_text(params.left)))",
        "for name, flat_item in list_items(form, 'Flat', '.', params.flat):",
        "    form.append((name, flat_item))",
        "form.append(('When', date_time(params.when)))",
        "form.append(('Open', boolean_text(params.open)))",
        "if params.ink is not None:",
        "    form.append(('Ink', params.ink))",
    ]
    assert body(plan.serializers, "_write_pick") == [
        "if isinstance(value, types.PickOne):",
        '    form.append((f"{prefix}one", value.value))',
        "    return",
        "if isinstance(value, types.PickMany):",
        "    for name, many_item in list_items(form, f\"{prefix}m\", '.', value.value):",
        "        form.append((name, many_item))",
        "    return",
        "if isinstance(value, types.PickNone):",
        "    return",
        "if isinstance(value, types.PickEmpty):",
        '    _write_empty(form, f"{prefix}empty.", value.value)',
        "    return",
        "put_unknown(form, prefix, value)",
    ]
    assert body(plan.serializers, "_write_empty") == ["return"]


def test_expressions_that_read_xml(tmp_path: Path) -> None:
    plan = planned(tmp_path, INPUT)
    arguments = (
        "kind=attribute(result, 'kind', xml_str)",
        "size=required_attribute(result, 'Size', xml_int, '0')",
        "nested=child(result, 'Nested', _read_lists)",
        "pick=child(result, 'Pick', _read_pick)",
        "groups=child(result, 'Groups', _read_groups)",
        "day=required_child(result, 'Day', xml_http_date, 'Thu, 01 Jan 1970 00:00:00 GMT')",
        "left=required_child(result, 'Left', xml_bool, 'false')",
        "flat=flat_list(result, 'Flat', xml_str) or []",
        "when=required_child(result, 'When', xml_date_time, '1970-01-01T00:00:01Z')",
        "open=required_child(result, 'Open', xml_bool, 'true')",
        "ink=child(result, 'Ink', xml_str)",
    )
    assert body(plan.parsers, "parse_get") == [
        "result = query_result(response, 'GetResult')",
        f"return types.In({', '.join(arguments)})",
    ]
    assert body(plan.parsers, "_read_groups") == [
        "return xml_map(value, 'entry', 'key', 'value', _read_names)"
    ]
    assert body(plan.parsers, "_read_names") == ["return xml_list(value, 'n', xml_str)"]
    assert body(plan.parsers, "_read_pick") == [
        "name, held = xml_union(value)",
        "if name == 'one':",
        "    return types.PickOne(at(name, xml_str, held))",
        "if name == 'm':",
        "    return types.PickMany(flat_list(value, 'm', xml_str) or [])",
        "if name == 'none':",
        "    return types.PickNone()",
        "if name == 'empty':",
        "    return types.PickEmpty(at(name, _read_empty, held))",
        "return UnknownMember(name, xml_plain(held))",
    ]


def error(code: str | None, **members: str) -> dict[str, Any]:
    """A modelled error."""
    told = {"aws.protocols#awsQueryError": {"code": code, "httpResponseCode": 400}} if code else {}
    return {**structure(**members), "traits": {**api({"error": "client"}), **told}}


ERRORS: Shapes = {
    "t#Get": {
        **GET,
        "errors": [{"target": f"t#{name}"} for name in ("A", "B", "C")],
        "traits": {
            "smithy.waiters#waitable": {
                "Gone": {
                    "acceptors": [
                        {"state": "success", "matcher": {"errorType": "A"}},
                        {"state": "failure", "matcher": {"errorType": "t#B"}},
                        {"state": "retry", "matcher": {"errorType": "Odd"}},
                    ]
                }
            }
        },
    },
    "t#A": error("Same", message="String"),
    "t#B": error("Same", Count="Integer"),
    "t#C": error(None),
}


def test_codes_of_errors(tmp_path: Path) -> None:
    plan = planned(tmp_path, ERRORS)
    # Two errors of one code cannot be told apart: the first by name is raised.
    assert plan.error_parsers == (
        ("'Same'", "plain_query_error(errors.A)"),
        ("'C'", "plain_query_error(errors.C)"),
    )
    assert [(made.name, made.code) for made in plan.errors] == [
        ("A", "'Same'"),
        ("B", "'Same'"),
        ("C", "'C'"),
    ]
    assert body(plan.parsers, "_b") == [
        "return errors.B(query_error_message(error), count=child(error, 'Count', xml_int))"
    ]
    (waiter,) = plan.waiters
    assert [line.strip() for line in waiter.judge.lines if "code" in line] == [
        "if output.code == 'Same':",
        "if output.code == 'Same':",
        "if output.code == 'Odd':",
    ]


def test_a_json_service_that_spoke_awsquery_shows_the_codes_of_then(tmp_path: Path) -> None:
    traits: dict[str, Any] = {**SERVICE["traits"], "aws.protocols#awsQueryCompatible": {}}
    shapes = {"t#S": {**SERVICE, "traits": traits}, "t#Get": operation()}
    assert planned(tmp_path, shapes).error_reader == "query_compatible_error"
    assert planned(tmp_path, {**shapes, "t#S": SERVICE}).error_reader is None


def test_http_bindings_and_the_types_of_media_mean_nothing(tmp_path: Path) -> None:
    shapes = {
        "t#Get": operation("PUT /x/{a}", input="t#In", output="t#Out"),
        "t#In": structure(
            a=("String", {"httpLabel": {}, "required": {}}),
            b=("String", {"httpHeader": "B", "jsonName": "c"}),
        ),
        "t#Out": structure(a=("Blob", {"httpPayload": {}})),
    }
    plan = planned(tmp_path, shapes)
    assert body(plan.serializers, "serialize_get") == [
        "form: Form = [('Action', 'Get'), ('Version', '2020-01-01')]",
        "form.append(('a', params.a))",
        "if params.b is not None:",
        "    form.append(('b', params.b))",
        "return query_request(form)",
    ]
    assert body(plan.parsers, "parse_get") == [
        "result = query_result(response, 'GetResult')",
        "return types.Out(a=child(result, 'a', xml_blob))",
    ]


def faults(tmp_path: Path, shapes: Shapes) -> Iterator[tuple[str, str]]:
    with pytest.raises(GenerationError) as caught:
        planned(tmp_path, shapes)
    return ((fault.shape, fault.message) for fault in caught.value.faults)


def test_what_has_no_form_is_refused_at_once(tmp_path: Path) -> None:
    shapes = {
        "t#Get": {**GET, "output": {"target": "t#Out"}},
        "t#In": structure(a="Document", b="t#Holes"),
        "t#Out": structure(c=("t#Bytes", {"default": ""})),
        "t#Holes": {
            "type": "list",
            "member": {"target": "smithy.api#String"},
            "traits": api({"sparse": {}}),
        },
        "t#Bytes": {"type": "blob", "traits": api({"streaming": {}})},
    }
    assert [*faults(tmp_path, shapes)] == [
        ("t#Bytes", "awsQuery has no streams"),
        ("t#Holes", "a list or map with nulls in it has no form in awsQuery"),
        ("t#In$a", "a document has no form in awsQuery"),
    ]


def test_places_on_the_wire_as_a_comparison_tells_them(tmp_path: Path) -> None:
    loaded = load_shapes(tmp_path / "model.json", {"t#S": QUERY, **INPUT})
    service = resolve(loaded)
    context = Context(service, loaded.config)
    places = {
        member.name: member_wire(context, member)["place"]
        for member in service.shapes["t#In"].members
    }
    assert places == {
        "Kind": "attribute kind",
        "Size": "attribute Size",
        "Nested": "field Nested.member.N",
        "Pick": "field Pick",
        "Groups": "fields Groups.entry.N.key and Groups.entry.N.value",
        "Day": "field Day",
        "Left": "field Left",
        "Flat": "field Flat.N",
        "When": "field When",
        "Open": "field Open",
        "Ink": "field Ink",
    }
    protocol = protocol_of(service)
    (get,) = service.operations
    assert operation_wire(protocol, get) == {
        "request": "POST / with Action=Get",
        "status": "200",
    }
    broken = resolve(load_shapes(tmp_path / "e.json", {"t#S": QUERY, "t#In": NOTHING, **ERRORS}))
    assert error_wire(protocol, broken.shapes["t#A"]) == {"code": "Same", "status": "any"}
