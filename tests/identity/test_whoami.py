"""`python -m drawplate whoami`."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from drawplate import __version__
from drawplate._whoami import main
from drawplate.http import HttpResponse

from tests.identity.support import MARKER, Script, assumed

LASTING = 4_102_444_800.0  # 2100-01-01
IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
    "<Arn>arn:aws:iam::12:user/me</Arn><UserId>AIDA</UserId><Account>12</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


def home(folder: Path, config: str = "") -> dict[str, str]:
    (folder / ".aws").mkdir()
    (folder / ".aws" / "config").write_text(config)
    return {"HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true"}


def whoami(environ: dict[str, str], *arguments: str, script: Script | None = None) -> str:
    out = io.StringIO()
    status = main(["whoami", *arguments], environ=environ, transport=script or Script(), out=out)
    assert status == 0
    return out.getvalue()


def test_keys_of_the_environment(tmp_path: Path) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7ABCD", "AWS_SECRET_ACCESS_KEY": MARKER}
    assert whoami(home(tmp_path) | keys) == (
        "provider:    environment\n"
        "profile:     default\n"
        "account id:  not known to the provider\n"
        "access key:  ...ABCD\n"
        "expires:     never\n"
    )


KEYS = f"aws_access_key_id = AKID\naws_secret_access_key = {MARKER}\naws_account_id = 12\n"


def test_a_profile_and_whom_it_belongs_to(tmp_path: Path) -> None:
    script = Script(HttpResponse(200, {}, IDENTITY.encode()))
    environ = home(tmp_path, f"[profile dev]\n{KEYS}")
    arguments = ("--profile", "dev", "--region", "eu-west-1", "--verify")
    assert whoami(environ, *arguments, script=script) == (
        "provider:    keys of profile 'dev'\n"
        "profile:     dev\n"
        "account id:  12\n"
        "access key:  ...AKID\n"
        "expires:     never\n"
        "verified as: arn:aws:iam::12:user/me\n"
        "user id:     AIDA\n"
        "of account:  12\n"
    )
    assert script.asked == ["POST https://sts.eu-west-1.amazonaws.com/"]


def test_a_role_with_its_end(tmp_path: Path) -> None:
    config = (
        "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nregion = us-east-1\n"
        f"[profile base]\n{KEYS}"
    )
    script = Script(assumed(LASTING))
    assert whoami(home(tmp_path, config), script=script) == (
        "provider:    assume role\n"
        "profile:     default\n"
        "account id:  123456789012\n"
        "access key:  ...ASIA\n"
        "expires:     2100-01-01T00:00:00Z\n"
    )


@pytest.mark.parametrize(
    ("config", "arguments", "message"),
    [
        ("", (), "MissingCredentialsError: unable to sign the request: no credentials were found."),
        ("", ("--profile", "dev"), "NoSuchProfileError: profile 'dev' is not in "),
        ("x", (), "ConfigParseError: "),
        (
            f"[default]\n{KEYS}",
            ("--verify",),
            "MissingRegionError: to call STS for credentials: no region was given",
        ),
    ],
)
def test_what_is_wrong_goes_to_standard_error(
    tmp_path: Path,
    config: str,
    arguments: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["whoami", *arguments], environ=home(tmp_path, config)) == 1
    told = capsys.readouterr()
    assert told.err.startswith(message)
    assert MARKER not in told.out + told.err


def test_a_refusal_of_the_service_goes_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = home(tmp_path, f"[default]\nregion = us-east-1\n{KEYS}")
    script = Script(HttpResponse(403, {}, b"<ErrorResponse/>"))
    assert main(["whoami", "--verify"], environ=environ, transport=script) == 1
    assert "status 403" in capsys.readouterr().err


def test_it_is_a_command(tmp_path: Path) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7ABCD", "AWS_SECRET_ACCESS_KEY": MARKER}
    run = subprocess.run(
        [sys.executable, "-m", "drawplate", "whoami"],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONPATH": ":".join(sys.path), **home(tmp_path), **keys},
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[3] == "access key:  ...ABCD"


def test_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"{__version__}\n"
