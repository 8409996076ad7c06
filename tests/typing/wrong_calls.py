"""Calls that type checkers have to refuse, one a line, each with the rule of mypy that refuses it.

Nothing here is run. mypy complains of a comment that hides nothing, so checking this file as it is
shows the rules; `test_calls.py` takes the comments away and looks for the lines with both checkers.
"""

from __future__ import annotations

from functools import partial

import sagemaker_runtime
from drawplate import codecs
from drawplate.jobs import inference_job
from sagemaker_runtime import (
    AsyncSageMakerRuntimeClient,
    SageMakerRuntimeClient,
    errors,
    event_streams,
    types,
)

client = SageMakerRuntimeClient()
invoke = client.invoke_endpoint
stream = client.invoke_endpoint_with_response_stream
build = client.build_request
handler = event_streams.ResponseStream()
streamed = partial(stream, endpoint_name="e", body=b"x")


def failed(event: errors.ModelStreamError) -> None: ...


# Parameters.
invoke(endpoint_name="e")  # type: ignore[call-arg]
invoke(body=b"x")  # type: ignore[call-arg]
invoke("e", b"x")  # type: ignore[call-arg]
invoke(endpoint_name=1, body=b"x")  # type: ignore[arg-type]
invoke(endpoint_name="e", body=1)  # type: ignore[arg-type]
invoke(endpoint_name="e", body=None)  # type: ignore[arg-type]
invoke(endpoint_name="e", body={"a": 1})  # type: ignore[arg-type]
invoke(endpoint_name="e", body=b"x", Body=b"x")  # type: ignore[call-arg]
invoke(endpoint_name="e", body=b"x", timeout=5)  # type: ignore[call-arg]
stream(endpoint_name="e")  # type: ignore[call-arg]
client.invoke_endpoint_async(endpoint_name="e", request_ttl_seconds="60")  # type: ignore[arg-type]
client.invoke()  # type: ignore[attr-defined]

# Options.
SageMakerRuntimeClient(regoin="us-west-2")  # type: ignore[call-arg]
SageMakerRuntimeClient("us-west-2")  # type: ignore[call-arg]
SageMakerRuntimeClient(region=1)  # type: ignore[arg-type]
SageMakerRuntimeClient(retry_mode="adaptively")  # type: ignore[arg-type]
SageMakerRuntimeClient(max_attempts="3")  # type: ignore[arg-type]
SageMakerRuntimeClient(transport=object())  # type: ignore[arg-type]
client.with_options(retries=3)  # type: ignore[call-arg]
client.with_options(retry_after_send="no")  # type: ignore[arg-type]
client.config = None  # type: ignore[misc, assignment]

# Requests.
build("invoke", {"endpoint_name": "e"})  # type: ignore[call-overload]
build("invoke_endpoint", {"endpoint_name": "e"})  # type: ignore[call-overload]
build("invoke_endpoint", {"endpoint_name": "e", "body": 1})  # type: ignore[call-overload]
build("invoke_endpoint", {"endpoint_name": "e", "body": b"", "x": 1})  # type: ignore[call-overload]

# Handlers.
streamed(event_stream_handler=5)  # type: ignore[arg-type]
streamed(on_stream=handler)  # type: ignore[arg-type]
streamed(on_stream=lambda stream, more: None)  # type: ignore[arg-type, misc]
streamed(on_event=print)  # type: ignore[call-arg]
handler.on_payload_part_event(failed)  # type: ignore[arg-type]
handler.on_payload_part_event(b"x")  # type: ignore[arg-type]
handler.on_part_event(print)  # type: ignore[attr-defined]
handler.on_payload_part_event(lambda event: event.text)  # type: ignore[attr-defined]

