"""Plan of what surrounds the messages of an operation: authorization, checksums, compression, host.

Each is an expression of `_operations`, None where the runtime's default holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from codegen import names
from codegen.model import Member, Node, Operation
from codegen.plan.context import API, Context, text_trait
from codegen.plan.customizations import has_tree_hash
from codegen.plan.values import FunctionPlan
from codegen.traits import API_KEY, AUTHORIZERS, BEARER, SIGV4

_LABEL = re.compile(r"\{([^}]+)\}")
#: Algorithms of the runtime in the order in which one is taken where the caller chose none.
_ALGORITHMS = ("CRC32", "SHA1", "SHA256", "CRC64NVME", "CRC32C")


def plan_auth(context: Context, operation: Operation) -> str | None:
    """How requests are authorized: with a signature if the operation takes one."""
    scheme = _auth_scheme(context, operation)
    if scheme == SIGV4:
        return None
    if scheme == BEARER:
        return "BearerAuth()"
    if scheme == API_KEY:
        key = _mapping(context.service.traits.get(API_KEY))
        arguments = [repr(key.get("name"))]
        if key.get("in") == "query":
            arguments.append("where='query'")
        if prefix := key.get("scheme"):
            arguments.append(f"scheme={prefix!r}")
        return f"ApiKeyAuth({', '.join(arguments)})"
    return "None"


def _auth_scheme(context: Context, operation: Operation) -> str | None:
    """The scheme that is used of those of the operation, else of the service; None without one."""
    if f"{API}optionalAuth" in operation.traits:
        return None
    offered = context.service.traits
    auth = f"{API}auth"
    schemes = operation.traits.get(auth, offered.get(auth, (*AUTHORIZERS,)))
    listed = schemes if isinstance(schemes, tuple) else ()
    return next((s for s in AUTHORIZERS if s in listed and s in offered), None)


def plan_checksums(context: Context, operation: Operation) -> str | None:
    """Which checksums requests and answers have."""
    trait = _mapping(operation.traits.get("aws.protocols#httpChecksum"))
    algorithm = _named(context, operation, trait.get("requestAlgorithmMember"))
    validation = _named(context, operation, trait.get("requestValidationModeMember"))
    needed = trait.get("requestChecksumRequired") is True
    arguments: list[str] = []
    if has_tree_hash(context.service, operation):
        arguments.append("TREE_HASH")
    elif needed and algorithm is not None:
        offered = [m.traits[f"{API}enumValue"] for m in context.target(algorithm).members]
        arguments.append(repr(next((a for a in _ALGORITHMS if a in offered), "CRC32")))
    elif needed or f"{API}httpChecksumRequired" in operation.traits:
        arguments.append("MD5")
    if algorithm is not None:
        header = text_trait(algorithm, f"{API}httpHeader")
        name = context.attribute(operation.input, algorithm.name)
        arguments.append(f"algorithm=({name!r}, {header and header.lower()!r})")
    if validation is not None:
        listed = trait.get("responseAlgorithms")
        arguments.append(f"validation={context.attribute(operation.input, validation.name)!r}")
        arguments.append(f"answers={listed!r}")
    return f"Checksums({', '.join(arguments)})" if arguments else None


def plan_compression(context: Context, operation: Operation) -> str | None:
    """Whether bodies are compressed: streams always, others from a size on."""
    encodings = _mapping(operation.traits.get(f"{API}requestCompression")).get("encodings")
    if not isinstance(encodings, tuple) or "gzip" not in encodings:
        return None
    members = context.shape(operation.input).members
    streams = any(member.target in context.blob_streams for member in members)
    return repr("always" if streams else "large")


def host_prefix_name(operation: Operation) -> str | None:
    """Name of the function that makes what stands before the host; None where nothing does."""
    if f"{API}endpoint" not in operation.traits:
        return None
    return f"_host_prefix_of_{names.snake_case(operation.python_name)}"


def plan_host_prefixes(context: Context) -> tuple[FunctionPlan, ...]:
    """A function for each operation that has a prefix."""
    return tuple(
        _host_prefix(context, operation, name)
        for operation in context.service.operations
        if (name := host_prefix_name(operation)) is not None
    )


def _host_prefix(context: Context, operation: Operation, name: str) -> FunctionPlan:
    template = str(_mapping(operation.traits[f"{API}endpoint"])["hostPrefix"])

    def label(match: re.Match[str]) -> str:
        member = context.attribute(operation.input, match[1])
        return f"{{host_label({member!r}, params.{member})}}"

    made = _LABEL.sub(label, template)
    has_labels = made != template
    return FunctionPlan(
        name=name,
        parameters=(
            f"{'params' if has_labels else '_params'}: types.{context.class_name(operation.input)}"
        ),
        returns="str",
        docs="",
        lines=(f'return f"{made}"' if has_labels else f"return {template!r}",),
    )


def _named(context: Context, operation: Operation, name: Node) -> Member | None:
    members = context.shape(operation.input).members
    return next((member for member in members if member.name == name), None)


def _mapping(node: Node) -> Mapping[str, Node]:
    return node if isinstance(node, Mapping) else {}
