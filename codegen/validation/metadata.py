"""Metadata of a model: generation reads none, but a model with broken metadata is no model.

Source: "Metadata", "Suppressions" and "Severity overrides" of the Smithy 2.0 specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from codegen.faults import Fault
from codegen.read import Document, as_object, pointer

_TEXT_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "suppressions": ("id", "namespace"),
    "severityOverrides": ("id", "namespace", "severity"),
    "validators": ("name",),
}
_SEVERITIES: Final[Mapping[str, tuple[str, ...]]] = {
    "severityOverrides": ("WARNING", "DANGER"),
    "validators": ("NOTE", "WARNING", "DANGER"),
}


def metadata_faults(documents: Iterable[Document]) -> Iterator[Fault]:
    """Yield what is wrong with the metadata of the files, and where two of them disagree."""
    seen: dict[str, tuple[str, object]] = {}
    for document in documents:
        metadata = document.content.get("metadata", {})
        if document.botocore is not None:
            continue
        if not isinstance(metadata, Mapping):
            message = '"metadata" is not an object'
            yield Fault(document.file, "/metadata", "", message, "write {key: value}")
        for key, value in as_object(document.content.get("metadata")).items():
            at = pointer("metadata", key)
            file, first = seen.setdefault(key, (document.file, value))
            if first != value and not (_is_list(first) and _is_list(value)):
                message = f"metadata {key!r} has another value in {file}#{at}"
                yield Fault(document.file, at, "", message, "keep one of the two values")
            if key in _TEXT_KEYS:
                yield from _entries(document.file, at, key, value)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _entries(file: str, at: str, key: str, value: object) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield Fault(file, at, "", f'"{key}" is not a list', "write a list of objects")
        return
    for index, item in enumerate(cast("list[object]", value)):
        place = f"{at}/{index}"
        entry = as_object(item)
        missing = [name for name in _TEXT_KEYS[key] if not isinstance(entry.get(name), str)]
        if missing:
            message = f'an entry of "{key}" has no string {", ".join(missing)}'
            yield Fault(file, place, "", message, f"give {' and '.join(missing)}")
        severity = entry.get("severity")
        allowed = _SEVERITIES.get(key, ())
        if allowed and isinstance(severity, str) and severity not in allowed:
            advice = f"write one of {', '.join(allowed)}"
            yield Fault(file, place, "", f"severity {severity!r} is not known", advice)
