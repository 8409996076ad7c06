"""Rules of the paginated trait."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.codegen.rule_models import Cases, check_rule, having, list_of
from tests.codegen.small_models import BASE, SERVICE, operation, structure

ID: Any = ("String", {"required": {}})

CASES: Cases = {
    "members that are not there or do not fit": (
        {
            **BASE,
            "t#Get": operation(
                input="t#GetIn",
                output="t#Out",
                traits={
                    "paginated": {
                        "inputToken": "token",
                        "outputToken": "next",
                        "items": "page.things",
                        "pageSize": "size",
                    }
                },
            ),
            "t#GetIn": structure(token=ID, size="String"),
            "t#Out": structure(next="Integer", page="t#Page"),
            "t#Page": structure(other="String"),
        },
        [
            (
                "t#Get/traits/smithy.api#paginated",
                "its inputToken 'token' is required, and a first page has none",
            ),
            ("t#Get/traits/smithy.api#paginated", "its items 'page.things' is no member of t#Out"),
            ("t#Get/traits/smithy.api#paginated", "its outputToken 'next' is an integer"),
            ("t#Get/traits/smithy.api#paginated", "its pageSize 'size' is a string"),
        ],
    ),
    "tokens that nobody names": (
        {
            **BASE,
            "t#S": having(SERVICE, paginated={"inputToken": "token"}),
            "t#Get": operation(input="t#GetIn", output="t#GetIn", traits={"paginated": {}}),
            "t#GetIn": structure(token="String"),
        },
        [
            (
                "t#Get/traits/smithy.api#paginated",
                "is paginated without 'outputToken', and so is t#S",
            )
        ],
    ),
    "a path, and what the service names": (
        {
            **BASE,
            "t#S": having(
                SERVICE,
                paginated={"inputToken": "token", "outputToken": "page.token", "pageSize": "none"},
            ),
            "t#Get": operation(
                input="t#GetIn", output="t#Out", traits={"paginated": {"items": "page.items"}}
            ),
            "t#GetIn": structure(token="String"),
            "t#Out": structure(page="t#Page"),
            "t#Page": structure(token="String", items="t#Items"),
            "t#Items": list_of("String"),
        },
        [("t#Get/traits/smithy.api#paginated", "its pageSize 'none' is no member of t#GetIn")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused(tmp_path: Path, case: str) -> None:
    check_rule(tmp_path, *CASES[case])
