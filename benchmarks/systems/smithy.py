"""AWS's SDK for Python, version 4, made by smithy-python.

It has no client of SageMaker Runtime that speaks HTTP/1.1, so that of Bedrock Runtime stands in:
its InvokeModel has the same form, one label, a raw payload and text headers. Streams are taken
apart to the events of the SageMaker package, whose payload is raw bytes as well.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from importlib import import_module
from typing import Any

from benchmarks.systems import (
    ACCESS_KEY_ID,
    CONTENT_TYPE,
    ENDPOINT_NAME,
    REGION,
    SECRET_ACCESS_KEY,
    SERVICE,
    SIGNED_HOST,
    SIGNED_PATH,
)

# Not in the environment of the type checkers.
bedrock: Any = import_module("aws_sdk_bedrock_runtime.client")
config: Any = import_module("aws_sdk_bedrock_runtime.config")
models: Any = import_module("aws_sdk_bedrock_runtime.models")


class AsyncClient:
    """A client with keys."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @classmethod
    async def make(cls, url: str, certificates: str | None = None) -> AsyncClient:
        """Make a client."""
        del certificates
        resolved = await config.AsyncBedrockRuntimeConfig.resolve(
            endpoint_uri=url,
            region=REGION,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
        )
        return cls(bedrock.AsyncBedrockRuntimeClient(resolved))

    async def invoke(self, body: bytes, endpoint_name: str = ENDPOINT_NAME) -> bytes:
        """Call once and read the answer."""
        answer = await self._client.invoke_model(
            models.InvokeModelInput(model_id=endpoint_name, body=body, content_type=CONTENT_TYPE)
        )
        content: bytes = answer.body
        return content

    async def stream(self, endpoint_name: str, body: bytes) -> AsyncIterator[bytes]:
        """Call once and yield the payloads of the events."""
        union, deserializer = _union()
        pipeline, call = await self._client._prepare_call(
            models.InvokeModelWithResponseStreamInput(
                model_id=endpoint_name, body=body, content_type=CONTENT_TYPE
            ),
            models.INVOKE_MODEL_WITH_RESPONSE_STREAM,
            [],
            None,
        )
        opened = await pipeline.output_stream(call, union, deserializer)
        async with opened:
            async for event in opened.output_stream:
                yield event.value.bytes_

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.close()


def _union() -> tuple[Any, Any]:
    runtime: Any = import_module("aws_sdk_sagemaker_runtime_http2.models")
    return runtime.ResponseStreamEvent, runtime._ResponseStreamEventDeserializer().deserialize


class _Body:
    """Goes on where it stopped when it is iterated again, as a body of the transport does."""

    def __init__(self, arrivals: Iterable[bytes]) -> None:
        self._pieces = self._each(arrivals)

    async def _each(self, arrivals: Iterable[bytes]) -> AsyncIterator[bytes]:
        for piece in arrivals:
            yield piece

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces


def events() -> Callable[[Iterable[bytes]], Awaitable[int]]:
    """Return what takes pieces of a stream apart to the events that a user sees."""
    receiver: Any = import_module("smithy_aws_event_stream.aio").AWSEventReceiver
    reader: Any = import_module("smithy_core.aio.types").AsyncBytesReader
    codec: Any = import_module("smithy_json").JSONCodec()
    _, deserializer = _union()

    async def take_apart(arrivals: Iterable[bytes]) -> int:
        found = 0
        async for event in receiver(codec, reader(_Body(arrivals)), deserializer):
            found += bool(event.value.bytes_)
        return found

    return take_apart


def signing(body: bytes) -> Callable[[], object]:
    """Return what signs one request with this body, the request object included."""
    from io import BytesIO

    signers: Any = import_module("aws_sdk_signers")
    signer = signers.SigV4Signer()
    identity = signers.AWSCredentialIdentity(
        access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET_ACCESS_KEY
    )

    def sign() -> object:
        request = signers.AWSRequest(
            destination=signers.URI(scheme="https", host=SIGNED_HOST, path=SIGNED_PATH),
            method="POST",
            body=BytesIO(body),
            fields=signers.Fields([signers.Field(name="Content-Type", values=[CONTENT_TYPE])]),
        )
        signed: object = signer.sign(
            request=request, identity=identity, properties={"region": REGION, "service": SERVICE}
        )
        return signed

    return sign
