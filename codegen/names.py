"""Every Smithy-to-Python name is made here."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Container

# Words of a name: plurals of acronyms (ARNs), IPv4 and IPv6, acronyms, capitalised and lower-case
# words. Digits stay with the letters before them.
_WORD = re.compile(
    r"IPv[46]"
    r"|[A-Z]{2,}s(?![a-z])\d*"
    r"|[A-Z]+\d+(?![a-z])"
    r"|[A-Z]+(?![a-z])\d*"
    r"|[A-Z][a-z]+\d*"
    r"|[a-z]+(?:\d+[a-z]*)?"
    r"|\d+"
)

#: Python keywords; soft keywords may be names.
KEYWORDS = frozenset(keyword.kwlist)

#: Attributes of every generated client, and the modules that its annotations name.
CLIENT_NAMES = frozenset(
    {
        "aclose",
        "add_plugin",
        "api_requests",
        "build_request",
        "clear_plugins",
        "close",
        "config",
        "errors_module",
        "handlers",
        "identifier",
        "operation_names",
        "params",
        "plugins",
        "remove_plugin",
        "set_plugins",
        "stub_data",
        "stub_responses",
        "types",
        "waiter_names",
        "with_options",
    }
)
#: Attributes of every output beside its members.
OUTPUT_NAMES = frozenset({"metadata"})
#: Attributes of a streaming output beside its members.
STREAM_OUTPUT_NAMES = OUTPUT_NAMES | {"aclose", "close"}
#: Attributes of an output that is a blob, beside its members.
BLOB_OUTPUT_NAMES = OUTPUT_NAMES | {"blob_members", "json", "text"}
#: Attributes of every error beside its members.
ERROR_NAMES = frozenset(
    {
        "add_note",
        "args",
        "attempts",
        "bytes_received",
        "code",
        "elapsed",
        "events_received",
        "fault",
        "message",
        "operation",
        "possible_runs",
        "request_id",
        "retry_after",
        "retryable",
        "status",
        "throttling",
        "time_to_first_event",
        "with_traceback",
    }
)
#: What events are that no member of a stream stands for.
EVENT_TYPES = frozenset({"error", "initial_response", "unknown_event"})
#: Attributes of every event beside its members.
EVENT_NAMES = frozenset({"event_type"})
#: Attributes of every session beside its calls.
SESSION_NAMES = frozenset({"close", "expires_at", "id", "status"})
#: Methods of every handler of events beside those for members.
HANDLER_NAMES = frozenset(
    {"on_error_event", "on_event", "on_initial_response_event", "on_unknown_event"}
)
#: Names that the modules `types` and `params` import or define for themselves.
TYPES_NAMES = frozenset(
    {
        "Any",
        "AsyncByteEventStream",
        "AsyncEventStream",
        "AsyncStreamingBlob",
        "AsyncStreamingBody",
        "AsyncStreamingOutput",
        "Blob",
        "BlobOutput",
        "BodySource",
        "ByteEventStream",
        "Callable",
        "ClassVar",
        "Decimal",
        "Deferred",
        "DeferredOutput",
        "EventSource",
        "EventStream",
        "Final",
        "Iterable",
        "Literal",
        "Mapping",
        "Output",
        "Required",
        "Sequence",
        "SharedEvent",
        "StreamingBlob",
        "StreamingBody",
        "StreamingOutput",
        "Structure",
        "TypeAlias",
        "TypedDict",
        "TYPE_CHECKING",
        "UTC",
        "UnionMember",
        "UnknownEvent",
        "UnknownMember",
    }
)
#: Names that the module `errors` imports for itself.
ERRORS_NAMES = frozenset(
    {
        "Any",
        "ClassVar",
        "Decimal",
        "EventStreamError",
        "Literal",
        "ServiceError",
        "TYPE_CHECKING",
        "UTC",
    }
)
#: Constants that the modules `_operations` and `_parsers` have for themselves.
PARSERS_NAMES = frozenset({"ERRORS", "NO_MEMBER"})
#: Names that type expressions use, and how they are written in a class that has an attribute of
#: such a name, which shadows it.
TYPE_NAMES = {
    **{
        name: f"builtins.{name}"
        for name in ("bool", "bytes", "dict", "float", "int", "list", "str")
    },
    "datetime": "_dt.datetime",
    "types": "_types",
}


def snake_case(name: str) -> str:
    """`RequestTTLSeconds` is `request_ttl_seconds`, `S3OutputKey` is `s3_output_key`."""
    return "_".join(word.lower() for word in _WORD.findall(name)) or "_"


def pascal_case(name: str) -> str:
    """`SageMaker Runtime` is `SageMakerRuntime`: words joined, their first letters upper case."""
    words = re.split(r"[^A-Za-z0-9]+", name)
    return "".join(word[:1].upper() + word[1:] for word in words)


def constant_case(name: str) -> str:
    """`InvokeEndpoint` is `INVOKE_ENDPOINT`."""
    return snake_case(name).upper()


def safe(name: str, taken: Container[str] = ()) -> str:
    """A name that is free to use: keywords, dunders and `taken` names get one underscore behind."""
    made = f"n{name}" if name[:1].isdigit() else name
    if made in KEYWORDS or made in taken or made in ("self", "builtins") or made.startswith("__"):
        return f"{made}_"
    return made


def member_name(name: str, taken: Container[str] = ()) -> str:
    """Attribute and parameter name of a member."""
    return safe(snake_case(name), taken)


def class_name(name: str, taken: Container[str] = ()) -> str:
    """Class name of a shape: its own name, with the first letter in upper case."""
    made = name[:1].upper() + name[1:]
    return safe(made.lstrip("_") or made, taken) if not hasattr(builtins, made) else f"{made}_"


def handler_method(name: str) -> str:
    """Method that takes a callback for a member of a stream: `on_payload_part_event`."""
    return safe(f"on_{snake_case(name)}_event", HANDLER_NAMES)


def enum_constant(name: str) -> str:
    """Constant for an enum value: its model name in upper case, as Smithy writes them."""
    return re.sub(r"\W", "_", name).upper()


def unshadowed(type_: str, attributes: Container[str]) -> str:
    """A type expression for a class with such attributes: `builtins.bytes` if one is `bytes`."""

    def written(match: re.Match[str]) -> str:
        name = match[0]
        return TYPE_NAMES[name] if name in TYPE_NAMES and name in attributes else name

    return re.sub(r"(?<![\w.])[A-Za-z_]\w*", written, type_)
