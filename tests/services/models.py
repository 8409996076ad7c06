"""The services of the installed botocore that clients can be made for."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.importer.botocore import installed_models


@dataclass(frozen=True, slots=True)
class Model:
    """The newest model of a service."""

    name: str
    """As botocore names it, as "sagemaker-runtime"."""
    service_id: str
    path: Path
    operations: int
    shapes: int


def services() -> list[Model]:
    """Every service whose protocol clients speak, and that is signed in a way still in use.

    By name; of several names of one service the first. S3 is left out: nobody imports it whole, for
    its waiters look at statuses, and one of its operations answers with events in XML.
    """
    found: dict[str, Model] = {}
    for model in _services():
        found.setdefault(model.service_id, model)
    return list(found.values())


def _services() -> Iterator[Model]:
    every = installed_models().data.iterdir()
    folders = sorted(path for path in every if path.is_dir() and path.name != "s3")
    for folder in folders:
        versions = sorted(folder.glob("*/service-2.json*"))
        files = [path for path in versions if ".sdk-extras." not in path.name]
        if not files:
            continue
        data = files[-1].read_bytes()
        content: dict[str, Any] = json.loads(
            gzip.decompress(data) if files[-1].suffix == ".gz" else data
        )
        metadata = content["metadata"]
        spoken = {metadata["protocol"], *metadata.get("protocols", ())}
        if spoken & {"rest-json", "rest-xml", "query"} and metadata["signatureVersion"] != "v2":
            counts = (len(content["operations"]), len(content["shapes"]))
            service_id = metadata["serviceId"]
            yield Model(folder.name, service_id, files[-1].parent, *counts)
