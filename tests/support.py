"""What many tests share: where the outside suites are, and how to read them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

#: Suites that were asked for and are not there; the end of the test run names them.
MISSING: set[str] = set()


def suite_path(*parts: str) -> Path:
    """Path of a file or folder of the outside test suites.

    Where it is missing, the test is skipped and the end of the run says so; under CI it fails.
    """
    base = Path(os.environ.get("DRAWPLATE_TEST_DATA") or ROOT.parent / "shared")
    path = base.joinpath(*parts)
    if path.exists():
        return path
    message = (
        f"test data {path} is missing; set DRAWPLATE_TEST_DATA to the folder that holds "
        "protocol-tests/, sigv4-tests/, event-stream-tests/, endpoint-tests/, behaviour-tests/ "
        "and models/"
    )
    if os.environ.get("CI"):
        raise FileNotFoundError(message)
    MISSING.add(parts[0])
    pytest.skip(message, allow_module_level=True)


def read_json(path: Path) -> Any:
    """Parse a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
