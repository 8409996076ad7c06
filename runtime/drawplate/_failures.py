"""What the operating system and OpenSSL report, as this library's networking errors.

The cause is kept where its words are the system's own. Words of a protocol library may quote what
the service sent, so those never become a cause.
"""

from __future__ import annotations

import ssl
from socket import gaierror

from drawplate.errors import (
    CertificateError,
    ConnectError,
    ConnectionLostError,
    ConnectTimeoutError,
    NetworkingError,
    NoSuchEndpointError,
    ReadTimeoutError,
    TlsError,
)


def connect_failure(
    error: OSError, where: str, *, timeout: float, in_handshake: bool
) -> ConnectError:
    """Why there is no connection to `where`, a "host:port"; nothing was sent."""
    failure: ConnectError
    if isinstance(error, gaierror):
        failure = NoSuchEndpointError(
            f"no address was found for the host of {where} ({_reason(error)}); "
            "check region and endpoint"
        )
    elif isinstance(error, TimeoutError):
        what = "no TLS handshake with" if in_handshake else "no connection to"
        failure = ConnectTimeoutError(
            f"{what} {where} within {timeout:g} s; check network, firewall and proxy"
        )
    elif isinstance(error, ssl.SSLCertVerificationError):
        failure = CertificateError(
            f"the certificate of {where} was not accepted ({error.verify_message}); "
            "check endpoint, clock and ssl_ca_bundle"
        )
    elif in_handshake:
        failure = TlsError(
            f"the TLS handshake with {where} failed ({_reason(error)}); "
            "check that the endpoint speaks https, and ssl_cert if it asks for one"
        )
    else:
        failure = ConnectError(
            f"no connection to {where} ({_reason(error)}); check endpoint, network and proxy"
        )
    failure.__cause__ = error
    return failure


def exchange_failure(
    error: OSError, where: str, doing: str, *, timeout: float, request_sent: bool
) -> NetworkingError:
    """Why an exchange with `where`, a "host:port", broke off while `doing` something."""
    failure: NetworkingError
    if isinstance(error, TimeoutError):
        failure = ReadTimeoutError(
            f"{where} was silent for {timeout:g} s while {doing}; raise http_read_timeout if it "
            "may take longer",
            request_sent=request_sent,
        )
    elif _refuses_client(error):
        # In TLS 1.3 this arrives after the handshake, in place of an answer.
        failure = CertificateError(
            f"{where} did not accept the client certificate ({_reason(error)}); "
            "check ssl_cert and ssl_key"
        )
    else:
        failure = ConnectionLostError(
            f"the connection to {where} was lost while {doing} ({_reason(error)})",
            request_sent=request_sent,
        )
    failure.__cause__ = error
    return failure


def _refuses_client(error: OSError) -> bool:
    reason = (error.reason or "") if isinstance(error, ssl.SSLError) else ""
    return "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason)


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return error.strerror or str(error) or type(error).__name__
