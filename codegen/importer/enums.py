"""Member names for enums: botocore's models give values only."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_WORD_END = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_NOT_NAME = re.compile(r"[^A-Za-z0-9]+")
_DIGEST_LENGTH = 8


def member_names(values: Sequence[str]) -> dict[str, str]:
    """Value to member name, in the order of the values.

    A name depends on its value alone: UPPER_CASE words. Values that would share a name all get the
    beginning of their SHA-256 as well, so that neither order nor position ever names anything.
    """
    plain = {value: _plain_name(value) for value in values}
    uses = Counter(plain.values())
    return {
        value: name if uses[name] == 1 else f"{name}_{_digest(value)}"
        for value, name in plain.items()
    }


def _plain_name(value: str) -> str:
    words = _NOT_NAME.sub("_", _WORD_END.sub("_", value)).strip("_").upper()
    if not words:
        words = "_".join(map(_spelled, value)) or "EMPTY"
    return words if words[0].isalpha() else f"V{words}"


def _spelled(character: str) -> str:
    """The Unicode name of a character that cannot stand in a name: `*` is ASTERISK."""
    name = unicodedata.name(character, f"U{ord(character):04X}")
    return _NOT_NAME.sub("_", name).upper()


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:_DIGEST_LENGTH].upper()
