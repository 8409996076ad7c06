"""Asynchronous inference to the end: a job that waits for the result that a call was promised.

    out = client.invoke_endpoint_async(endpoint_name="e", input_location="s3://bucket/in.json")
    job = inference_job(client, out)
    job.wait(timeout=600).json()

With an async client it is `(await job).json()`. The model's overlay says which operations promise
a result (`drawplate#storedResult`).
"""

from __future__ import annotations

from drawplate.jobs._async_job import AsyncInferenceJob
from drawplate.jobs._flow import (
    JobError,
    JobExpiredError,
    JobResult,
    JobStatus,
    JobTimeoutError,
)
from drawplate.jobs._job import InferenceJob, inference_job
from drawplate.jobs._objects import FileGetter, ObjectGetter, StoredObject

__all__ = [
    "AsyncInferenceJob",
    "FileGetter",
    "InferenceJob",
    "JobError",
    "JobExpiredError",
    "JobResult",
    "JobStatus",
    "JobTimeoutError",
    "ObjectGetter",
    "StoredObject",
    "inference_job",
]
