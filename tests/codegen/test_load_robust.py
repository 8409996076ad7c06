"""Whatever a model says, it loads or is refused with faults: nothing else is raised."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from codegen.faults import GenerationError
from codegen.load import load_shapes
from tests.codegen.rule_models import enum, having, list_of, map_of, ref, refs, simple
from tests.codegen.small_models import SERVICE, operation, structure, union, write_model

ID: Any = ("String", {"required": {}})
MODEL: dict[str, Any] = {
    "t#S": having({**SERVICE, "resources": refs("t#R"), "rename": {"u#Word": "Term"}}, auth=[]),
    "t#Get": operation(
        "GET /x/{id}?k=1",
        input="t#In",
        output="t#Out",
        errors=["t#Oops"],
        traits={"paginated": {"inputToken": "token", "outputToken": "next", "items": "list"}},
    ),
    "t#In": structure(
        id=("String", {"required": {}, "httpLabel": {}}),
        token=("String", {"httpHeader": "X-T", "default": "", "length": {"max": 3}}),
        body=("t#Bytes", {"httpPayload": {}, "default": ""}),
        more=("t#Map", {"httpPrefixHeaders": "y-"}),
        mine=("t#Level", {"t#own": {"a": 1}, "httpQuery": "q"}),
    ),
    "t#Out": {
        **structure(events=("t#Events", {"httpPayload": {}}), next=("String", {"httpHeader": "N"})),
        "mixins": refs("t#Base"),
    },
    "t#Base": having(structure(list=("t#List", {"httpHeader": "L"})), mixin={"localTraits": []}),
    "t#Out$list": {"type": "apply", "traits": {"smithy.api#tags": ["x"]}},
    "t#Events": having(union(one="t#Event"), streaming={}),
    "t#Event": structure(head=("u#Word", {"eventHeader": {}}), body=("Blob", {"eventPayload": {}})),
    "t#Oops": having(structure(message="String"), error="client", httpError=400),
    "t#Bytes": simple("blob", streaming={}),
    "t#List": list_of("u#Word", uniqueItems={}),
    "t#Map": map_of("String", "u#Word"),
    "u#Word": enum(A="a", B=None),
    "t#Level": enum("intEnum", ONE=1),
    "t#own": having(structure(a=("Integer", {"range": {"min": 0}})), trait={"conflicts": ["t#o"]}),
    "t#R": {
        "type": "resource",
        "identifiers": {"id": ref("String")},
        "properties": {"size": ref("Integer")},
        "read": ref("t#Read"),
        "resources": refs("t#Child"),
    },
    "t#Child": {"type": "resource", "identifiers": {"id": ref("String"), "sub": ref("String")}},
    "t#Read": operation("GET /r", input="t#Id", output="t#Sized", traits={"readonly": {}}),
    "t#Id": structure(id=ID),
    "t#Sized": structure(size="Integer"),
}

PLAIN: list[Any] = [None, True, 0, -1.5, "", "x", "t#In", "t#In$id", "smithy.api#Unit", [], [1], {}]
NESTED: list[Any] = [
    {"a": []},
    {"target": "t#None"},
    {"target": "t#Out"},
    {"type": "union"},
    {"smithy.api#mixin": {}},
]
JUNK = st.sampled_from([*PLAIN, *NESTED])


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to everything in a JSON value but the whole."""
    found: list[tuple[Any, ...]] = [path] if path else []
    if isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            found += places(item, (*path, index))
    return found


def load_again(shapes: dict[str, Any]) -> set[str]:
    """Load a model; the messages of its faults."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.json"
        path.write_text(json.dumps({"smithy": "2.0", "shapes": shapes}))
        try:
            load_shapes([path])
        except GenerationError as error:
            return {fault.message for fault in error.faults}
    return set()


def test_the_model_is_fine_as_it_stands(tmp_path: Path) -> None:
    loaded = load_shapes([write_model(tmp_path / "m.json", MODEL)])
    assert loaded.keys() >= {shape_id for shape_id in MODEL if "$" not in shape_id}


def put(value: Any, path: tuple[Any, ...], junk: object) -> None:
    """Put something in the place of what is there; nowhere, if the place is gone."""
    for step in path[:-1]:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return
    try:
        value[path[-1]] = copy.deepcopy(junk)
    except (IndexError, TypeError):
        return


@given(changes=st.lists(st.tuples(st.sampled_from(places(MODEL)), JUNK), min_size=1, max_size=3))
def test_junk_anywhere_is_a_fault_or_harmless(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    changed: Any = copy.deepcopy(MODEL)
    for path, junk in changes:
        put(changed, path, junk)
    assert all(load_again(changed))
