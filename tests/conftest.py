"""Set-up of the whole test run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from tests.support import MISSING

# Rules that hold for all inputs do not depend on the Python: one of them tries all examples. How
# long one may take depends on the machine.
settings.register_profile("all", deadline=None)
settings.register_profile("some", deadline=None, max_examples=25)
settings.load_profile("all" if sys.version_info[:2] == (3, 12) else "some")

# The generator needs Python 3.12; checks of types are a session of their own, with its tools.
collect_ignore = ["typing"] if "tests/typing" not in " ".join(sys.argv) else []
if sys.version_info < (3, 12):
    collect_ignore += ["codegen", "protocol", "generated/fresh"]
elif sys.version_info[:2] != (3, 12):
    # The longest of all, and about the output, which `check` holds to be the same everywhere.
    collect_ignore += ["codegen/test_diff_oracles.py"]


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests with the fixture `face` for both clients, unless they are marked as `blocks`."""
    if "face" in metafunc.fixturenames:
        blocks = metafunc.definition.get_closest_marker("blocks")
        metafunc.parametrize("face", ["sync"] if blocks else ["sync", "async"], indirect=True)


@pytest.fixture
def face(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run a test with both clients: where it has the class of the one that blocks, see `faces`."""
    if request.param == "sync":
        yield "sync"
        return
    from drawplate.async_client import AsyncClient

    from tests import faces

    for name, module in tuple(sys.modules.items()):
        if name.startswith("tests.") and hasattr(module, "SageMakerRuntimeClient"):
            monkeypatch.setattr(module, "SageMakerRuntimeClient", faces.BlockingFace)
    monkeypatch.setattr("tests.identity.support.run", faces.run_flow)
    monkeypatch.setattr(AsyncClient, "_sleep", staticmethod(faces.sleep))
    with faces.event_loop():
        yield "async"
