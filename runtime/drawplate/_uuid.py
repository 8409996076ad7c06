"""Random UUIDs without the module uuid, which is slow to import."""

from __future__ import annotations

import os


def uuid4() -> str:
    """A random UUID (RFC 9562 section 5.4)."""
    value = bytearray(os.urandom(16))
    value[6] = value[6] & 0x0F | 0x40
    value[8] = value[8] & 0x3F | 0x80
    text = value.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
