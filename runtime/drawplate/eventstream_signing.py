"""Signatures over the events that a client sends (Signature Version 4, one per message).

A request whose body is a stream of events is signed with the payload hash
`STREAMING_EVENTS_PAYLOAD`. Each event then travels inside an outer message that carries its
signature. Every signature covers the one before it, so that no event can be left out or moved.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from drawplate.credentials import Credentials
from drawplate.eventstream import encode_frame, encode_headers
from drawplate.sigv4 import credential_scope, format_date, signature_of

#: What the header x-amz-content-sha256 of the request that opens the stream holds.
STREAMING_EVENTS_PAYLOAD = "STREAMING-AWS4-HMAC-SHA256-EVENTS"


class EventSigner:
    """Wraps the events of one stream, in order, into signed messages.

    `prior_signature` is the hex signature in the `authorization` header of the request that opens
    the stream; afterwards it is the signature of the latest event.
    """

    __slots__ = ("_credentials", "_region", "_service", "prior_signature")

    def __init__(
        self, credentials: Credentials, *, service: str, region: str, prior_signature: str
    ) -> None:
        self._credentials = credentials
        self._service = service
        self._region = region
        self.prior_signature = prior_signature

    def sign(self, message: bytes, now: datetime | float) -> bytes:
        """Return the outer message for an encoded event; b"" stands for the end of the stream.

        `now` is an aware datetime or seconds since the epoch, of which whole seconds count.
        Raises `ParamValidationError` for a naive datetime.
        """
        seconds = int(now.timestamp() if isinstance(now, datetime) else now)
        date = datetime.fromtimestamp(seconds, UTC)
        text = event_string_to_sign(
            encode_headers({":date": date}),
            message,
            prior_signature=self.prior_signature,
            service=self._service,
            region=self._region,
            now=now,
        )
        day = format_date(now)[:8]
        secret = self._credentials.secret_access_key
        self.prior_signature = signature_of(secret, day, self._region, self._service)(text)
        chunk_signature = bytes.fromhex(self.prior_signature)
        return encode_frame({":date": date, ":chunk-signature": chunk_signature}, message)


def event_string_to_sign(
    headers: bytes,
    payload: bytes,
    *,
    prior_signature: str,
    service: str,
    region: str,
    now: datetime | float,
) -> str:
    """Return what the signature of one event covers.

    `headers` is the encoded `:date` header alone, `payload` the encoded event.
    """
    date = format_date(now)
    return (
        f"AWS4-HMAC-SHA256-PAYLOAD\n{date}\n{credential_scope(date, region, service)}\n"
        f"{prior_signature}\n{sha256(headers).hexdigest()}\n{sha256(payload).hexdigest()}"
    )
