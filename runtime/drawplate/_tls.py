"""TLS contexts, one per process for all transports with equal TLS settings."""

from __future__ import annotations

import ssl

from drawplate.errors import ConfigurationError
from drawplate.transport import TransportSettings

# Loading the system's certificates costs some 30 ms and 700 kB, so it is done once. Two threads may
# both make the first context; one of the two is then used by everybody.
_contexts: dict[object, ssl.SSLContext] = {}

TlsKey = tuple[bool, str | None, str | None, str | None, str | None]


def tls_context(settings: TransportSettings) -> ssl.SSLContext:
    """Return the context for these settings, made when it is first asked for.

    Raises `ConfigurationError` when a certificate file cannot be read.
    """
    if settings.ssl_context is not None:
        return settings.ssl_context
    return _context(settings.tls_key)


def proxy_context(settings: TransportSettings) -> ssl.SSLContext:
    """The same for a proxy that speaks TLS: the client certificate is for the service alone."""
    if settings.ssl_context is not None:
        return settings.ssl_context
    return _context(_proxy_key(settings))


def is_loaded(settings: TransportSettings, *, for_proxy: bool) -> bool:
    """Whether the context for the service, or for a proxy, is there without reading files."""
    key = _proxy_key(settings) if for_proxy else settings.tls_key
    return settings.ssl_context is not None or key in _contexts


def _proxy_key(settings: TransportSettings) -> TlsKey:
    return (*settings.tls_key[:3], None, None)


def _context(key: TlsKey) -> ssl.SSLContext:
    return _contexts.get(key) or _contexts.setdefault(key, _make(*key))


def _make(
    verify: bool,
    bundle: str | None,
    directory: str | None,
    client_cert: str | None,
    client_key: str | None,
) -> ssl.SSLContext:
    try:
        if verify:
            context = ssl.create_default_context(cafile=bundle, capath=directory)
        else:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
    except OSError as error:
        raise ConfigurationError(
            f"the certificates of ssl_ca_bundle {bundle!r} or ssl_ca_directory {directory!r} "
            f"cannot be loaded ({error}); give a readable PEM file or a folder"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if client_cert is not None:
        try:
            # Without a password OpenSSL asks the terminal for that of an encrypted key.
            context.load_cert_chain(client_cert, client_key, password="")
        except OSError as error:
            raise ConfigurationError(
                f"the client certificate ssl_cert {client_cert!r} with ssl_key "
                f"{client_key!r} cannot be loaded ({error}); give readable PEM files "
                "that belong together, with an unencrypted key"
            ) from error
    return context
