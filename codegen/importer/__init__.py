"""Imports botocore's service models: service-2.json in, Smithy JSON AST 2.0 out."""

from __future__ import annotations

from codegen.importer.reading import ImportFault
from codegen.importer.service import import_service

__all__ = ["ImportFault", "import_service"]
