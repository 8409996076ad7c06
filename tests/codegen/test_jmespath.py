"""JMESPath as Python: the text that paths become, and what is refused."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.plan.context import Context
from codegen.plan.jmespath import PathCompiler
from codegen.plan.path_values import PathError, Value, type_of
from codegen.resolve import resolve
from tests.codegen.small_models import BASE, Shapes, load_shapes, operation, structure, union

REQUIRED: dict[str, Any] = {"required": {}}
SHAPES: Shapes = {
    **BASE,
    "t#Get": operation(input="t#GetIn", output="t#Out"),
    "t#GetIn": structure(name="String"),
    "t#Out": structure(
        state="String",
        sure=("String", REQUIRED),
        on="Boolean",
        certain=("Boolean", REQUIRED),
        count=("Integer", REQUIRED),
        limit="Integer",
        made="Timestamp",
        box="t#Box",
        jobs="t#Jobs",
        byName="t#JobsByName",
        either="t#Either",
        gaps="t#Gaps",
        words=("t#Words", REQUIRED),
    ),
    "t#Box": structure(box="t#Box", state="String", jobs="t#Jobs"),
    "t#Job": structure(
        name=("String", REQUIRED),
        state="String",
        steps="t#Jobs",
        size=("Integer", REQUIRED),
        words="t#Words",
    ),
    "t#Jobs": {"type": "list", "member": {"target": "t#Job"}},
    "t#JobsByName": {
        "type": "map",
        "key": {"target": "smithy.api#String"},
        "value": {"target": "t#Job"},
    },
    "t#Words": {"type": "list", "member": {"target": "smithy.api#String"}},
    "t#Gaps": {
        "type": "list",
        "member": {"target": "smithy.api#String"},
        "traits": {"smithy.api#sparse": {}},
    },
    "t#Either": union(text="String", job="t#Job", nothing="Unit"),
}


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    loaded = load_shapes(tmp_path_factory.mktemp("jmespath") / "model.json", SHAPES)
    return Context(resolve(loaded), loaded.config)


def compiled(context: Context, expression: str) -> str:
    root = Value(type_of(context.shape("t#Out")), "o")
    return PathCompiler(context).value(expression, root).whole().code


TEXTS = [
    ("state", "o.state"),
    ("box.state", "o.box.state if o.box is not None else None"),
    (
        "box.box.state",
        "o.box.box.state if o.box is not None and o.box.box is not None else None",
    ),
    ("jobs[0].state", "o.jobs[0].state if o.jobs else None"),
    ("jobs[2].name", "o.jobs[2].name if o.jobs is not None and len(o.jobs) > 2 else None"),
    ("jobs[-2].name", "o.jobs[-2].name if o.jobs is not None and len(o.jobs) >= 2 else None"),
    ("words[1:]", "o.words[1:]"),
    ("words[]", "o.words"),
    ("gaps[]", "[item for item in o.gaps if item is not None] if o.gaps is not None else None"),
    (
        "byName.main.name",
        "o.by_name['main'].name if o.by_name is not None and 'main' in o.by_name else None",
    ),
    (
        "byName.*.size",
        "[item.size for item in list(o.by_name.values())] if o.by_name is not None else None",
    ),
    (
        "either.text",
        "o.either.value "
        "if o.either is not None and isinstance(o.either, types.EitherText) else None",
    ),
    (
        "jobs[?size > `3` && !(state == 'x' || words)].name",
        "[item.name for item in o.jobs if item.size > 3 and not (item.state == 'x' or item.words)] "
        "if o.jobs is not None else None",
    ),
    (
        "jobs[].steps[].state",
        "[item2.state for item in o.jobs if item.steps is not None for item2 in item.steps "
        "if item2.state is not None] if o.jobs is not None else None",
    ),
    (
        "jobs[*].[name, state][]",
        "[item2 for item in o.jobs for item2 in [item.name, item.state] if item2 is not None] "
        "if o.jobs is not None else None",
    ),
    (
        "jobs[].name | [0]",
        "found[0] if o.jobs is not None and (found := [item.name for item in o.jobs]) else None",
    ),
    ("length(jobs) == `0`", "o.jobs is not None and len(o.jobs) == 0"),
    ("state != 'x'", "o.state != 'x'"),
    ("box.state != 'x'", "not (o.box is not None and o.box.state == 'x')"),
    ("state == `null`", "o.state is None"),
    ("box.state == `null`", "not (o.box is not None and o.box.state is not None)"),
    ("state == box.state", "o.state == (o.box.state if o.box is not None else None)"),
    ("on == `true`", "o.on is True"),
    ("limit < count", "o.limit < o.count if o.limit is not None else None"),
    ("length(state || '')", "len(o.state or '')"),
    ("contains(words, 'x')", "'x' in o.words"),
    ("contains(sure, 'x')", "'x' in o.sure"),
    ("starts_with(sure, 'x')", "o.sure.startswith('x')"),
    ("keys(byName)", "list(o.by_name) if o.by_name is not None else None"),
    ("on && certain", "o.on and o.certain"),
    ("certain || on && certain", "o.certain or (o.on and o.certain)"),
    ("@.sure", "o.sure"),
    ('`"quote \' \\" {x}"`', "'quote \\' \" {x}'"),
]


@pytest.mark.parametrize(("expression", "text"), TEXTS)
def test_text(context: Context, expression: str, text: str) -> None:
    assert compiled(context, expression) == text


def equals(context: Context, expression: str, expected: bool) -> str:
    root = Value(type_of(context.shape("t#Out")), "o")
    return PathCompiler(context).equals(expression, expected, root).code


@pytest.mark.parametrize(
    ("expression", "true", "false"),
    [
        ("on", "o.on", "o.on is False"),
        ("certain", "o.certain", "not o.certain"),
        ("state == 'x'", "o.state == 'x'", "not o.state == 'x'"),
        (
            "limit > `1`",
            "o.limit is not None and o.limit > 1",
            "o.limit is not None and (o.limit > 1) is False",
        ),
        (
            "jobs[].name | [0] == 'x'",
            "o.jobs is not None and (found := [item.name for item in o.jobs]) and found[0] == 'x'",
            "not (o.jobs is not None and (found := [item.name for item in o.jobs]) "
            "and found[0] == 'x')",
        ),
    ],
)
def test_conditions(context: Context, expression: str, true: str, false: str) -> None:
    assert equals(context, expression, True) == true
    assert equals(context, expression, False) == false


def test_names_that_are_bound_are_used_once_in_a_function(context: Context) -> None:
    compiler = PathCompiler(context)
    root = Value(type_of(context.shape("t#Out")), "o")
    texts = [compiler.value(f"jobs[].{name} | [0]", root).code for name in ("name", "size")]
    assert texts == ["found[0]", "found2[0]"]


def test_input_and_output_can_be_asked_for_together(context: Context) -> None:
    roots = {
        "input": Value(type_of(context.shape("t#GetIn")), "params"),
        "output": Value(type_of(context.shape("t#Out")), "output"),
    }
    made = PathCompiler(context, roots).equals("length(input.name) == length(output.sure)", True)
    assert (
        made.code == ("(len(params.name) if params.name is not None else None) == len(output.sure)")
        or made.code == "params.name is not None and len(params.name) == len(output.sure)"
    )


SIMPLER = "say it with members, indices, projections, filters and comparisons"
REFUSALS = [
    ("nowhere", "there is no 'nowhere' in a structure (t#Out)", "correct the path"),
    ("state.more", "there is no 'more' in a string (smithy.api#String)", "correct the path"),
    ("jobs.name", "there is no 'name' in a list (t#Jobs)", "correct the path"),
    ("either.nothing", "there is no 'nothing' in a union (t#Either)", "correct the path"),
    ("state[0]", "it takes a string (smithy.api#String) for a list", "correct the path"),
    ("box.*", "it takes a structure (t#Box) for a map", "correct the path"),
    ("jobs[::0]", "it takes a slice with a step of 0", "correct the path"),
    (
        "state == `1`",
        "it compares a string (smithy.api#String) with a number",
        "correct the path",
    ),
    ("state < 'x'", "it orders strings with <", "order numbers only"),
    (
        "jobs[?size]",
        "it takes an integer (smithy.api#Integer) for a condition",
        "compare it, or a member of it",
    ),
    ("!box", "it takes a structure (t#Box) for a condition", "compare it, or a member of it"),
    (
        "state || on",
        "it takes a string (smithy.api#String) or a boolean (smithy.api#Boolean)",
        "take values of one kind",
    ),
    ("[state, on]", "it makes a list of values that are not of one kind", "take one of them"),
    ("`{}`", "it holds an object as a literal", "compare single members"),
    (
        "{a: state}",
        "it uses multi select dicts",
        SIMPLER,
    ),
    ("&state", "it uses exprefs", SIMPLER),
    ("sum(words)", "it calls sum with a list (t#Words)", SIMPLER),
    (
        "length(state, on)",
        "it calls length with a string (smithy.api#String), a boolean (smithy.api#Boolean)",
        SIMPLER,
    ),
    (
        "(words || words)[].more",
        "there is no 'more' in a string (smithy.api#String)",
        "correct the path",
    ),
    (
        "((jobs[].words | [0]) || words)[?@ == 'x']",
        "it is too entangled for one Python expression",
        SIMPLER,
    ),
    ("state.", "it is not JMESPath: ", "correct the path"),
    ("", "it is not JMESPath: ", "correct the path"),
]


@pytest.mark.parametrize(("expression", "message", "advice"), REFUSALS)
def test_refusal(context: Context, expression: str, message: str, advice: str) -> None:
    with pytest.raises(PathError) as caught:
        compiled(context, expression)
    assert re.match(re.escape(f"path {expression!r}: {message}"), caught.value.message)
    assert caught.value.advice == advice


WORD = st.sampled_from(["", "x", "main"])
SIZE = st.integers(0, 2)


def listed(item: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(item, max_size=3)


def jobs(depth: int) -> st.SearchStrategy[Any]:
    more = {"steps": jobs(depth - 1)} if depth else {}
    job = st.fixed_dictionaries(
        {"name": WORD, "size": SIZE}, optional={"state": WORD, "words": listed(WORD), **more}
    )
    return listed(job)


def box(depth: int) -> st.SearchStrategy[Any]:
    more = {"box": box(depth - 1)} if depth else {}
    return st.fixed_dictionaries({}, optional={"state": WORD, "jobs": jobs(1), **more})


OUT: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {"sure": WORD, "certain": st.booleans(), "count": SIZE, "words": listed(WORD)},
    optional={
        "state": WORD,
        "on": st.booleans(),
        "limit": SIZE,
        "box": box(2),
        "jobs": jobs(3),
        "byName": st.dictionaries(WORD, jobs(1).filter(len).map(lambda made: made[0]), max_size=2),
        "gaps": listed(st.none() | WORD),
    },
)


def made(context: Context, shape_id: str, value: Any) -> Any:
    """A document as a value of generated classes."""
    shape = context.shape(shape_id)
    if value is None or shape.type not in ("structure", "list", "map"):
        return value
    if shape.type == "list":
        return [made(context, shape.members[0].target, item) for item in value]
    if shape.type == "map":
        return {key: made(context, shape.members[1].target, item) for key, item in value.items()}
    return SimpleNamespace(
        **{
            context.attribute(shape.id, member.name): made(
                context, member.target, value.get(member.name)
            )
            for member in shape.members
        }
    )


PATHS = [
    "box.box.state",
    "jobs[0].state",
    "jobs[-2].name",
    "jobs[1].steps[0].words[0]",
    "jobs[].steps[].state",
    "jobs[].steps[].steps[].words[]",
    "jobs[*].steps[*].name",
    "jobs[*].steps[*].name[]",
    "jobs[].[name, state][]",
    "jobs[].words | [0]",
    "jobs[?size > `0`].steps[] | [?state == 'x'].name",
    "jobs[?!(length(name) == `1` && size == `1`) || words].size",
    "jobs[?state != 'x' && !words].name",
    "jobs[1:].name",
    "jobs[::-1].state",
    "gaps[]",
    "gaps[?@ != 'x']",
    "byName.*.state",
    "byName.main.words[]",
    "state || sure",
    "state == box.state",
    "box.state != 'x'",
    "limit < count",
    "on && certain",
    "on || certain && on",
    "contains(words, 'x')",
    "contains(sure, 'a')",
    "box.jobs == `null`",
    "words == `null` || state == `null`",
]


@pytest.mark.parametrize("expression", PATHS)
@settings(max_examples=30)
@given(document=OUT)
def test_it_yields_what_an_interpreter_does(
    context: Context, expression: str, document: dict[str, Any]
) -> None:
    output = made(context, "t#Out", document)
    assert eval(compiled(context, expression), {}, {"o": output}) == jmespath.search(  # noqa: S307
        expression, document
    )
