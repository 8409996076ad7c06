"""Two models, a local endpoint that serves them, and the three operations of the client.

Run it with `python examples/demo.py`. Nothing leaves this machine.
"""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from drawplate.testing import Answer, InvocationRequest, LocalEndpoint
from models import CharacterModel, LeastSquares
from sagemaker_runtime import SageMakerRuntimeClient, types

README = Path(__file__).parent.parent / "README.md"


def train_writer() -> CharacterModel:
    """Learn to write from the README."""
    return CharacterModel(README.read_text(encoding="utf-8"), order=6)


def train_pricer() -> LeastSquares:
    """Learn what a wire costs: 3 a metre, 12 a millimetre, 5 for the reel, give or take 2."""
    wires = [(float(length), width / 4) for length in range(1, 41) for width in range(1, 9)]
    prices = [3 * long + 12 * wide + 5 + i % 5 - 2 for i, (long, wide) in enumerate(wires)]
    return LeastSquares(wires, prices)


def serve(writer: CharacterModel, pricer: LeastSquares) -> LocalEndpoint:
    """Start an endpoint with both models behind it."""

    def write(request: InvocationRequest) -> Answer:
        return Answer(writer.generate(request.body.decode(), 240), content_type="text/plain")

    def price(request: InvocationRequest) -> Answer:
        return Answer(pricer.predict_csv(request.body.decode()), content_type="text/csv")

    return LocalEndpoint({"writer": write, "pricer": price})


def milliseconds(since: float) -> str:
    """Write the time since `since`, a value of `time.perf_counter`."""
    return f"{(time.perf_counter() - since) * 1000:.1f} ms"


def invoke(client: SageMakerRuntimeClient) -> None:
    """Price three wires in one call."""
    start = time.perf_counter()
    out = client.invoke_endpoint(
        endpoint_name="pricer", body=b"10,1\n20,0.5\n30,2\n", content_type="text/csv"
    )
    print(f"invoke_endpoint: {milliseconds(start)}, request id {out.metadata.request_id}")
    print(f"  prices {out.body.decode().split()}, expected about 47, 71 and 119\n")


def invoke_later(client: SageMakerRuntimeClient) -> None:
    """Leave a job, then read its result where the answer says it is."""
    start = time.perf_counter()
    out = client.invoke_endpoint_async(
        endpoint_name="pricer", body=b"100,4\n", content_type="text/csv", inference_id="reel-100"
    )
    print(f"invoke_endpoint_async: {milliseconds(start)}, request id {out.metadata.request_id}")
    result = Path(url2pathname(urlsplit(out.output_location or "").path)).read_text()
    print(f"  inference {out.inference_id}: price {result.strip()}, expected about 353")
    print(f"  read from {out.output_location}\n")


def invoke_stream(client: SageMakerRuntimeClient) -> None:
    """Print what the writer writes while it writes."""
    start = time.perf_counter()
    with client.invoke_endpoint_with_response_stream(
        endpoint_name="writer", body=b"Drawplate ", content_type="text/plain"
    ) as out:
        first = ""
        tokens = 0
        print("invoke_endpoint_with_response_stream: Drawplate ", end="")
        for event in out.body:
            first = first or milliseconds(start)
            tokens += 1
            if isinstance(event, types.PayloadPart):
                print(event.bytes.decode(), end="", flush=True)
    print(f"\n  {tokens} tokens, the first after {first}, all after {milliseconds(start)}")
    print(f"  request id {out.metadata.request_id}")


def main() -> None:
    """Train, serve, call."""
    start = time.perf_counter()
    writer, pricer = train_writer(), train_pricer()
    print(f"trained two models in {milliseconds(start)}\n")
    with (
        serve(writer, pricer) as server,
        SageMakerRuntimeClient(
            region=server.region,
            endpoint=server.url,
            access_key_id=server.access_key_id,
            secret_access_key=server.secret_access_key,
        ) as client,
    ):
        invoke(client)
        invoke_later(client)
        invoke_stream(client)


if __name__ == "__main__":
    main()
