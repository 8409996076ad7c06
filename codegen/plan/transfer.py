"""Plan of what surrounds the messages of an operation: authorization, checksums, compression, host.

Each is an expression of `_operations`, None where the runtime's default holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from codegen import names
from codegen.model import Member, Node, Operation, Service
from codegen.plan.context import API, Context, sends_events, text_trait
from codegen.plan.customizations import has_tree_hash, signs_plain_paths
from codegen.plan.parts import FunctionPlan
from codegen.traits import API_KEY, AUTHORIZERS, BEARER, SIGNATURES, SIGV4, SIGV4A

_LABEL = re.compile(r"\{([^}]+)\}")
_PLAIN_PATHS = "SigV4Auth(usual=({'name': 'sigv4', 'disableDoubleEncoding': True},))"
#: Algorithms of the runtime in the order in which one is taken where the caller chose none.
_ALGORITHMS = ("CRC32", "SHA1", "SHA256", "CRC64NVME", "CRC32C")


def plan_auth(context: Context, operation: Operation) -> str | None:
    """How requests are authorized: with a signature if the operation takes one."""
    schemes = _auth_schemes(context.service, operation)
    scheme = schemes[0] if schemes else None
    if scheme == SIGV4:
        return _PLAIN_PATHS if signs_plain_paths(context.service) else None
    if scheme == SIGV4A:
        return f"SigV4AAuth({'or_sigv4=True' if SIGV4 in schemes else ''})"
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


def signs_for_regions(service: Service, operation: Operation) -> bool:
    """Whether requests get a signature for several regions, if endpoint rules ask for no other."""
    return _auth_schemes(service, operation)[:1] == (SIGV4A,)


def _auth_schemes(service: Service, operation: Operation) -> tuple[str, ...]:
    """The schemes that an operation takes and clients know, first the one that is used.

    Signatures come first, in the order of the model, or SigV4 alone where events are signed.
    """
    if f"{API}optionalAuth" in operation.traits:
        return ()
    offered = service.traits
    auth = f"{API}auth"
    schemes = operation.traits.get(auth, offered.get(auth, AUTHORIZERS))
    listed = schemes if isinstance(schemes, tuple) else ()
    taken = [str(scheme) for scheme in listed if scheme in offered]
    if SIGV4 in taken and sends_events(service, operation):
        return (SIGV4,)
    return (
        *(scheme for scheme in taken if scheme in SIGNATURES),
        *(scheme for scheme in AUTHORIZERS if scheme in taken and scheme not in SIGNATURES),
    )


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
