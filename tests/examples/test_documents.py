"""Every Python example of the documents runs, as it stands, against a local endpoint."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from drawplate.testing import Answer, Handler, InvocationRequest, LocalEndpoint, ModelFailedError
from sagemaker_runtime import SageMakerRuntimeClient

from tests.support import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PLAIN, STREAM = "invocations", "invocations-response-stream"
LATER = "async-invocations"
EXPECTED: dict[str, tuple[list[str], bytes]] = {
    "README.md": ([PLAIN, STREAM, PLAIN], b""),
    "async.md": ([PLAIN, STREAM, STREAM, *[PLAIN] * 101], b"Drawplate" * 2),
    "async-inference.md": ([LATER] * 6, b"the model is gone" + b"[4, 5]"),
    "client.md": ([PLAIN] * 3, b""),
    "credentials.md": ([PLAIN], b""),
    "codecs.md": ([PLAIN] * 3, b"drawplate"),
    "handlers.md": ([PLAIN] * 3, b""),
    "observability.md": ([PLAIN, PLAIN, STREAM], b""),
    "sessions.md": ([PLAIN] * 6, b"Ada"),
    "streams-of-text.md": ([STREAM] * 5, b"Drawplate" * 3 + b"1 of 2"),
    # Stubs send nothing.
    "testing.md": ([], b""),
    # A call with a handler and `on_stream` writes each part twice.
    "streams.md": ([STREAM] * 8, b"Drawplate" * 4 + b"DraDrawplatewplate" + b"Drawplate"),
}
"""What the examples of each document call, and what they write into `sink`."""
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def examples(document: Path) -> list[str]:
    return _PYTHON.findall(document.read_text(encoding="utf-8"))


def answer(request: InvocationRequest) -> Answer:
    return Answer(b"[1, 2, 3]", content_type="application/json")


def talk(request: InvocationRequest) -> Iterator[bytes]:
    yield from (b"Dra", b"wplate")


def echo(request: InvocationRequest) -> Answer:
    return Answer(request.body, content_type=request.content_type)


def chat(request: InvocationRequest) -> Iterator[bytes]:
    said = [b"Dra", b"wplate"]
    events = [b'data: {"choices": [{"delta": {"content": "%b"}}]}\n\n' % text for text in said]
    content = b": ready\n\n" + b"".join(events) + b"data: [DONE]\n\n"
    yield from (content[i : i + 7] for i in range(0, len(content), 7))


def lines(request: InvocationRequest) -> Iterator[bytes]:
    yield from (b'{"token": "Dra"}\n{"tok', b'en": "wplate"}')


def broken(request: InvocationRequest) -> Iterator[bytes]:
    yield b'{"token": "Dra"}\n'
    raise ModelFailedError(500, "the model is gone")


def remember(request: InvocationRequest) -> Answer:
    if request.body == b"CLOSE":
        return Answer(b"", closed_session_id=request.session_id)
    new = request.session_id == "NEW_SESSION"
    opened = "session-1; Expires=2026-01-15T13:34:56Z" if new else None
    return Answer(b"Hello, Ada." if new else b"Ada", new_session_id=opened)


HANDLERS: dict[str, Handler] = {
    "my-endpoint": answer,
    "my-echo": echo,
    "my-llm": talk,
    "my-chat": chat,
    "my-chat-model": remember,
    "my-lines": lines,
    "my-broken": broken,
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalEndpoint]:
    """An endpoint that clients find by their environment, as the examples name none."""
    with LocalEndpoint(HANDLERS, region="us-west-2") as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.access_key_id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.secret_access_key)
        monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        yield server


@pytest.mark.parametrize(
    "document",
    [path for path in DOCUMENTS if examples(path)],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_examples_run(document: Path, server: LocalEndpoint) -> None:
    sink = io.BytesIO()
    names: dict[str, object] = {"sink": sink}
    for example in examples(document):
        exec(compile(example, str(document), "exec"), names)  # noqa: S102 - our own text
    for name, made in names.items():
        if name.startswith("test_") and callable(made):
            with LocalEndpoint() as local_endpoint:
                made(local_endpoint)
    for made in names.values():
        if isinstance(made, SageMakerRuntimeClient):
            made.close()
    operations = [request.path.rpartition("/")[2] for request in server.requests]
    assert (operations, sink.getvalue()) == EXPECTED[document.name]
