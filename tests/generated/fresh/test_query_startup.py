"""What a program loads for a client of a query service, and what only for its first answer."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.generated.fresh.conftest import Build

PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)  # what measures coverage has imported some
from drawplate.http import HttpResponse
from query_sts import STSClient

class Transport:
    def send(self, request):
        return HttpResponse(200, {}, b"<GetCallerIdentityResponse/>")

client = STSClient(
    region="us-east-1", environ={}, access_key_id="k", secret_access_key="s", transport=Transport()
)
made = set(sys.modules)
client.get_caller_identity()
print(json.dumps([sorted(made - before), sorted(set(sys.modules) - made)]))
"""


def test_xml_is_loaded_with_the_client_and_its_parser_with_an_answer(build: Build) -> None:
    command = [sys.executable, "-c", PROGRAM, str(build("sts").folder)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    by_client, by_call = map(set, json.loads(run.stdout))
    assert "drawplate.xml" in by_client
    assert "pyexpat" in by_call
    assert not {"asyncio", "urllib3", "xml.etree", "xml.dom"} & (by_client | by_call)
