"""`update-model` on a botocore of a few lines: files, report, exit code."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from codegen.faults import GenerationError
from codegen.importer.botocore import Models, read_partitions, read_service
from codegen.importer.cli import run_update_model
from codegen.importer.update import UpdateReport, update_model
from tests.codegen.botocore_models import NAMESPACE, operation, service

TEXT = {"type": "string"}
CLIP = {"type": "structure", "members": {"Size": {"shape": "Text"}}}
PARTITIONS = {
    "partitions": [
        {
            "id": "aws",
            "regions": {
                "us-east-1": {"description": "Here"},
                "eu-west-1": {"description": "There"},
            },
            "regionRegex": "^us",
            "outputs": {"name": "aws"},
        }
    ],
    "version": "1.1",
}
PACKAGE = """\
distribution = "paper-clip"
package = "paper_clip"
client = "PaperClip"
source = "botocore 1.2.3"
title = "Paper Clip"
service_name = "Clips"
"""


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(value).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@pytest.fixture
def models(tmp_path: Path) -> Models:
    data = tmp_path / "botocore"
    write(data / "partitions.json", PARTITIONS)
    write(data / "clip/2019-01-01/service-2.json", service(protocol="query"))
    write(data / "clip/2024-02-29/service-2.json.gz", service({"Clip": CLIP, "Text": TEXT}))
    return Models(data, "1.2.3")


def test_newest_version_is_read_with_all_its_files(models: Models) -> None:
    folder = models.data / "clip/2024-02-29"
    write(folder / "service-2.json.gz", service({}, operation("Bend")))
    write(folder / "service-2.sdk-extras.json", {"merge": {"metadata": {"serviceId": "Klip"}}})
    write(folder / "endpoint-rule-set-1.json.gz", {"version": "1.0", "parameters": {}, "rules": []})
    write(folder / "endpoint-bdd-1.json.gz", {})
    paginator = {"input_token": "In", "output_token": "Out"}
    write(folder / "paginators-1.json", {"pagination": {"Bend": paginator}})
    more = {"Bend": {"non_aggregate_keys": ["Total"]}}
    write(folder / "paginators-1.sdk-extras.json", {"merge": {"pagination": more}})
    acceptor = {"state": "success", "matcher": "status", "expected": 200}
    waiter = {"operation": "Bend", "delay": 1, "maxAttempts": 1, "acceptors": [acceptor]}
    write(folder / "waiters-2.json", {"version": 2, "waiters": {"Bent": waiter}})
    imported = read_service(models, "clip", service_name="Clips")
    assert imported.origin == "clip/2024-02-29"
    assert imported.notes == ("endpoint-bdd-1.json is left alone: the rule set says the same",)
    assert imported.ast["shapes"] == {
        "com.amazonaws.klip#Bend": {
            "type": "operation",
            "input": {"target": "smithy.api#Unit"},
            "output": {"target": "smithy.api#Unit"},
            "traits": {
                "smithy.api#http": {"method": "POST", "uri": "/clips", "code": 200},
                "smithy.api#paginated": {"inputToken": "In", "outputToken": "Out"},
                "smithy.waiters#waitable": {
                    "Bent": {
                        "acceptors": [{"state": "success", "matcher": {"success": True}}],
                        "minDelay": 1,
                    }
                },
            },
        },
        "com.amazonaws.klip#Clips": {
            "type": "service",
            "version": "2024-02-29",
            "operations": [{"target": "com.amazonaws.klip#Bend"}],
            "traits": {
                "aws.api#service": {
                    "sdkId": "Klip",
                    "endpointPrefix": "clips",
                    "docId": "clips-2024-02-29",
                },
                "aws.auth#sigv4": {"name": "clip"},
                "aws.protocols#restJson1": {},
                "smithy.api#title": "Amazon Paper Clip",
                "smithy.rules#endpointRuleSet": {"version": "1.0", "parameters": {}, "rules": []},
            },
        },
    }


def test_partitions_keep_facts_and_drop_descriptions(models: Models) -> None:
    made = read_partitions(models)
    assert json.dumps(made) == json.dumps(
        {
            "partitions": [
                {
                    "id": "aws",
                    "outputs": {"name": "aws"},
                    "regionRegex": "^us",
                    "regions": {"eu-west-1": {}, "us-east-1": {}},
                }
            ],
            "version": "1.1",
        }
    )


def test_first_update_of_a_service(models: Models, tmp_path: Path) -> None:
    report = update_model("clip", tmp_path / "model", models=models)
    assert report == UpdateReport(
        service="clip",
        origin="botocore 1.2.3, clip/2024-02-29",
        changes=("added service.json", "added partitions.json"),
        undocumented=(
            f"{NAMESPACE}#Clip",
            f"{NAMESPACE}#Clip$Size",
            f"{NAMESPACE}#PaperClip",
        ),
        obsolete=(),
        notes=("package.toml is missing; write it to choose the package's names",),
    )
    written = json.loads((tmp_path / "model/clip/service.json").read_text(encoding="utf-8"))
    assert written == read_service(models, "clip").ast
    partitions = json.loads((tmp_path / "model/partitions.json").read_text(encoding="utf-8"))
    assert partitions == read_partitions(models)


def test_later_update_says_what_changed(models: Models, tmp_path: Path) -> None:
    folder = tmp_path / "model/clip"
    folder.mkdir(parents=True)
    (folder / "package.toml").write_text(PACKAGE, encoding="utf-8")
    update_model("clip", tmp_path / "model", models=models)
    text = {"type": "apply", "traits": {"smithy.api#documentation": "Text."}}
    documented = {f"{NAMESPACE}#{name}": text for name in ("Clip", "Clip$Age", "Clips")}
    write(folder / "docs.json", {"smithy": "2.0", "shapes": documented})
    clip = {"type": "structure", "members": {"Size": {"shape": "Size"}, "Kind": {"shape": "Size"}}}
    model = service({"Clip": clip, "Size": {"type": "long", "max": 1}}, signingName="staple")
    write(models.data / "clip/2024-02-29/service-2.json.gz", model)
    report = update_model("clip", tmp_path / "model", models=Models(models.data, "1.2.4"))
    at = f"service.json#/shapes/{NAMESPACE}#"
    assert report == UpdateReport(
        service="clip",
        origin="botocore 1.2.4, clip/2024-02-29",
        changes=(
            f"changed {at}Clip/members/Size/target",
            f"added {at}Clip/members/Kind",
            f"changed {at}Clips/traits/aws.auth#sigv4/name",
            f"removed {at}Text",
            f"added {at}Size",
        ),
        undocumented=(f"{NAMESPACE}#Clip$Size", f"{NAMESPACE}#Clip$Kind"),
        obsolete=(f"{NAMESPACE}#Clip$Age",),
        notes=("`source` in package.toml does not name botocore 1.2.4",),
    )
    assert str(report).splitlines() == [
        "clip: botocore 1.2.4, clip/2024-02-29",
        *report.changes,
        f"lacks documentation: {NAMESPACE}#Clip$Size",
        f"lacks documentation: {NAMESPACE}#Clip$Kind",
        f"documented but gone: {NAMESPACE}#Clip$Age",
        "note: `source` in package.toml does not name botocore 1.2.4",
    ]


def test_what_package_toml_leaves_out_needs_no_text(models: Models, tmp_path: Path) -> None:
    (tmp_path / "clip").mkdir()
    kept = f'{PACKAGE}operations = ["Bend"]\n'
    (tmp_path / "clip/package.toml").write_text(kept, encoding="utf-8")
    shapes: dict[str, Any] = {
        "Clip": {"type": "structure", "members": {"Clip": {"shape": "Clip"}}},
        "Pin": {"type": "structure", "members": {"Size": {"shape": "Text"}}},
        "Broken": {"type": "structure", "members": {}, "exception": True},
        "Text": TEXT,
    }
    operations = {
        **operation("Bend", output={"shape": "Clip"}, errors=[{"shape": "Broken"}]),
        **operation("Cut", output={"shape": "Pin"}),
    }
    write(models.data / "clip/2024-02-29/service-2.json.gz", service(shapes, operations))
    assert update_model("clip", tmp_path, models=models).undocumented == tuple(
        f"{NAMESPACE}#{name}" for name in ("Bend", "Broken", "Clip", "Clip$Clip", "Clips")
    )


def test_second_update_changes_nothing(models: Models, tmp_path: Path) -> None:
    update_model("clip", tmp_path, models=models)
    before = (tmp_path / "clip/service.json").read_bytes()
    assert update_model("clip", tmp_path, models=models).changes == ()
    assert (tmp_path / "clip/service.json").read_bytes() == before


def test_order_alone_is_a_change(models: Models, tmp_path: Path) -> None:
    update_model("clip", tmp_path, models=models)
    path = tmp_path / "clip/service.json"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert update_model("clip", tmp_path, models=models).changes == ("reordered service.json",)


def test_nothing_is_written_for_a_model_with_faults(models: Models, tmp_path: Path) -> None:
    write(models.data / "clip/2024-02-29/service-2.json.gz", service(glue=1))
    with pytest.raises(GenerationError) as caught:
        update_model("clip", tmp_path / "model", models=models)
    assert [(fault.file, fault.pointer) for fault in caught.value.faults] == [
        ("clip/2024-02-29/service-2.json", "/metadata/glue")
    ]
    assert not (tmp_path / "model").exists()


def test_unknown_service(models: Models) -> None:
    with pytest.raises(GenerationError) as caught:
        read_service(models, "klip")
    assert str(caught.value) == (
        "klip: botocore has no such service; name a folder of botocore/data, as sagemaker-runtime"
    )


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sagemaker-runtime", "no-such-service", "--model-dir", str(tmp_path)]
    assert run_update_model(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines()[1:3] == [
        "added service.json",
        "added partitions.json",
    ]
    assert printed.err == (
        "no-such-service: botocore has no such service; "
        "name a folder of botocore/data, as sagemaker-runtime\n"
    )
    assert run_update_model(["sagemaker-runtime", "--model-dir", str(tmp_path)]) == 0
