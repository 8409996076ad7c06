"""A local SageMaker Runtime for tests and demos: real sockets, real signatures, real frames.

    with LocalEndpoint({"echo": lambda request: request.body}) as server:
        client = SageMakerRuntimeClient(region=server.region, endpoint=server.url, …)

No line of the client is used here, so the two check one another.
"""

from __future__ import annotations

from drawplate.testing._faults import (
    CloseAfterAnswer,
    CloseBeforeAnswer,
    CutFrame,
    DelayAnswer,
    EndlessStream,
    Fail,
    Fault,
    Faults,
    FlipBit,
    OneByteWrites,
    PauseInBody,
    RefuseConnections,
    ResetInBody,
    ResetInFrame,
    SlowBytes,
    Throttle,
    WrongLength,
)
from drawplate.testing._frames import (
    Frame,
    error_frame,
    event_frame,
    event_stream_body,
    exception_frame,
)
from drawplate.testing._http import Framing, HangUp, Pause, ReceivedRequest, Reply, Step, Wait
from drawplate.testing._sagemaker import EXAMPLE_CREDENTIALS, LocalEndpoint
from drawplate.testing._values import (
    Answer,
    Body,
    EndpointError,
    Handler,
    InvocationRequest,
    ModelFailedError,
)

__all__ = [
    "EXAMPLE_CREDENTIALS",
    "Answer",
    "Body",
    "CloseAfterAnswer",
    "CloseBeforeAnswer",
    "CutFrame",
    "DelayAnswer",
    "EndlessStream",
    "EndpointError",
    "Fail",
    "Fault",
    "Faults",
    "FlipBit",
    "Frame",
    "Framing",
    "Handler",
    "HangUp",
    "InvocationRequest",
    "LocalEndpoint",
    "ModelFailedError",
    "OneByteWrites",
    "Pause",
    "PauseInBody",
    "ReceivedRequest",
    "RefuseConnections",
    "Reply",
    "ResetInBody",
    "ResetInFrame",
    "SlowBytes",
    "Step",
    "Throttle",
    "Wait",
    "WrongLength",
    "error_frame",
    "event_frame",
    "event_stream_body",
    "exception_frame",
]
