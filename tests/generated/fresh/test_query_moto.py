"""moto's server answers the generated client of STS."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.generated.fresh.conftest import Build

# What moto and its dependencies are warned about is not this project's affair.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ROLE = "arn:aws:iam::123456789012:role/demo"


def test_get_caller_identity(server: str, build: Build) -> None:
    package = build("sts")
    with package.client(endpoint=server) as client:
        output = client.get_caller_identity()
    assert output.account == "123456789012"
    assert output.arn == "arn:aws:sts::123456789012:user/moto"
    assert output.user_id
    assert output.metadata.request_id


def test_assume_role(server: str, build: Build) -> None:
    package = build("sts")
    with package.client(endpoint=server) as client:
        output = client.assume_role(
            role_arn=ROLE,
            role_session_name="me",
            duration_seconds=900,
            tags=[{"key": "a b", "value": "ü&="}],
            policy_arns=[{"arn": "arn:aws:iam::123456789012:policy/p"}],
        )
        credentials = output.credentials
        assert output.assumed_role_user.arn == "arn:aws:sts::123456789012:assumed-role/demo/me"
        assert credentials.access_key_id.startswith("ASIA")
        assert credentials.expiration > datetime(2026, 1, 1, tzinfo=UTC)
        role = package.client(
            endpoint=server,
            access_key_id=credentials.access_key_id,
            secret_access_key=credentials.secret_access_key,
            session_token=credentials.session_token,
        )
        assert role.get_caller_identity().arn == output.assumed_role_user.arn


def test_assume_role_with_web_identity_is_not_signed(server: str, build: Build) -> None:
    package = build("sts")
    with package.client(endpoint=server, access_key_id=None, secret_access_key=None) as client:
        output = client.assume_role_with_web_identity(
            role_arn=ROLE, role_session_name="me", web_identity_token="a.b.c"
        )
    assert output.assumed_role_user.arn == "arn:aws:sts::123456789012:assumed-role/demo/me"
