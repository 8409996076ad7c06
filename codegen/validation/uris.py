"""URI patterns of the `http` trait: literals and labels between slashes, then a literal query.

Source: "http trait" of the Smithy 2.0 specification.
"""

from __future__ import annotations

from dataclasses import dataclass

from codegen.validation.structure import IDENTIFIER


@dataclass(frozen=True, slots=True)
class UriPattern:
    """A parsed pattern."""

    labels: tuple[str, ...]
    """Names in order; a greedy one ends with "+"."""
    form: tuple[str, ...]
    """The segments, "{}" for a label and "{+}" for a greedy one."""
    query: dict[str, str]
    faults: tuple[tuple[str, str], ...]
    """What is wrong with it, and what to do."""


def parse_uri(uri: str) -> UriPattern:
    """Parse a pattern; what is wrong with it is in `faults`."""
    faults: list[tuple[str, str]] = []
    if not uri.startswith("/"):
        faults.append(("does not start with '/'", "write it as /path/{Label}"))
    if uri.endswith("?"):
        faults.append(("ends with '?'", "take it off"))
    if "#" in uri:
        faults.append(("has a fragment", "take out the '#' and what follows"))
    if not uri.isascii():
        faults.append(("has characters that are not ASCII", "write them percent-encoded"))
    path, _, text = uri.partition("?")
    labels: list[str] = []
    form: list[str] = []
    for segment in path.removeprefix("/").rstrip("/").split("/"):
        if segment.startswith("{") and segment.endswith("}"):
            name = segment[1:-1]
            form.append("{+}" if name.endswith("+") else "{}")
            if IDENTIFIER.fullmatch(name.removesuffix("+")):
                labels.append(name)
            else:
                message = f"has the label {name!r}, which is no name"
                faults.append((message, "write the name of a member"))
            continue
        form.append(segment)
        if not segment and path.strip("/"):
            faults.append(("has an empty segment", "take out one of the slashes"))
        if "{" in segment or "}" in segment:
            message = f"has the segment {segment!r}, which is neither a label nor plain"
            faults.append((message, "let a label fill its segment"))
    query: dict[str, str] = {}
    if "{" in text or "}" in text:
        faults.append(("has a label in its query", "bind the member with smithy.api#httpQuery"))
    for item in text.split("&") if text else ():
        name, _, value = item.partition("=")
        if name in query:
            faults.append((f"has {name!r} twice in its query", "keep one of the two"))
        query[name] = value
    return UriPattern(tuple(labels), tuple(form), query, tuple(dict.fromkeys(faults)))
