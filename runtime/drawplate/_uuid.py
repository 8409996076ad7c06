"""Random UUIDs without the module uuid, which is slow to import."""

from __future__ import annotations

import os

_VARIANTS = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def uuid4() -> str:
    """A random UUID (RFC 9562 section 5.4)."""
    digits = os.urandom(16).hex()
    return (
        f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-"
        f"{_VARIANTS[digits[16]]}{digits[17:20]}-{digits[20:]}"
    )
