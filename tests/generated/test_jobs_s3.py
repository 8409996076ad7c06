"""Results in S3: requests and regions over a recording transport, endpoints as botocore's, moto."""

from __future__ import annotations

import gzip
import importlib
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from drawplate.endpoints import Endpoint
from drawplate.errors import ConnectionLostError, EndpointResolutionError, ServiceError
from drawplate.http import HttpRequest, HttpResponse
from drawplate.jobs import JobTimeoutError, inference_job
from drawplate.jobs._generated.s3 import S3Client, errors, types
from drawplate.jobs._generated.s3._operations import GET_OBJECT
from drawplate.jobs._generated.s3.endpoints import resolve_endpoint
from sagemaker_runtime import errors as runtime_errors
from sagemaker_runtime.types import InvokeEndpointAsyncOutput

from tests.generated.test_moto import post
from tests.runtime.clients import KEY, NOON, SECRET, Recorder, make
from tests.support import ROOT

# What moto and its dependencies are warned about is not this project's affair.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

#: Shapes whose documentation readers of the client look for.
KINDS = {"service", "operation"}
OUTPUT, FAILURE = "s3://bucket/out/abc.out", "s3://bucket/failed/abc.out"
ABSENT = b"<Error><Code>NoSuchKey</Code><Message>no</Message><RequestId>R1</RequestId></Error>"
MISSING = HttpResponse(404, {"content-type": "application/xml"}, ABSENT)
FOUND = HttpResponse(200, {"content-type": "text/csv", "etag": '"1"'}, b"1,2")


def output(uri: str = OUTPUT, failure: str | None = FAILURE) -> InvokeEndpointAsyncOutput:
    return InvokeEndpointAsyncOutput(
        inference_id="abc", output_location=uri, failure_location=failure
    )


def refused(code: str, status: int = 403, **headers: str) -> HttpResponse:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>because</Message></Error>"
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, fields, body.encode())


def elsewhere(status: int, region: str) -> HttpResponse:
    return refused("PermanentRedirect", status, x_amz_bucket_region=region)


def lines(sent: Recorder) -> list[str]:
    return [f"{request.method} {request.url}" for request in sent.requests]


def scope(request: HttpRequest) -> str:
    return request.headers["authorization"].split(",")[0].rpartition(f"{KEY}/")[2]


def test_a_result_is_fetched_and_its_content_type_kept() -> None:
    sent = Recorder(FOUND)
    result = inference_job(make(transport=sent), output()).wait()
    assert (result.body, result.content_type, result.location) == (b"1,2", "text/csv", OUTPUT)
    assert lines(sent) == ["GET https://bucket.s3.us-east-1.amazonaws.com/out/abc.out"]
    assert scope(sent.request) == "20260115/us-east-1/s3/aws4_request"
    assert sent.request.headers["x-amz-content-sha256"].startswith("e3b0c442")
    assert "s3#0.1.0" in sent.request.headers["user-agent"]


def test_what_is_not_there_is_looked_for_at_the_failure_too() -> None:
    sent = Recorder(MISSING, HttpResponse(200, {}, b'{"Message": "out of memory"}'))
    with pytest.raises(runtime_errors.ModelError, match="out of memory"):
        inference_job(make(transport=sent), output()).wait()
    assert [line.rpartition("/")[0][-3:] for line in lines(sent)] == ["out", "led"]


def test_looking_once_fetches_no_result() -> None:
    sent = Recorder(HttpResponse(404), MISSING, HttpResponse(200, {"content-length": "3"}))
    job = inference_job(make(transport=sent), output())
    assert (job.poll(), job.poll()) == ("running", "succeeded")
    assert [line.partition(" ")[0] for line in lines(sent)] == ["HEAD", "GET", "HEAD"]


