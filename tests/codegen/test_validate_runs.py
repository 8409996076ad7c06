"""Rules of sessions and stored results, and the plans that are made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen.model import SESSIONS, STORED_RESULT
from codegen.plan import plan_package
from codegen.plan.methods import SessionPlan
from codegen.resolve import resolve
from tests.codegen.rule_models import Cases, check_rule, having
from tests.codegen.small_models import BASE, SERVICE, Shapes, load_shapes, operation, structure

FACTS: dict[str, Any] = {
    "id": "sid",
    "new": "NEW",
    "opened": "begun",
    "closed": "over",
    "scope": ["place"],
}
STORED: dict[str, Any] = {
    "result": "at",
    "failure": "failedAt",
    "error": "t#Bad",
    "waitSeconds": 60,
    "runSeconds": 5,
}
REQUIRED: dict[str, Any] = {"required": {}}


def service(*operations: str, **facts: Any) -> dict[str, Any]:
    """A service with sessions."""
    bound = [{"target": f"t#{name}"} for name in ("Get", *operations)]
    return having({**SERVICE, "operations": bound}, **{SESSIONS: {**FACTS, **facts}})


CHAT: Shapes = {
    **BASE,
    "t#S": service("Say", "Hear", "List"),
    "t#Say": operation("POST /say", input="t#SayIn", output="t#SayOut"),
    "t#SayIn": structure(place=("String", REQUIRED), sid="String", text="String"),
    "t#SayOut": structure(begun="String", over="String"),
    "t#Hear": operation("POST /hear", input="t#HearIn", output="t#HearOut"),
    "t#HearIn": structure(place=("String", REQUIRED), sid="String", close="Integer"),
    "t#HearOut": structure(text="String"),
    "t#List": operation("POST /list", input="t#ListIn"),
    "t#ListIn": structure(place="String"),
}

CASES: Cases = {
    "sessions that no operation opens": (
        {
            **CHAT,
            "t#S": service("Say", opened="begin", scope=["text", "where"]),
            "t#SayIn": structure(sid="Integer", text="String"),
        },
        [
            (
                f"t#S/traits/{SESSIONS}",
                "no operation has 'sid' in its input, and 'begin' and 'over' in its output",
            ),
            (f"t#S/traits/{SESSIONS}", "its scope 'text' is no required parameter of t#Say"),
            (f"t#S/traits/{SESSIONS}", "its scope 'where' is no required parameter of t#Say"),
            (f"t#S/traits/{SESSIONS}", "t#SayIn$sid is of type integer"),
        ],
    ),
    "facts of sessions": (
        {**CHAT, "t#S": having(SERVICE, **{SESSIONS: {"id": "sid", "new": ""}})},
        [
            (f"t#S/traits/{SESSIONS}", f"the value of {SESSIONS} has no 'closed'"),
            (f"t#S/traits/{SESSIONS}", f"the value of {SESSIONS} has no 'opened'"),
            (f"t#S/traits/{SESSIONS}", f"the value of {SESSIONS} has no 'scope'"),
            (f"t#S/traits/{SESSIONS}", f"the value of {SESSIONS} at /new is empty"),
        ],
    ),
    "results that are stored nowhere": (
        {
            **BASE,
            "t#Get": operation(
                output="t#Out",
                traits={STORED_RESULT: {**STORED, "failure": "bad", "error": "t#Out"}},
            ),
            "t#Out": structure(at="Integer", failedAt="String"),
        },
        [
            (f"t#Get/traits/{STORED_RESULT}", "its error 't#Out' is no error of the model"),
            (f"t#Get/traits/{STORED_RESULT}", "its failure 'bad' is no member of t#Out"),
            (f"t#Get/traits/{STORED_RESULT}", "t#Out$at is of type integer"),
        ],
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_rule(rule: str, tmp_path: Path) -> None:
    check_rule(tmp_path, *CASES[rule])


def sessions_of(tmp_path: Path, shapes: Shapes) -> SessionPlan | None:
    loaded = load_shapes(tmp_path / "model.json", shapes)
    return plan_package(resolve(loaded), loaded.config, loaded.partitions).sessions


def test_the_plan_of_sessions(tmp_path: Path) -> None:
    plan = sessions_of(tmp_path, CHAT)
    assert plan is not None
    assert (plan.name, plan.method, plan.opening) == ("SSession", "session", "'Say'")
    assert [param.keyword for param in plan.scope] == ["place: str"]
    assert (plan.id.keyword, plan.closing) == ("sid: str | None = None", "closing")
    assert (plan.new, plan.opened, plan.closed) == ("'NEW'", "'begun'", "'over'")
    methods = [(method.name, method.operation.keywords, method.opens) for method in plan.methods]
    assert methods == [
        ("say", ("text: str | None = None",), True),
        ("hear", ("close: int | None = None",), False),
    ]


def test_an_output_says_where_the_result_will_be(tmp_path: Path) -> None:
    shapes = {
        **BASE,
        "t#Get": operation(
            output="t#Out", errors=["t#Bad"], traits={STORED_RESULT: {**STORED, "id": "name"}}
        ),
        "t#Out": structure(at="String", failedAt="String", name="String"),
        "t#Bad": having(structure(message="String"), error="client"),
    }
    loaded = load_shapes(tmp_path / "model.json", shapes)
    plan = plan_package(resolve(loaded), loaded.config, loaded.partitions)
    (output,) = (made for made in plan.structures if made.name == "Out")
    assert (output.base, output.deferred) == (
        "DeferredOutput",
        "Deferred(result='at', failure='failed_at', run_id='name', error='Bad', wait_seconds=60, "
        "run_seconds=5)",
    )


def test_names_that_a_session_has_itself_are_kept_free(tmp_path: Path) -> None:
    shapes = {
        **CHAT,
        "t#S": service("Close", "Session"),
        "t#Close": CHAT["t#Say"],
        "t#Session": operation("POST /session", input="t#HearIn", output="t#HearOut"),
    }
    plan = sessions_of(tmp_path, shapes)
    assert plan is not None
    assert plan.method == "session_"
    assert [method.name for method in plan.methods] == ["close_", "session"]


def test_a_package_without_the_operation_that_opens_has_no_sessions(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    shapes = {**CHAT, "t#S": {**SERVICE, "operations": [{"target": "t#List"}]}}
    assert sessions_of(tmp_path, shapes) is None
