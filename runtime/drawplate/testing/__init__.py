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
    Fail,
    Fault,
    FlipBit,
    OneByteWrites,
    PauseInBody,
    ResetInBody,
    WrongLength,
)
from drawplate.testing._frames import Frame, error_frame, event_frame, exception_frame
from drawplate.testing._http import Framing, HangUp, Pause, ReceivedRequest, Reply, Step
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
    "EndpointError",
    "Fail",
    "Fault",
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
    "Reply",
    "ResetInBody",
    "Step",
    "WrongLength",
    "error_frame",
    "event_frame",
    "exception_frame",
]
