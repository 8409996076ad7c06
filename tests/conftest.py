"""Set-up of the whole test run."""

from __future__ import annotations

import sys

import pytest

from tests.support import MISSING

# The generator needs Python 3.12; checks of types are a session of their own, with its tools.
collect_ignore = ["typing"] if "tests/typing" not in " ".join(sys.argv) else []
if sys.version_info < (3, 12):
    collect_ignore += ["codegen", "protocol"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly which outside suites did not run."""
    if MISSING:
        terminalreporter.write_sep("=", "OUTSIDE SUITES DID NOT RUN", red=True, bold=True)
        terminalreporter.write_line(
            f"Missing: {', '.join(sorted(MISSING))}. Set DRAWPLATE_TEST_DATA to the folder that "
            "holds them; what they would have found is not known."
        )
