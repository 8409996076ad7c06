"""The defaults mode "auto": is the service near? options.md number 15."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from drawplate.errors import NetworkingError
from drawplate.http import HttpRequest, HttpResponse

_METADATA = "http://169.254.169.254"
_SIX_HOURS = "21600"


def resolve_auto(region: str | None, environ: Mapping[str, str]) -> str:
    """The defaults mode for a client of this region: by where the program runs, if that is known.

    Inside of AWS's own environments their variables tell; elsewhere the instance metadata service
    is asked, once a process, unless AWS_EC2_METADATA_DISABLED is true.
    """
    if environ.get("AWS_EXECUTION_ENV"):
        current = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    elif environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        current = None
    else:
        current = _region_of_instance(
            environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "") or _METADATA
        )
    if not current or region is None:
        return "standard"
    return "in-region" if current == region else "cross-region"


@cache
def _region_of_instance(metadata: str) -> str | None:
    """The region of the EC2 instance that this process runs on, None where there is no instance."""
    from drawplate._blocking import SocketTransport
    from drawplate.transport import TransportSettings

    transport = SocketTransport(TransportSettings(connect_timeout=0.01, read_timeout=1))
    base = f"{metadata.rstrip('/')}/latest"
    try:
        token = _body(
            transport.send(
                HttpRequest(
                    "PUT",
                    f"{base}/api/token",
                    {"x-aws-ec2-metadata-token-ttl-seconds": _SIX_HOURS},
                )
            )
        )
        if not token:
            return None
        return _body(
            transport.send(
                HttpRequest(
                    "GET",
                    f"{base}/meta-data/placement/region",
                    {"x-aws-ec2-metadata-token": token},
                )
            )
        )
    except NetworkingError:
        return None
    finally:
        transport.close()


def _body(response: HttpResponse) -> str | None:
    from drawplate._sync import read

    content = read(response)
    return content.decode("ascii", "replace").strip() if response.status == 200 else None
