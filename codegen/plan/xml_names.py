"""Names of elements, and of what is made from them (Smithy XML binding traits)."""

from __future__ import annotations

from codegen.model import Member
from codegen.plan.context import API


def xml_name(member: Member) -> str:
    """Name of the element of a member, without a prefix. That of its target says nothing here."""
    given = member.own_traits.get(f"{API}xmlName")
    return given.rpartition(":")[2] if isinstance(given, str) else member.name


def is_flattened(member: Member) -> bool:
    """Whether the items of a list or map have no element around them."""
    return f"{API}xmlFlattened" in member.own_traits
