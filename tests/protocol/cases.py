"""The published cases: which there are, and which are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from codegen.traits import spoken
from tests.support import read_json, suite_path

#: Ids of cases that are not run, by service, each with the reason.
SKIPPED: Mapping[str, Mapping[str, str]] = {
    "restXml-s3": {
        "S3VirtualHostDualstackAccelerateAddressing": "accelerated hosts are a matter of endpoint "
        "rules, which this model does not have"
    }
}

#: Operations that the generator refuses, by service, each with what it cannot do yet. Their cases
#: do not run; a test fails as soon as one of them can be generated, so that it leaves this list.
NOT_YET: Mapping[str, Mapping[str, str]] = {}

#: Cases of those operations, each with its kind: the end of the run tells how many there are.
waiting: set[str] = set()

Kind = Literal["httpRequestTests", "httpResponseTests", "eventStreamTests"]


@dataclass(frozen=True)
class Case:
    """One published case."""

    service: str
    """Name of its file, without ".json"."""
    shape: str
    """Id of the operation or error that it is written on."""
    node: Mapping[str, Any]
    """The case itself."""

    @property
    def id(self) -> str:
        """Name that the suite gives it; unique among the cases of one kind and service."""
        return str(self.node["id"])

    def __str__(self) -> str:
        return f"protocol-{self.service}-{self.id}"


@cache
def services() -> Mapping[str, Path]:
    """Every file of the suite with a service that clients are generated for, by name."""
    paths = sorted(suite_path("protocol-tests").rglob("*.json"))
    return {path.stem: path for path in paths if protocol(path) is not None}


@cache
def protocol(path: Path) -> str | None:
    """The protocol that a client of the service in a file speaks; cases of others do not run."""
    shapes: Mapping[str, Any] = read_json(path).get("shapes", {})
    found = (spoken(s.get("traits", {})) for s in shapes.values() if s["type"] == "service")
    return next(found, None)


def cases(kind: Kind, *, on: Literal["operation", "structure"] = "operation") -> list[Case]:
    """The cases of one kind for operations, or those for errors, which are structures."""
    return [case for case in _published(kind, on) if _runs(case, kind)]


def _published(kind: Kind, shape_type: str) -> Iterator[Case]:
    for service, path in services().items():
        for shape_id, shape in read_json(path)["shapes"].items():
            nodes = shape.get("traits", {}).get(f"smithy.test#{kind}", ())
            for node in nodes if shape["type"] == shape_type else ():
                if node["protocol"] == protocol(path) and node.get("appliesTo") != "server":
                    yield Case(service, shape_id, node)


def _runs(case: Case, kind: Kind) -> bool:
    if case.id in SKIPPED.get(case.service, {}):
        return False
    if case.shape.partition("#")[2] in NOT_YET.get(case.service, {}):
        waiting.add(f"{kind}/{case}")
        return False
    return True
