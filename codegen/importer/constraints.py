"""Constraints and marks that shapes and members share."""

from __future__ import annotations

from codegen.importer.reading import JsonObject, Part

TIMESTAMP_FORMATS = {
    "iso8601": "date-time",
    "unixTimestamp": "epoch-seconds",
    "rfc822": "http-date",
}
"""botocore's name of a timestamp format to Smithy's."""

_LENGTH_TYPES = frozenset({"blob", "list", "map", "string"})
_RANGE_TYPES = frozenset({"double", "float", "integer", "long"})


def constraint_traits(kind: str, part: Part) -> JsonObject:
    """The traits length, range and pattern of a shape; `kind` is its botocore type."""
    traits: JsonObject = {}
    if kind in _LENGTH_TYPES or kind in _RANGE_TYPES:
        read = part.integer if kind in _LENGTH_TYPES else part.number
        bounds: JsonObject = {
            key: bound for key in ("min", "max") if (bound := read(key)) is not None
        }
        if bounds:
            traits["smithy.api#" + ("length" if kind in _LENGTH_TYPES else "range")] = bounds
    if kind == "string" and (pattern := part.text("pattern")) is not None:
        traits["smithy.api#pattern"] = _anchored(pattern)
    return traits


def common_traits(part: Part) -> JsonObject:
    """The traits deprecated and timestampFormat, which shapes and members may have."""
    traits: JsonObject = {}
    message, since = part.text("deprecatedMessage"), part.text("deprecatedSince")
    if part.flag("deprecated"):
        about = {"message": message, "since": since}
        traits["smithy.api#deprecated"] = {
            key: value for key, value in about.items() if value is not None
        }
    timestamp_format = part.text("timestampFormat")
    if timestamp_format is not None:
        if timestamp_format in TIMESTAMP_FORMATS:
            traits["smithy.api#timestampFormat"] = TIMESTAMP_FORMATS[timestamp_format]
        else:
            part.fault(
                f"{timestamp_format!r} is not a timestamp format",
                f"known are {', '.join(TIMESTAMP_FORMATS)}",
                key="timestampFormat",
            )
    return traits


def _anchored(pattern: str) -> str:
    """The pattern as AWS publishes it in Smithy, where one that is not anchored only searches.

    botocore's files lack the outermost `^` and `$`, so `a|b` stands for `^a|b$`; what matches
    anything never had them.
    """
    if pattern == ".*":
        return pattern
    start = "" if pattern.startswith("^") else "^"
    end = "" if pattern.endswith("$") and not pattern.endswith(r"\$") else "$"
    return f"{start}{pattern}{end}"
