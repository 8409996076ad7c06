"""Default values of members (Smithy 2.0, `smithy.api#default`), as Python, JSON and XML.

A member with a default is never None. Not so where the trait `clientOptional` is in force: the
service fills such members in, and what it fills in may change. Members of a structure with the
trait `input` count as such, unless they are required: then the default has to be sent.
"""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from codegen.model import Member, Node, Shape
from codegen.plan.context import API, default_value, is_required, text_trait


def default_node(shape: Shape, member: Member) -> Node:
    """The default in force for a member of a structure, as the model has it; None without one."""
    if shape.has(f"{API}input") and not member.has(f"{API}required"):
        return None
    return default_value(member)


def is_set(shape: Shape, member: Member) -> bool:
    """Whether a checked structure always has a value for the member."""
    return is_required(member) or default_node(shape, member) is not None


def default_python(shape: Shape, member: Member, target: Shape) -> str | None:
    """Expression for the default as an attribute holds it; None without one."""
    node = default_node(shape, member)
    if node is None:
        return None
    if target.type == "blob":
        return repr(b64decode(str(node)))
    if target.type == "timestamp":
        made = _moment(node)
        parts = [made.year, made.month, made.day, made.hour, made.minute, made.second]
        parts += [made.microsecond] if made.microsecond else []
        return f"datetime({', '.join(map(str, parts))}, tzinfo=UTC)"
    if target.type == "bigDecimal":
        return f"Decimal({str(node)!r})"
    if target.type in ("float", "double") and isinstance(node, str):
        return f"float({node!r})"
    return _literal(node, target)


def default_json(shape: Shape, member: Member, target: Shape) -> str | None:
    """Literal for the default as it would stand in JSON; None without one."""
    node = default_node(shape, member)
    if node is None or target.type != "timestamp":
        return None if node is None else _literal(node, target)
    return repr(_timestamp(node, text_trait(member, f"{API}timestampFormat")))


def default_text(shape: Shape, member: Member, target: Shape, timestamp_format: str) -> str | None:
    """The default as it would stand in XML; None without one.

    `timestamp_format` is that of members without a format of their own.
    """
    node = default_node(shape, member)
    if node is None:
        return None
    if target.type == "timestamp":
        chosen = text_trait(member, f"{API}timestampFormat") or timestamp_format
        return str(_timestamp(node, chosen))
    if isinstance(node, bool):
        return "true" if node else "false"
    return str(node) if isinstance(node, int | float | str) else ""


def _timestamp(node: Node, timestamp_format: str | None) -> str | int | float:
    made = _moment(node)
    match timestamp_format:
        case "date-time":
            return made.isoformat().replace("+00:00", "Z")
        case "http-date":
            return format_datetime(made, usegmt=True)
        case _:
            seconds = made.timestamp()
            return int(seconds) if seconds.is_integer() else seconds


def is_shared(default: str) -> bool:
    """Whether a default would be one object for all instances that could then be changed."""
    return default in ("[]", "{}")


def _literal(node: Node, target: Shape) -> str:
    if isinstance(node, tuple):
        return "[]"  # Smithy allows empty containers only
    if target.type in ("float", "double") and isinstance(node, int | float):
        return repr(float(node))
    if isinstance(node, bool | int | float | str):
        return repr(node)
    return "{}"


def _moment(node: Node) -> datetime:
    if isinstance(node, int | float):
        return datetime.fromtimestamp(node, UTC)
    if str(node)[:1].isalpha():
        return parsedate_to_datetime(str(node))
    return datetime.fromisoformat(str(node)).astimezone(UTC)