def test_a_refusal_is_no_answer_and_is_told() -> None:
    sent = Recorder(refused("AccessDenied"))
    with pytest.raises(JobTimeoutError, match="s3:ListBucket") as caught:
        inference_job(make(transport=sent), output()).wait(timeout=0)
    assert [doubt.partition(":")[0] for doubt in caught.value.doubts] == [
        "S3 answered AccessDenied for s3"
    ] * 2


@pytest.mark.parametrize(
    ("answer", "code", "made"),
    [
        (refused("NoSuchBucket", 404), "NoSuchBucket", errors.S3Error),
        (refused("SlowDown", 503), "SlowDown", errors.S3Error),
        (refused("InvalidObjectState", 400), "InvalidObjectState", errors.InvalidObjectState),
    ],
)
def test_other_errors_of_s3_are_raised(
    answer: HttpResponse, code: str, made: type[ServiceError]
) -> None:
    with pytest.raises(made, match="because") as caught:
        inference_job(make(transport=Recorder(answer), retry_limit=0), output()).wait()
    assert (caught.value.code, caught.value.operation) == (code, "GetObject")


def test_s3_is_asked_again_as_the_options_of_the_client_say() -> None:
    sent = Recorder(refused("SlowDown", 503), ConnectionLostError("reset"), FOUND)
    client = make(transport=sent, retry_mode="standard", retry_backoff=lambda _: None)
    assert inference_job(client, output()).wait().body == b"1,2"
    assert [request.headers["amz-sdk-request"][:9] for request in sent.requests] == [
        "attempt=1",
        "attempt=2",
        "attempt=3",
    ]


@pytest.mark.parametrize("status", [301, 307, 400])
def test_a_bucket_of_another_region_is_asked_there_and_remembered(status: int) -> None:
    sent = Recorder(elsewhere(status, "eu-west-1"), MISSING, FOUND)
    with pytest.raises(JobTimeoutError):
        inference_job(make(transport=sent), output(failure=None)).wait(timeout=0)
    job = inference_job(make(transport=sent), output(failure=None))
    assert job.wait(timeout=0).body == b"1,2"
    hosts = [request.url.split("/")[2] for request in sent.requests]
    here, there = "bucket.s3.us-east-1.amazonaws.com", "bucket.s3.eu-west-1.amazonaws.com"
    assert hosts == [here, there, here]
    assert [scope(request).split("/")[1] for request in sent.requests] == [
        "us-east-1",
        "eu-west-1",
        "us-east-1",
    ]


def test_one_job_remembers_the_region_of_its_bucket() -> None:
    sent = Recorder(elsewhere(301, "eu-west-1"), MISSING, FOUND)
    with pytest.raises(runtime_errors.ModelError, match="1,2"):
        inference_job(make(transport=sent), output()).wait()
    hosts = [request.url.split("/")[2] for request in sent.requests]
    assert hosts[1:] == ["bucket.s3.eu-west-1.amazonaws.com"] * 2


def test_a_bucket_that_is_always_elsewhere_is_an_error() -> None:
    sent = Recorder(elsewhere(301, "eu-west-1"), elsewhere(301, "us-west-2"))
    with pytest.raises(errors.S3Error, match="PermanentRedirect"):
        inference_job(make(transport=sent), output()).wait()
    assert len(sent.requests) == 2


@pytest.mark.parametrize("region", ["evil.example.com/", "EU", "", "x" * 64])
def test_what_is_no_region_leads_nowhere(region: str) -> None:
    sent = Recorder(elsewhere(301, region))
    with pytest.raises(errors.S3Error, match="PermanentRedirect"):
        inference_job(make(transport=sent), output()).wait()
    assert len(sent.requests) == 1


def test_heads_without_a_body_tell_the_region_as_well() -> None:
    sent = Recorder(HttpResponse(400, {"x-amz-bucket-region": "eu-west-1"}), HttpResponse(200))
    assert inference_job(make(transport=sent), output()).poll() == "succeeded"
    assert [line.split("/")[2] for line in lines(sent)] == [
        "bucket.s3.us-east-1.amazonaws.com",
        "bucket.s3.eu-west-1.amazonaws.com",
    ]


