"""The command line of the runtime: who would sign the requests of a client made here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from drawplate import __version__
from drawplate.errors import DrawplateError, NoSuchProfileError
from drawplate.identity import Surroundings, default_chain
from drawplate.identity._blocking import run_flow

if TYPE_CHECKING:
    from drawplate.credentials import Credentials
    from drawplate.http import Transport
    from drawplate.identity import CredentialChain

_EXAMPLES = """\
examples:
  python -m drawplate whoami
  python -m drawplate whoami --profile dev --region eu-central-1 --verify

exit status: 0 there are credentials; 1 there are none, and standard error says why"""


def main(
    argv: Sequence[str] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    transport: Transport | None = None,
    out: TextIO | None = None,
) -> int:
    """Run the command and return its exit status; the arguments by name are for tests."""
    options = _parser().parse_args(argv)
    around = Surroundings(
        environ, profile=options.profile, region=options.region, transport=transport
    )
    try:
        for line in _lines(around, verify=options.verify):
            print(line, file=out or sys.stdout)
    except DrawplateError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m drawplate", description="Tools for people who use generated clients."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    whoami = commands.add_parser(
        "whoami",
        help="say whose credentials a client would sign with",
        description="Find credentials as a client without credentials of its own does, and say "
        "where they came from. No secret is printed.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whoami.add_argument("--profile", metavar="P", help="the profile, in place of AWS_PROFILE")
    whoami.add_argument("--region", metavar="R", help="the region, in place of AWS_REGION")
    whoami.add_argument(
        "--verify", action="store_true", help="ask AWS STS whom the credentials belong to"
    )
    return parser


def _lines(around: Surroundings, *, verify: bool) -> Iterator[str]:
    if around.profile not in around.files.profiles and around.profile != "default":
        raise NoSuchProfileError(
            f"profile {around.profile!r} is not in {around.files.places}; add it there, or choose "
            "another"
        )
    chain = default_chain(around)
    found = chain.credentials
    yield _line("provider", _provider(chain, around))
    yield _line("profile", around.profile)
    yield _line("account id", found.account_id or "not known to the provider")
    yield _line("access key", f"...{found.access_key_id[-4:]}")
    end = found.expiration
    yield _line("expires", "never" if end is None else f"{end:%Y-%m-%dT%H:%M:%SZ}")
    if verify:
        yield from _verified(around, found)


def _verified(around: Surroundings, found: Credentials) -> Iterator[str]:
    from drawplate.identity._generated.sts import types
    from drawplate.identity._generated.sts._operations import GET_CALLER_IDENTITY
    from drawplate.identity._service_calls import call_sts

    flow = call_sts(
        GET_CALLER_IDENTITY, types.GetCallerIdentityRequest(), around, credentials=found
    )
    answer = run_flow(flow, around.transport)
    yield _line("verified as", answer.arn or "")
    yield _line("user id", answer.user_id or "")
    yield _line("of account", answer.account or "")


def _provider(chain: CredentialChain, around: Surroundings) -> str:
    name: str | None = getattr(chain.chosen, "name", None)
    return name or f"keys of profile {around.profile!r}"


def _line(name: str, value: str) -> str:
    return f"{name + ':':<13}{value}"
