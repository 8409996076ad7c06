"""The fixtures that pytest finds by itself."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

from drawplate.capturing import AsyncCapturingTransport, CapturingTransport
from drawplate.testing import LocalEndpoint

from tests.runtime.clients import invoke, local, make
from tests.runtime.local_handlers import echo


def test_the_endpoint_serves_what_a_test_gives_it(local_endpoint: LocalEndpoint) -> None:
    local_endpoint.serve("ep", echo)
    with local(local_endpoint) as client:
        assert invoke(client, b"hi").body == b"hi"


def test_transports_keep_what_is_sent(
    capturing_transport: CapturingTransport, async_capturing_transport: AsyncCapturingTransport
) -> None:
    with make(transport=capturing_transport) as client:
        invoke(client, b"hi")
    assert capturing_transport.request.body == b"hi"
    assert async_capturing_transport.requests == []


def test_each_test_has_an_endpoint_of_its_own(local_endpoint: LocalEndpoint) -> None:
    assert (local_endpoint.requests, repr(local_endpoint)) == (
        [],
        f"LocalEndpoint([], url={local_endpoint.url!r})",
    )


def test_pytest_finds_the_plugin_and_nothing_more_is_imported() -> None:
    assert [found.value for found in entry_points(group="pytest11", name="drawplate")] == [
        "drawplate._pytest"
    ]
    loaded = "sorted(name for name in sys.modules if name.startswith('drawplate'))"
    code = f"import sys, drawplate._pytest; print({loaded})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['drawplate', 'drawplate._pytest']"


def test_no_client_imports_pytest() -> None:
    code = "import sys, sagemaker_runtime, drawplate.testing; print('pytest' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