def test_directory_buckets_are_refused_before_anything_is_sent() -> None:
    sent = Recorder(FOUND)
    uri = "s3://mine--usw2-az1--x-s3/key"
    with pytest.raises(EndpointResolutionError, match="sigv4-s3express"):
        inference_job(make(transport=sent, region="us-west-2"), output(uri)).wait()
    assert sent.requests == []


@pytest.mark.parametrize("uri", ["s3://bucket", "s3://bucket/", "s3:///key"])
def test_a_uri_has_a_bucket_and_a_key(uri: str) -> None:
    with pytest.raises(ValueError, match="is no s3://BUCKET/KEY"):
        inference_job(make(transport=Recorder(FOUND)), output(uri)).wait()


@pytest.mark.parametrize(
    "key", ["a b/c+d", "../up/./x", "a//b", "ä/%2F~", "q?x=1&y#z", "=:;,$@!*'()"]
)
def test_keys_are_sent_and_signed_as_botocore_does(key: str) -> None:
    sent = Recorder(FOUND)
    inference_job(make(transport=sent, session_token="token"), output(f"s3://bucket/{key}")).wait()
    request = sent.request
    boto = importlib.import_module("botocore.auth")
    awsrequest = importlib.import_module("botocore.awsrequest")
    signed = request.headers["authorization"].split("SignedHeaders=")[1].partition(",")[0]
    fields = {name: request.headers[name] for name in signed.split(";") if name != "x-amz-date"}
    made = awsrequest.AWSRequest(method="GET", url=request.url, headers=fields)
    made.headers["X-Amz-Date"] = made.context["timestamp"] = "20260115T123456Z"
    credentials = importlib.import_module("botocore.credentials").Credentials(KEY, SECRET, "token")
    signer = boto.S3SigV4Auth(credentials, "s3", "us-east-1")
    signature = signer.signature(signer.string_to_sign(made, signer.canonical_request(made)), made)
    assert request.headers["authorization"].rpartition("Signature=")[2] == signature


def rule_set() -> Any:
    """botocore's rules of S3, all of them."""
    root = Path(importlib.import_module("botocore").__file__ or "").parent
    (path,) = (root / "data" / "s3" / "2006-03-01").glob("endpoint-rule-set-1.json*")
    return json.loads(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_text()
    )


def provider() -> Any:
    module = importlib.import_module("botocore.endpoint_provider")
    root = Path(module.__file__ or "").parent
    partitions = json.loads((root / "data" / "partitions.json").read_text())
    failure = importlib.import_module("botocore.exceptions").EndpointProviderError
    return module.EndpointProvider(rule_set(), partitions), failure


BUCKETS = [
    "bucket",
    "with.dots",
    "UPPER_case",
    "a b",
    "mine--usw2-az1--x-s3",
    "mine--usw2-az12--x-s3",
    "arn:aws:s3:us-west-2:123456789012:accesspoint:mine",
    "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine",
    "arn:aws:s3::123456789012:accesspoint:mine.mrap",
    "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint:mine",
    "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/mine",
    "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/mine",
    "arn:aws:s3:us-west-2:123456789012:bucket_name:mine",
    "test-accessp-o0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3",
]
REGIONS = [None, "us-east-1", "us-west-2", "cn-north-1", "us-gov-west-1", "aws-global", "a/b"]
ENDPOINTS = [None, "https://s3.example.com", "http://127.0.0.1:9000/base"]


