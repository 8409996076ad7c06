"""What many tests share: where the outside suites are, and how to read them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def suite_path(*parts: str) -> Path:
    """Path of a file or folder of the outside test suites; fails loudly where it is missing."""
    base = Path(os.environ.get("DRAWPLATE_TEST_DATA") or ROOT.parent / "shared")
    path = base.joinpath(*parts)
    if not path.exists():
        message = (
            f"test data {path} is missing; set DRAWPLATE_TEST_DATA to the folder that holds "
            "protocol-tests/, sigv4-tests/, event-stream-tests/, endpoint-tests/, behaviour-tests/ and models/"
        )
        raise FileNotFoundError(message)
    return path


def read_json(path: Path) -> Any:
    """Parse a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
