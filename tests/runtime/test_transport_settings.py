"""The settings of a transport are values: what makes two of them differ, and what they show."""

from __future__ import annotations

import logging
import ssl
from typing import Any

import pytest
from drawplate.errors import ConfigurationError
from drawplate.transport import TransportSettings

LOG = logging.getLogger("test.settings")


def told(chunk: bytes, so_far: int, total: int | None) -> None:
    """Somebody to tell."""


#: Another value for each field.
OTHERS: dict[str, Any] = {
    "connect_timeout": 1.0,
    "handshake_timeout": 1.0,
    "read_timeout": 1.0,
    "idle_timeout": 1.0,
    "continue_timeout": None,
    "max_connections": 1,
    "tcp_keepalive": False,
    "proxy": "http://h:1",
    "proxies_from": {"http_proxy": "http://h:1"},
    "verify": False,
    "ca_bundle": "/a.pem",
    "ca_directory": "/a",
    "ssl_context": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    "client_cert": "/a.pem",
    "wire_log": LOG,
    "wire_log_bodies": True,
    "on_chunk_sent": told,
    "on_chunk_received": told,
}
#: What an open connection does not depend on, so that clients with other values share it.
OF_A_CALL = {
    "connect_timeout",
    "handshake_timeout",
    "read_timeout",
    "idle_timeout",
    "continue_timeout",
    "wire_log",
    "wire_log_bodies",
    "on_chunk_sent",
    "on_chunk_received",
}


@pytest.mark.parametrize("name", OTHERS)
def test_every_field_counts(name: str) -> None:
    plain, changed = TransportSettings(), TransportSettings(**{name: OTHERS[name]})
    assert changed != plain
    assert changed == TransportSettings(**{name: OTHERS[name]})
    assert hash(changed) == hash(TransportSettings(**{name: OTHERS[name]}))
    assert (changed.connection_key == plain.connection_key) is (name in OF_A_CALL)


def test_no_field_is_forgotten() -> None:
    assert set(TransportSettings.__slots__) | {"proxy", "proxies_from"} == {
        *OTHERS,
        "client_key",
        "proxies",
    }
    assert TransportSettings() != "settings"


def test_repr_shows_nothing_that_is_bound_to_a_function() -> None:
    class Sink:
        def __repr__(self) -> str:
            return "hunter2marker"

        def told(self, *_: object) -> None:
            """Be told."""

    shown = repr(TransportSettings(on_chunk_sent=Sink().told, wire_log=LOG))
    assert "hunter2marker" not in shown
    assert "on_chunk_sent=<method>" in shown
    assert "on_chunk_received=None" in shown
    assert "wire_log=<Logger test.settings (" in shown


def test_a_key_needs_its_certificate() -> None:
    with pytest.raises(ConfigurationError, match="ssl_key was given without ssl_cert"):
        TransportSettings(client_key="/a.key")


@pytest.mark.parametrize("name", ["verify", "ca_bundle", "ca_directory", "client_cert"])
def test_a_context_is_used_as_it_is(name: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with pytest.raises(ConfigurationError, match="ssl_context is used as it is"):
        TransportSettings(ssl_context=context, **{name: OTHERS[name]})
    # Behind a proxy, too.
    assert TransportSettings(ssl_context=context, proxy="h:1").ssl_context is context
