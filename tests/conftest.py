"""Set-up of the whole test run."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.support import MISSING

# The generator needs Python 3.12; checks of types are a session of their own, with its tools.
collect_ignore = ["typing"] if "tests/typing" not in " ".join(sys.argv) else []
if sys.version_info < (3, 12):
    collect_ignore += ["codegen", "protocol", "generated/fresh"]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a worker of pytest-xdist missed to the process that prints the summary."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["missing_suites"] = sorted(MISSING)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker missed."""
    MISSING.update(getattr(node, "workeroutput", {}).get("missing_suites", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly which outside suites did not run."""
    if MISSING:
        terminalreporter.write_sep("=", "OUTSIDE SUITES DID NOT RUN", red=True, bold=True)
        terminalreporter.write_line(
            f"Missing: {', '.join(sorted(MISSING))}. Set DRAWPLATE_TEST_DATA to the folder that "
            "holds them; what they would have found is not known."
        )
