"""Clients of made-up services, to see what more operations and more parameters cost."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT
from benchmarks.systems import Absent

#: Optional parameters of the operations `few` and `many`; see `benchmarks.systems.grown`.
FEW, MANY = 3, 43
_API = "smithy.api#"


def model(operations: int) -> dict[str, Any]:
    """Return a Smithy model with `few`, `many` and so many operations in all."""
    shapes: dict[str, Any] = {}
    names = ["Few", "Many", *(f"Act{number}" for number in range(operations - 2))]
    for name in names:
        shapes |= _operation(name, MANY if name == "Many" else FEW)
    service: dict[str, Any] = {
        "type": "service",
        "version": "2026-01-01",
        "operations": [{"target": f"grown#{name}"} for name in names],
        "traits": {
            "aws.api#service": {"sdkId": "Grown", "endpointPrefix": "grown"},
            "aws.auth#sigv4": {"name": "grown"},
            "aws.protocols#restJson1": {},
            f"{_API}title": "Grown",
        },
    }
    return {"smithy": "2.0", "shapes": {"grown#Grown": service, **shapes}}


def _operation(name: str, optional: int) -> dict[str, Any]:
    string, blob = f"{_API}String", f"{_API}Blob"
    headers = {
        f"Option{number}": {
            "target": string,
            "traits": {f"{_API}httpHeader": f"x-option-{number}"},
        }
        for number in range(optional)
    }
    given: dict[str, Any] = {
        "Name": {"target": string, "traits": {f"{_API}httpLabel": {}, f"{_API}required": {}}},
        "Body": {"target": blob, "traits": {f"{_API}httpPayload": {}}},
        **headers,
    }
    answered: dict[str, Any] = {
        "Body": {"target": blob, "traits": {f"{_API}httpPayload": {}}},
        "Kind": {"target": string, "traits": {f"{_API}httpHeader": "x-kind"}},
    }
    uri = f"/{name.lower()}/{{Name}}"
    return {
        f"grown#{name}": {
            "type": "operation",
            "input": {"target": f"grown#{name}Input"},
            "output": {"target": f"grown#{name}Output"},
            "traits": {f"{_API}http": {"method": "POST", "uri": uri, "code": 200}},
        },
        f"grown#{name}Input": {
            "type": "structure",
            "members": given,
            "traits": {f"{_API}input": {}},
        },
        f"grown#{name}Output": {
            "type": "structure",
            "members": answered,
            "traits": {f"{_API}output": {}},
        },
    }


def generate(python: str, operations: int, folder: Path) -> dict[str, str]:
    """Generate a client with so many operations; returns variables for `benchmarks.systems.grown`.

    `python` is that of an environment with what the generator needs.
    """
    package = f"grown_{operations}"
    out = folder / package
    written = folder / f"{package}.json"
    written.write_text(json.dumps(model(operations)), encoding="utf-8")
    if out.exists():
        shutil.rmtree(out)
    command = ["-m", "codegen", "generate", "--model", str(written), "--out", str(out)]
    try:
        subprocess.run([python, *command, "--package", package], cwd=ROOT, check=True)
        subprocess.run([python, "-m", "compileall", "-q", str(out)], check=True)
    except subprocess.CalledProcessError as error:
        raise Absent(f"a client with {operations} operations could not be made: {error}") from error
    return {"GROWN_FOLDER": str(out), "GROWN_PACKAGE": package}