def test_endpoints_are_those_of_the_whole_rule_set() -> None:
    resolver, failure = provider()
    compared = 0
    for bucket, region, fips, dual, endpoint, path in itertools.product(
        BUCKETS, REGIONS, (False, True), (False, True), ENDPOINTS, (False, True)
    ):
        given = {"Bucket": bucket, "Key": "k", "UseFIPS": fips, "UseDualStack": dual}
        given |= {"ForcePathStyle": path, "Accelerate": False, "UseGlobalEndpoint": False}
        given |= {"DisableMultiRegionAccessPoints": False}
        given |= {} if region is None else {"Region": region}
        given |= {} if endpoint is None else {"Endpoint": endpoint}
        try:
            found = resolver.resolve_endpoint(**given)
            expected: object = Endpoint(found.url, found.headers, found.properties)
        except failure as error:
            expected = str(error)
        try:
            made: object = resolve_endpoint(
                bucket=bucket,
                region=region,
                use_fips=fips,
                use_dual_stack=dual,
                endpoint=endpoint,
                force_path_style=path,
                key="k",
            )
        except EndpointResolutionError as error:
            made = str(error)
        if isinstance(expected, str) and isinstance(made, str):
            assert made in expected, given
        else:
            assert made == expected, given
        compared += 1
    assert compared == len(BUCKETS) * len(REGIONS) * len(ENDPOINTS) * 8


def test_an_output_of_get_object() -> None:
    fields = {
        "last-modified": "Thu, 15 Jan 2026 12:34:56 GMT",
        "content-length": "3",
        "x-amz-meta-Model": "v1",
        "expires": "0",
        "x-amz-delete-marker": "false",
    }
    out = GET_OBJECT.parse(HttpResponse(200, fields, b"abc"))
    assert isinstance(out, types.GetObjectOutput)
    assert (out.body.read(), out.content_length, out.expires) == (b"abc", 3, "0")
    assert (out.metadata_, out.delete_marker) == ({"model": "v1"}, False)
    assert out.last_modified is not None
    assert out.last_modified.timestamp() == NOON


def test_moto_stores_a_result_and_the_job_finds_it(server: str) -> None:
    post(f"{server}/moto-api/reset", {})
    boto3: Any = importlib.import_module("boto3")
    s3 = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=server,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
    )
    s3.create_bucket(Bucket="bucket")
    s3.put_object(
        Bucket="bucket", Key="out/a b.out", Body=b'{"x": 1}', ContentType="application/json"
    )
    s3.put_object(Bucket="bucket", Key="failed/c.out", Body=b"Traceback: no memory")
    environ = {"AWS_ENDPOINT_URL_S3": server}
    with make(endpoint=server, environ=environ) as client:
        job = inference_job(client, output("s3://bucket/out/a b.out"))
        assert job.poll() == "succeeded"
        result = job.wait(timeout=10)
        assert (result.json(), result.content_type) == ({"x": 1}, "application/json")
        failed = inference_job(client, output("s3://bucket/out/c.out", "s3://bucket/failed/c.out"))
        with pytest.raises(runtime_errors.ModelError, match="no memory"):
            failed.wait(timeout=10)
        with pytest.raises(errors.S3Error, match="NoSuchBucket"):
            inference_job(client, output("s3://nowhere/x")).wait(timeout=0)


def test_everything_that_the_client_of_s3_has_is_documented() -> None:
    documents = json.loads((ROOT / "model" / "s3" / "docs.json").read_text())["shapes"]
    model = json.loads((ROOT / "model" / "s3" / "service.json").read_text())["shapes"]
    named = {shape_id for shape_id, shape in model.items() if shape["type"] in KINDS}
    kept = {
        f"{shape_id}${member}"
        for shape_id, shape in model.items()
        if shape["type"] == "structure"
        for member in shape["members"]
    }
    assert named <= documents.keys()
    assert {shape_id for shape_id in documents if "$" in shape_id} == kept


def test_it_is_a_client_like_any_other() -> None:
    sent = Recorder(HttpResponse(200, {"content-length": "3"}))
    client = S3Client(
        region="us-east-1",
        environ={},
        transport=sent,
        access_key_id=KEY,
        secret_access_key=SECRET,
    )
    assert client.operation_names == ["get_object", "head_object"]
    assert client.head_object(bucket="bucket", key="a").content_length == 3
    assert lines(sent) == ["HEAD https://bucket.s3.us-east-1.amazonaws.com/a"]
