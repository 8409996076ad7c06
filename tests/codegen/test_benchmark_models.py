"""The made-up services whose clients are benchmarked."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.growth import FEW, MANY, model
from codegen.load import load
from codegen.pipeline import generate_package


def test_clients_have_as_many_operations_and_parameters_as_are_measured(tmp_path: Path) -> None:
    path = tmp_path / "grown.json"
    path.write_text(json.dumps(model(4)), encoding="utf-8")
    package = generate_package(load([path]))
    [client] = (text for name, text in package.items() if name.endswith("/client.py"))
    methods = [text for text in client.split("    def ")[1:] if "body: Blob | None" in text]
    # The body is optional as well.
    assert {text.partition("(")[0]: text.count(" | None = None") - 1 for text in methods} == {
        "few": FEW,
        "many": MANY,
        "act0": FEW,
        "act1": FEW,
    }
