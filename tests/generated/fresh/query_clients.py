"""Clients of query services, generated out of the installed botocore's models when asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from drawplate.options import ClientOptions

from codegen.importer.botocore import installed_models
from codegen.load import load
from codegen.model import Operation
from codegen.names import snake_case
from codegen.pipeline import generate_package
from codegen.plan.context import Context
from codegen.resolve import resolve
from codegen.write import write
from tests.protocol.values import Values
from tests.runtime.clients import KEY, SECRET, noon
from tests.support import ROOT


class QueryPackage:
    """A generated package, with what its model says."""

    def __init__(self, service: str, folder: Path, operations: tuple[str, ...] | None) -> None:
        model = max((installed_models().data / service).iterdir())
        loaded = load([model], partitions=ROOT / "model" / "partitions.json")
        config = replace(
            loaded.config, package=f"query_{snake_case(service)}", operations=operations
        )
        loaded = replace(loaded, config=config)
        self.folder = folder
        write(generate_package(loaded), folder)
        importlib.invalidate_caches()
        self.module = importlib.import_module(config.package)
        self._client = f"{config.client}Client"
        resolved = resolve(loaded)
        self.context = Context(resolved, config)
        self.values = Values(self.context)
        self.operations = resolved.operations

    def client(self, **options: Any) -> Any:
        """A client for us-east-1 at noon that knows no environment."""
        given: ClientOptions = {
            "region": "us-east-1",
            "environ": {},
            "clock": noon,
            "access_key_id": KEY,
            "secret_access_key": SECRET,
            "retry_limit": 0,
        }
        return getattr(self.module, self._client)(**{**given, **options})

    def call(self, operation: Operation, members: Mapping[str, Any], **options: Any) -> Any:
        """The output of an operation; `members` have their names in the model."""
        method, _ = self.context.operation_names(operation)
        arguments = self._arguments(operation.input, members)
        return getattr(self.client(**options), method)(**arguments)

    def _arguments(self, shape_id: str, value: Any) -> Any:
        shape = self.context.shape(shape_id)
        if shape.type in ("structure", "union"):
            return {
                self.context.attribute(shape.id, member.name): self._arguments(
                    member.target, value[member.name]
                )
                for member in shape.members
                if member.name in value
            }
        if shape.type == "list":
            return [self._arguments(shape.members[0].target, item) for item in value]
        if shape.type == "map":
            return {k: self._arguments(shape.members[1].target, v) for k, v in value.items()}
        return value
