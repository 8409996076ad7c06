"""What the operating system and OpenSSL report, as this library's networking errors.

The cause is kept where its words are the system's own. Words of a protocol library may quote what
the service sent, so those never become a cause.
"""

from __future__ import annotations

from socket import gaierror
from typing import TYPE_CHECKING

from drawplate.errors import (
    CertificateError,
    ConnectError,
    ConnectionLostError,
    ConnectTimeoutError,
    HttpProtocolError,
    NetworkingError,
    NoSuchEndpointError,
    ProxyError,
    ReadTimeoutError,
    TlsError,
)

if TYPE_CHECKING:
    from drawplate._proxy import Proxy


def connect_failure(error: Exception, host: str, port: int, *, timeout: float) -> ConnectError:
    """Why there is no connection to a host; nothing was sent."""
    failure: ConnectError
    where = f"{host}:{port}"
    if not isinstance(error, OSError):
        return NoSuchEndpointError(f"{host!r} is not a host name; check region and endpoint")
    if isinstance(error, gaierror):
        failure = NoSuchEndpointError(
            f"no address was found for the host of {where} ({_reason(error)}); "
            "check region and endpoint"
        )
    elif isinstance(error, TimeoutError):
        failure = ConnectTimeoutError(
            f"no connection to {where} within {timeout:g} s; check network, firewall and proxy"
        )
    else:
        failure = ConnectError(
            f"no connection to {where} ({_reason(error)}); check endpoint, network and proxy"
        )
    failure.__cause__ = error
    return failure


def handshake_failure(
    error: Exception, host: str, where: str, proxy: Proxy | None, *, timeout: float
) -> ConnectError:
    """Why there is no TLS with `where`, a "host:port", which may be a proxy."""
    failure: ConnectError
    if not isinstance(error, OSError):
        return NoSuchEndpointError(f"{host!r} is not a host name; check region and endpoint")
    import ssl  # here and below: plain http does without

    peer = where if proxy is None else f"the proxy {where}"
    if isinstance(error, ssl.SSLCertVerificationError):
        failure = CertificateError(
            f"the certificate of {peer} was not accepted ({error.verify_message}); "
            f"check {'endpoint' if proxy is None else proxy.source}, clock and ssl_ca_bundle"
        )
    elif proxy is not None:
        said = f"no answer within {timeout:g} s" if _timed_out(error) else _reason(error)
        failure = ProxyError(
            f"the TLS handshake with {peer} failed ({said}); check that it speaks https, and "
            f"{proxy.source} if it does not"
        )
    elif isinstance(error, TimeoutError):
        failure = ConnectTimeoutError(
            f"no TLS handshake with {where} within {timeout:g} s; check network, firewall and proxy"
        )
    else:
        failure = TlsError(
            f"the TLS handshake with {where} failed ({_reason(error)}); "
            "check that the endpoint speaks https, and ssl_cert if it asks for one"
        )
    failure.__cause__ = error
    return failure


def proxy_failure(
    error: Exception, proxy: Proxy, *, timeout: float, to: str | None = None
) -> ProxyError:
    """Why a proxy cannot be reached, or gave no answer when asked to connect `to` a target."""
    if isinstance(error, gaierror):
        said = f"no address was found for the host of the proxy {proxy.where} ({_reason(error)})"
    elif not isinstance(error, OSError):
        said = f"the proxy {proxy.host!r} is not a host name"
    else:
        reason = f"no answer within {timeout:g} s" if _timed_out(error) else _reason(error)
        said = f"no connection to the proxy {proxy.where} ({reason})"
        if to is not None:
            said = f"the proxy {proxy.where} made no connection to {to} ({reason})"
    failure = ProxyError(f"{said}; check {proxy.source}, network and firewall")
    if isinstance(error, OSError):
        failure.__cause__ = error
    return failure


def tunnel_failure(proxy: Proxy, target: str, status: int | None) -> ProxyError:
    """What the answer of a proxy means for which there is no connection to `target`."""
    if status is None:
        said, advice = "gave no HTTP answer", f"check that {proxy.source} names a proxy for HTTP"
    elif status == 407:
        said, advice = "asks for another user or password", f"check them in {proxy.source}"
    elif 400 <= status <= 499:
        said, advice = (
            "refused to connect",
            f"check endpoint and no_proxy, or ask who runs {proxy.where}",
        )
    else:
        said, advice = "could not connect", "check endpoint and no_proxy, or try again later"
    seen = "" if status is None else f" (status {status})"
    return ProxyError(
        f"no connection to {target}: the proxy {proxy.where} {said}{seen}; {advice}", status=status
    )


def exchange_failure(
    error: OSError, where: str, doing: str, *, timeout: float, request_sent: bool
) -> NetworkingError:
    """Why an exchange with `where`, a "host:port", broke off while `doing` something."""
    failure: NetworkingError
    if _timed_out(error):
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


def answer_failure(where: str, said: str, *, request_sent: bool = True) -> HttpProtocolError:
    """Make the error for an answer that is not HTTP; it quotes nothing of it."""
    return HttpProtocolError(
        f"the answer of {where} is not valid HTTP/1.1: {said}; "
        "check that the endpoint, and a proxy in between, speak HTTP/1.1",
        request_sent=request_sent,
    )


def _timed_out(error: OSError) -> bool:
    """Whether a timeout of ours ended it; with a number, the system gave up a peer that is gone."""
    return isinstance(error, TimeoutError) and error.errno is None


def _refuses_client(error: OSError) -> bool:
    import ssl

    reason = (error.reason or "") if isinstance(error, ssl.SSLError) else ""
    return "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason)


def _reason(error: OSError) -> str:
    import ssl

    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return error.strerror or str(error) or type(error).__name__
