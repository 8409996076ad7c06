"""`diff` over the history of SageMaker Runtime: each step is what its `CHANGES.md` says.

The published Smithy 1.0 models cannot be loaded; service-2.json has those years too.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from codegen.diff.models import diff_paths
from codegen.diff.verdict import Change, Level, verdict
from tests.support import read_json, suite_path

STREAM = [
    "operation-added InvokeEndpointWithResponseStream",
    "type-added PayloadPart",
    "type-added ResponseStream",
    "error-added InternalStreamFailure",
    "error-added ModelStreamError",
]
COMPONENT = [
    "input-added InvokeEndpointInput$InferenceComponentName",
    "input-added InvokeEndpointWithResponseStreamInput$InferenceComponentName",
]
SESSION = [
    "input-added InvokeEndpointInput$SessionId",
    "input-added InvokeEndpointWithResponseStreamInput$SessionId",
    "output-added InvokeEndpointOutput$NewSessionId",
    "output-added InvokeEndpointOutput$ClosedSessionId",
]
PLACE_OF_RESULT = [
    "input-added InvokeEndpointAsyncInput$S3OutputPathExtension",
    "input-added InvokeEndpointAsyncInput$Filename",
]
PREFIX = [
    "input-added InvokeEndpointInput$PrefixAwareId",
    "input-added InvokeEndpointWithResponseStreamInput$PrefixAwareId",
]
TIMEOUT = ["input-added InvokeEndpointAsyncInput$InvocationTimeoutSeconds"]
FAILURE = ["output-added InvokeEndpointAsyncOutput$FailureLocation"]

C2J = {
    "2018-08-29": [
        "input-added InvokeEndpointInput$CustomAttributes",
        "output-added InvokeEndpointOutput$CustomAttributes",
    ],
    "2019-11-18": [
        "input-added InvokeEndpointInput$TargetModel",
        "constraint CustomAttributesHeader",
        "constraint Header",
    ],
    "2020-06-05": ["input-added InvokeEndpointInput$TargetVariant", "constraint BodyBlob"],
    "2020-12-08": ["input-added InvokeEndpointInput$InferenceId"],
    "2021-02-22": ["input-added InvokeEndpointInput$TargetContainerHostname"],
    "2021-08-18": ["operation-added InvokeEndpointAsync"],
    "2021-12-01": [
        "error-added InternalDependencyException",
        "error-added ModelNotReadyException",
    ],
    "2022-09-30": ["input-added InvokeEndpointInput$EnableExplanations"],
    "2023-01-27": TIMEOUT,
    "2023-03-16": [],
    "2023-04-04": FAILURE,
    "2023-08-31": STREAM,
    "2023-11-29": COMPONENT,
    "2024-09-09": SESSION,
    "2024-10-24": [],
    "2025-08-25": [],
    "2026-02-20": PLACE_OF_RESULT,
    "2026-06-12": [
        "input-added InvokeEndpointAsyncInput$Body",
        "input-relaxed InvokeEndpointAsyncInput$InputLocation",
    ],
    "2026-10-21": PREFIX,
}
"""Changes by date of the newer service-2.json, whose prose is not read."""

SERVICE = "AmazonSageMakerRuntime"
PROSE = "documentation"
AST = {
    "2022-11-03": [f"endpoints-added {SERVICE}"],
    "2023-01-27": [*TIMEOUT, PROSE, f"endpoint-rules {SERVICE}"],
    "2023-02-09": [f"endpoint-rules {SERVICE}"],
    "2023-03-16": [PROSE],
    "2023-04-06": FAILURE,
    "2023-08-24": [f"endpoint-rules-rewritten {SERVICE}"],
    "2023-08-31": [],
    "2023-09-08": [*STREAM, PROSE],
    # The bodies became `clientOptional`, which lets servers drop members without notice.
    "2023-10-26": [f"endpoint-rules-rewritten {SERVICE}"],
    "2023-11-29": [*COMPONENT, PROSE],
    "2024-09-09": SESSION,
    "2025-08-25": [PROSE],
    "2026-02-20": [*PLACE_OF_RESULT, f"endpoint-rules-rewritten {SERVICE}"],
    "2026-06-12": [
        "input-added InvokeEndpointAsyncInput$Body",
        "input-relaxed InvokeEndpointAsyncInput$InputLocation",
    ],
    "2026-10-21": PREFIX,
}
"""The same for Smithy; of documentation only that there is some."""

C2J_VERDICTS = {
    "2023-03-16": Level.NONE,
    "2024-10-24": Level.NONE,
    "2025-08-25": Level.NONE,
}
AST_VERDICTS = {
    "2023-02-09": Level.PATCH,
    "2023-03-16": Level.PATCH,
    "2023-08-24": Level.NONE,
    "2023-08-31": Level.NONE,
    "2023-10-26": Level.NONE,
    "2025-08-25": Level.PATCH,
}
"""Those that are not minor."""

OPPOSITE = {
    "operation-added": "operation-removed",
    "input-added": "input-removed",
    "output-added": "output-removed",
    "type-added": "type-removed",
    "error-added": "error-removed",
}


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in suite_path("models/history", folder).iterdir()]
    models = sorted((path for path in found if path.suffix == ".json"), key=lambda path: path.name)
    return [path for path in models if read_json(path).get("smithy", "2.0").startswith("2")]


def date(path: Path) -> str:
    return path.name[:10]


def steps(*folders: str, known: Iterable[str] | None = None) -> list[object]:
    """Each neighbouring pair; with `known` only those whose newer date is in it."""
    dates = None if known is None else set(known)
    return [
        pytest.param(old, new, id=f"history-{folders[0]}-{date(old)}-{date(new)}")
        for old, new in pairwise(files(*folders))
        if dates is None or date(new) in dates
    ]


def told(changes: Iterable[Change]) -> list[str]:
    """Kinds and names of shapes; documentation once, in place of its first."""
    lines = [
        change.kind if change.kind == PROSE else f"{change.kind} {change.shape.partition('#')[2]}"
        for change in changes
    ]
    return list(dict.fromkeys(lines))


@pytest.mark.parametrize(("old", "new"), steps("c2j", known=C2J))
def test_service_2_json(old: Path, new: Path) -> None:
    _, changes = diff_paths(old, new)
    assert told(changes) == C2J[date(new)]
    assert verdict(changes) is C2J_VERDICTS.get(date(new), Level.MINOR)


@pytest.mark.parametrize(("old", "new"), steps("ast", "ast-derived", known=AST))
def test_smithy(old: Path, new: Path) -> None:
    _, changes = diff_paths(old, new)
    assert told(changes) == AST[date(new)]
    assert verdict(changes) is AST_VERDICTS.get(date(new), Level.MINOR)


@pytest.mark.parametrize(("old", "new"), [*steps("c2j"), *steps("ast", "ast-derived")])
def test_what_comes_one_way_goes_the_other(old: Path, new: Path) -> None:
    _, forth = diff_paths(old, new)
    _, back = diff_paths(new, old)
    came = {(OPPOSITE[change.kind], change.shape) for change in forth if change.kind in OPPOSITE}
    went = {(change.kind, change.shape) for change in back if change.kind in OPPOSITE.values()}
    assert came == went


def test_every_step_is_met() -> None:
    assert C2J.keys() <= {date(path) for path in files("c2j")}
    assert AST.keys() <= {date(path) for path in files("ast", "ast-derived")}
