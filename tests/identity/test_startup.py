"""What is imported for credentials: the modules of those providers that are used, and no others."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.identity.support import assumed

#: One of each kind of provider, and the clients that they call.
PROVIDERS = {
    "assume_role",
    "container",
    "instance_metadata",
    "login",
    "process",
    "shared_files",
    "sso",
    "sso_token",
    "tokens",
    "web_identity",
    "_generated",
    "_generated.sts",
    "_generated.sso",
    "_generated.sso_oidc",
    "_generated.signin",
}

PROGRAM = """
import json, os, sys
{code}
prefix = "drawplate.identity."
print(json.dumps([
    sorted(name.removeprefix(prefix) for name in sys.modules if name.startswith(prefix)),
    [name for name in {slow!r} if name in sys.modules],
]))
"""
SLOW = ["cryptography", "dataclasses", "subprocess", "urllib3", "xml.parsers.expat"]


def loaded(code: str, **environ: str) -> tuple[set[str], list[str]]:
    """Providers that a program imports, and slow modules."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(code=code, slow=SLOW)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "", "PYTHONPATH": ":".join(sys.path), **environ},
    )
    assert run.returncode == 0, run.stderr
    found, slow = json.loads(run.stdout)
    return set(found) & PROVIDERS, slow


CLIENT = "from sagemaker_runtime import SageMakerRuntimeClient\n"
MAKE = CLIENT + 'client = SageMakerRuntimeClient(region="us-east-1")\n'
ASK = MAKE + "client.config.credentials.credentials\n"


@pytest.mark.parametrize(
    ("code", "environ", "expected"),
    [
        (CLIENT, {}, set[str]()),
        (MAKE, {}, set[str]()),
        (ASK, {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}, set[str]()),
        ("import drawplate.identity", {}, set[str]()),
        (
            "from drawplate.identity import ProcessCredentials",
            {},
            {"process"},
        ),
        (
            MAKE
            + "from drawplate.errors import CredentialsError\n"
            + "try:\n    client.config.credentials.credentials\nexcept CredentialsError:\n    pass",
            {"AWS_EC2_METADATA_DISABLED": "true"},
            {"instance_metadata"},
        ),
    ],
)
def test_providers_that_are_imported(
    code: str, environ: dict[str, str], expected: set[str]
) -> None:
    assert loaded(code, **environ) == (expected, [])


def test_a_client_with_keys_imports_nothing_of_identity() -> None:
    keys = 'region="us-east-1", access_key_id="a", secret_access_key="b"'
    code = f"{CLIENT}SageMakerRuntimeClient({keys}).config.credentials.credentials\n"
    code += 'assert "drawplate.identity" not in sys.modules'
    assert loaded(code) == (set(), [])


def test_a_role_imports_the_client_of_sts_and_no_other(tmp_path: Any) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n"
        "[profile base]\naws_access_key_id = a\naws_secret_access_key = b\n"
    )
    answer = assumed(9_999_999_999).body
    code = f"""
from drawplate.http import HttpResponse
class Sts:
    def send(self, request):
        return HttpResponse(200, dict(), {answer!r})
{CLIENT}
client = SageMakerRuntimeClient(region="us-east-1", transport=Sts())
from drawplate._sync import run
run(client.config.credentials.resolve(), Sts(), None)
"""
    found, slow = loaded(code, AWS_CONFIG_FILE=str(config))
    assert found == {"assume_role", "_generated", "_generated.sts"}
    assert slow == ["xml.parsers.expat"]
