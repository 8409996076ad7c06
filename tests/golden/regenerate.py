"""Rewrite the expected packages: `python -m tests.golden.regenerate`, or `nox -s goldens`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from codegen.faults import GenerationError
from codegen.load import load
from codegen.pipeline import generate_package
from codegen.write import write

FOLDER = Path(__file__).parent
#: Those with an async client beside the other one; of one that streams it is no plain copy.
ASYNC = {"event_stream"}
CASES = sorted(path.parent.name for path in FOLDER.glob("*/model.json"))


def generated(case: str) -> dict[str, str]:
    """The package of a case as the generator makes it now, by relative path."""
    files = (FOLDER / case / name for name in ("model.json", "overlay.json"))
    loaded = load([path for path in files if path.is_file()])
    config = replace(loaded.config, async_client=case in ASYNC)
    return generate_package(replace(loaded, config=config))


def main() -> int:
    """Write what differs; returns the exit status."""
    for case in CASES:
        try:
            report = write(generated(case), FOLDER / case / "expected")
        except GenerationError as error:
            print(f"{case}:\n{error}", file=sys.stderr)
            return 1
        for path in (*report.written, *report.deleted):
            print(f"tests/golden/{case}/expected/{path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
