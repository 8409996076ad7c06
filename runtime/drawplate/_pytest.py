"""Fixtures for tests of code that uses a generated client; pytest finds them by itself.

Loaded in every run of pytest where Drawplate is installed, so nothing else is imported until a test
asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from drawplate.capturing import AsyncCapturingTransport, CapturingTransport
    from drawplate.testing import LocalEndpoint


@pytest.fixture
def local_endpoint() -> Iterator[LocalEndpoint]:
    """A local endpoint that serves nothing yet: `local_endpoint.serve("my-endpoint", handler)`."""
    from drawplate.testing import LocalEndpoint

    with LocalEndpoint() as server:
        yield server


@pytest.fixture
def capturing_transport() -> CapturingTransport:
    """A transport that keeps requests and answers each with status 200 and nothing else."""
    from drawplate.capturing import CapturingTransport

    return CapturingTransport()


@pytest.fixture
def async_capturing_transport() -> AsyncCapturingTransport:
    """The same for an async client."""
    from drawplate.capturing import AsyncCapturingTransport

    return AsyncCapturingTransport()
