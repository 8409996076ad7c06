"""Services of botocore with XML in their bodies, and models with few of their operations."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from codegen.importer.botocore import installed_models, read_service
from codegen.importer.update import update_model
from codegen.load import load
from codegen.pipeline import generate_package
from tests.codegen.botocore_models import api, imported, operation, ref, service

XML: dict[str, Any] = {"protocol": "rest-xml", "protocols": ["rest-xml"]}
TEXT = {"type": "string"}
LINK = "https://clips.example/doc/"


def test_elements_and_bindings_both_count() -> None:
    made = imported(
        service(
            {
                "BendInput": {
                    "type": "structure",
                    "members": {
                        "Name": {"shape": "Text", "location": "uri", "locationName": "name"},
                        "Size": {"shape": "Text", "locationName": "size", "xmlAttribute": True},
                        "Tags": {"shape": "Tags", "xmlNamespace": {"uri": LINK, "prefix": "t"}},
                        "Kind": {"shape": "Text", "location": "header", "locationName": "X-Kind"},
                    },
                },
                "BendOutput": {
                    "type": "structure",
                    "members": {"Body": {"shape": "Bent", "locationName": "bent"}},
                    "payload": "Body",
                },
                "Bent": {"type": "structure", "members": {"Size": {"shape": "Text"}}},
                "Tags": {
                    "type": "list",
                    "member": {"shape": "Text", "locationName": "Tag"},
                    "flattened": True,
                },
                "Text": TEXT,
            },
            operation(
                "Bend",
                "/bend/{name}",
                input={
                    "shape": "BendInput",
                    "locationName": "Bend",
                    "xmlNamespace": {"uri": LINK},
                },
                output={"shape": "BendOutput"},
            ),
            **XML,
        )
    )
    assert made["BendInput"]["members"] == {
        "Name": {**ref("Text"), "traits": api(httpLabel={})},
        "Size": {**ref("Text"), "traits": api(xmlAttribute={}, xmlName="size")},
        "Tags": {
            **ref("Tags"),
            "traits": api(
                xmlFlattened={}, xmlName="Tag", xmlNamespace={"uri": LINK, "prefix": "t"}
            ),
        },
        "Kind": {**ref("Text"), "traits": api(httpHeader="X-Kind")},
    }
    assert made["BendInput"]["traits"] == api(input={}, xmlName="Bend", xmlNamespace={"uri": LINK})
    assert made["BendOutput"]["members"] == {
        "Body": {**ref("Bent"), "traits": api(httpPayload={}, xmlName="bent")}
    }


def test_a_trimmed_model_has_what_its_operations_reach(tmp_path: Path) -> None:
    folder = tmp_path / "s3"
    folder.mkdir()
    (folder / "package.toml").write_text(
        'distribution = "s3"\npackage = "s3"\nclient = "S3"\ntitle = "S3"\n'
        f'source = "botocore {installed_models().version}"\noperations = ["HeadObject"]\n'
        "trims_model = true\n"
    )
    report = update_model("s3", tmp_path)
    shapes = json.loads((folder / "service.json").read_text())["shapes"]
    operations = [name for name, shape in shapes.items() if shape["type"] == "operation"]
    assert operations == ["com.amazonaws.s3#HeadObject"]
    assert "com.amazonaws.s3#ListBucketsOutput" not in shapes
    assert "com.amazonaws.s3#HeadObject" in report.undocumented
    assert "paginated" not in json.dumps(shapes)


def test_a_service_of_botocore_becomes_a_package(tmp_path: Path) -> None:
    path = tmp_path / "service.json"
    path.write_text(json.dumps(read_service(installed_models(), "route53").ast))
    assert any(file.endswith("_serializers.py") for file in generate_package(load([path])))


def test_operations_of_s3_become_a_package(tmp_path: Path) -> None:
    kept = ("DeleteObjects", "GetBucketAcl", "GetBucketLocation", "ListObjectsV2", "PutObject")
    path = tmp_path / "s3.json"
    path.write_text(json.dumps(read_service(installed_models(), "s3", operations=kept).ast))
    files = generate_package(load([path]))
    (serializers,) = [text for file, text in files.items() if file.endswith("_serializers.py")]
    # The rules put the bucket where it belongs, so that no path has it.
    assert re.search(r"params\.bucket\b", serializers) is None
    assert '"""POST /?delete"""' in serializers