# Content.
body = stream(endpoint_name="e", body=b"x").body
body.iter_text(None)  # type: ignore[arg-type]
body.iter_text(errors=1)  # type: ignore[arg-type]
body.iter_lines(None, "strict")  # type: ignore[call-overload]
body.iter_lines(max_line="1")  # type: ignore[call-overload]
body.iter_json_lines(str.upper)  # type: ignore[arg-type]
body.iter_json_lines("utf-8")  # type: ignore[call-overload]
body.iter_sse("[DONE]")  # type: ignore[call-arg]
body.iter_sse(done=b"[DONE]")  # type: ignore[arg-type]
len(body.iter_json_lines(int))  # type: ignore[arg-type]
next(body.iter_json_lines(int)).upper()  # type: ignore[attr-defined]
stream(endpoint_name="e", body=b"x").json()  # type: ignore[attr-defined]
invoke(endpoint_name="e", body=b"x", **codecs.JSON.request(1))  # type: ignore[misc]
invoke(endpoint_name="e", **codecs.CSV.request(1))  # type: ignore[arg-type]
invoke(endpoint_name="e", **codecs.TEXT.request(b"x"))  # type: ignore[arg-type]
invoke(endpoint_name="e", **codecs.JSON.request(1, accept=1))  # type: ignore[arg-type]
codecs.JSON.read(stream(endpoint_name="e", body=b"x"))  # type: ignore[arg-type]
codecs.JSON.decode("text")  # type: ignore[arg-type]
codecs.CSV.read(invoke(endpoint_name="e", body=b"x")).append("a")  # type: ignore[arg-type]
# Stubs.
client.stub_responses("invoke", {"body": b""})  # type: ignore[arg-type]
client.stub_responses("invoke_endpoint", 5)  # type: ignore[arg-type]
client.stub_responses("invoke_endpoint", b"x")  # type: ignore[arg-type]
client.stub_responses("invoke_endpoint", lambda: "ModelError")  # type: ignore[arg-type]
client.stub_data("invoke")  # type: ignore[call-overload]
client.stub_data("invoke_endpoint", b"x")  # type: ignore[call-overload]
SageMakerRuntimeClient(stub_responses="invoke_endpoint")  # type: ignore[arg-type]
print(client.api_requests()[0].name)  # type: ignore[attr-defined]

# Results.
types.PayloadPart(bytes="x")  # type: ignore[arg-type]
print(invoke(endpoint_name="e", body=b"x").Body)  # type: ignore[attr-defined]
print(next(stream(endpoint_name="e", body=b"x").body).bytes)  # type: ignore[union-attr]
print(invoke(endpoint_name="e", body=b"x").body.decode().nothing)  # type: ignore[attr-defined]
errors.ModelError(original_status_code="500")  # type: ignore[arg-type]

# Sessions and jobs.
client.session()  # type: ignore[call-arg]
client.session(endpoint_name="e").invoke_endpoint()  # type: ignore[call-arg]
client.session(endpoint_name="e").invoke_endpoint(body=b"", endpoint_name="")  # type: ignore[call-arg]
client.session(endpoint_name="e").invoke_endpoint_async()  # type: ignore[attr-defined]
inference_job(client, invoke(endpoint_name="e", body=b"x"))  # type: ignore[call-overload]
inference_job(client).wait()  # type: ignore[call-overload]

# The async client.
later = AsyncSageMakerRuntimeClient(region=5)  # type: ignore[arg-type]
later.close()  # type: ignore[attr-defined]
print(later.invoke_endpoint(endpoint_name="e", body=b"x").body)  # type: ignore[attr-defined]
print(later.invoke_endpoint(endpoint_name="e"))  # type: ignore[call-arg]
later.build_request("invoke", {})  # type: ignore[call-overload]
print(sagemaker_runtime.AsyncClient)  # type: ignore[attr-defined]


async def wrongly(client: AsyncSageMakerRuntimeClient) -> None:
    with client:  # type: ignore[attr-defined]
        pass
    out = await client.invoke_endpoint_with_response_stream(endpoint_name="e", body=b"x")
    for _ in out.body:  # type: ignore[attr-defined]
        pass
    out.close()  # type: ignore[attr-defined]
    len(out.body.read())  # type: ignore[arg-type]
    async for line in out.body.iter_lines(None):
        line.encode()  # type: ignore[attr-defined]
    request = client.build_request("invoke_endpoint", {"endpoint_name": "e", "body": b"x"})
    print(request.send().data)  # type: ignore[attr-defined]
