"""Where configuration comes from, and the options that take more than one look-up to settle."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING, Any, cast

from drawplate import _option_checks as check
from drawplate import _option_table as table
from drawplate import defaults
from drawplate._debug import say
from drawplate.credentials import CredentialProvider, Credentials, Token, TokenProvider
from drawplate.errors import ConfigurationError, NoSuchProfileError, PartialCredentialsError
from drawplate.profiles import Section, SharedFiles, load_shared_files

if TYPE_CHECKING:
    from drawplate.identity.surroundings import Surroundings


def known(
    options: Mapping[str, object], own: Container[str] = (), where: str = ""
) -> dict[str, object]:
    """Options that are not None, by their own names; `own` are those of plugins."""
    found: dict[str, object] = {}
    for given, value in options.items():
        name = table.ALIASES.get(given, given)
        if name not in table.OPTIONS and name not in own:
            from difflib import get_close_matches

            close = get_close_matches(name, table.OPTIONS)
            hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "check its name"
            raise TypeError(f"unknown option {name!r}{where}; {hint}")
        if value is None:
            continue
        if name in found:
            raise ConfigurationError(f"{given} and {name} are one option; give it once")
        found[name] = value
    return found


def of_defaults(identifier: str, own: Container[str]) -> dict[str, object]:
    """What `drawplate.defaults` says of the clients of a service; `own` as for `known`."""
    if not defaults:
        return {}
    common = {
        name: value
        for name, value in defaults.items()
        if name in table.OPTIONS or name in table.ALIASES or not isinstance(value, Mapping)
    }
    named: object = defaults.get(identifier, {})
    return {
        **known(common, own, " in drawplate.defaults"),
        **known(
            cast("Mapping[str, object]", named),
            own,
            f' in drawplate.defaults["{identifier}"]',
        ),
    }


class Sources:
    """Keywords, environment and profile of one client; reads the shared files when it is made."""

    __slots__ = ("environ", "files", "given", "profile", "section")

    def __init__(self, given: Mapping[str, object], files: SharedFiles | None = None) -> None:
        self.given = given
        environ = table.ENVIRON.find(given, {}, {}, "")
        self.environ = os.environ if environ is None else cast("Mapping[str, str]", environ)
        self.files = load_shared_files(self.environ) if files is None else files
        profile = table.PROFILE.find(given, self.environ, {}, "")
        self.profile = "default" if profile is None else str(profile)
        # Only the default profile may be missing: nobody asked for it.
        if self.profile not in self.files.profiles and self.profile != "default":
            raise NoSuchProfileError(
                f"profile {self.profile!r} is not in {self.files.places}; add it there, or choose "
                "another with profile or AWS_PROFILE"
            )
        self.section: Section = self.files.profiles.get(self.profile, {})

    def value(self, option: table.Option, of_mode: Mapping[str, object] | None = None) -> object:
        """Find an option by keyword, environment, profile, defaults mode or default."""
        found = option.find(self.given, self.environ, self.section, self.profile)
        if found is None and of_mode:
            found = of_mode.get(option.name)
        return option.default if found is None else found


def region(found: object) -> tuple[str | None, bool]:
    """Return the region, and whether it was a pseudo-region that asks for FIPS (number 47)."""
    if found is None:
        return None, False
    asked = str(found)
    plain = check.without_fips(asked)
    if plain != asked:
        import logging

        logging.getLogger("drawplate").warning(
            "region %s is an old name: using region %s with use_fips_endpoint on", asked, plain
        )
    return plain, plain != asked


def endpoint(found: Sources, section_key: str, *, configured: bool) -> str | None:
    """Find the custom endpoint (numbers 18 and 24).

    `section_key` is the service's name in a `services` section; environment and profile count only
    when `configured`.
    """
    if "endpoint" in found.given:
        return _endpoint_from(found.given["endpoint"], "endpoint")
    if not configured:
        return None
    for variable in (f"AWS_ENDPOINT_URL_{section_key.upper()}", "AWS_ENDPOINT_URL"):
        url = found.environ.get(variable, "").strip()
        if url:
            return _endpoint_from(url, f"environment variable {variable}")
    name = found.section.get("services")
    if name:
        blocks = found.files.services.get(name)
        if blocks is None:
            raise ConfigurationError(
                f"services of profile {found.profile!r} is {name!r}, but there is no "
                f"[services {name}] in {found.files.config_path}"
            )
        url = blocks.get(section_key, {}).get("endpoint_url", "")
        if url:
            return _endpoint_from(url, f"endpoint_url of {section_key} in [services {name}]")
    url = found.section.get("endpoint_url", "")
    return _endpoint_from(url, f"endpoint_url of profile {found.profile!r}") if url else None


def _endpoint_from(value: object, where: str) -> str:
    url = check.endpoint(value, where)
    say("config", "the endpoint is taken from %s", where)
    return url


def credentials(
    given: Mapping[str, object], values: Mapping[str, object], *, explicit_profile: bool
) -> tuple[CredentialProvider, str | None]:
    """Return the provider, and the account id of keys given as options (numbers 2, 4 and 5).

    `values` are all other options, as they were settled.
    """
    checked = {
        option.name: option.check(given[option.name], option.name)
        for option in table.CREDENTIALS
        if option.name in given
    }
    if "credentials" in checked:
        provider = checked["credentials"]
        if callable(provider) and not check.is_provider(provider):
            from drawplate.identity.refreshing import CallableCredentials  # few clients have one

            function = cast("Callable[[], Credentials]", provider)
            return CallableCredentials(function, _surroundings(values, explicit_profile)), None
        return cast("CredentialProvider", provider), None
    names = ("access_key_id", "secret_access_key", "session_token")
    key, secret, token = (str(checked.get(name, "")) for name in names)
    if key and secret:
        account_id = str(checked.get("account_id", "")) or None
        return Credentials(key, secret, token, account_id), account_id
    if key or secret or token:
        there = " and ".join(name for name in names if checked.get(name))
        lacking = " and ".join(name for name in names[:2] if not checked.get(name))
        raise PartialCredentialsError(
            f"{there} was given without {lacking}; access_key_id and secret_access_key go together"
        )

    from drawplate.identity.chain import default_chain  # a client with its own keys never needs it

    return default_chain(_surroundings(values, explicit_profile)), None


def check_proxies(found: Sources) -> None:
    """Refuse variables that name a proxy which cannot be used, before anything is sent."""
    from drawplate.transport import PROXY_VARIABLES

    if "http_proxy" in found.given or "transport" in found.given:
        return
    if any(found.environ.get(name) for names in PROXY_VARIABLES.values() for name in names):
        from drawplate._proxy import Proxies  # most programs have none

        Proxies(None, found.environ)


#: Options of a client that hold for requests about credentials as well. That it trusts everybody,
#: or shows a certificate of its own, is about its own service alone.
_SHARED = ("use_fips_endpoint", "use_dualstack_endpoint", "ignore_configured_endpoint_urls")
_SHARED_IF_SET = ("http_proxy", "sdk_ua_app_id")
_SHARED_TRUST = ("ssl_ca_bundle", "ssl_ca_directory")


def _surroundings(values: Mapping[str, Any], explicit_profile: bool) -> Surroundings:
    """What providers find around them in a client with these options."""
    from drawplate.identity.surroundings import Surroundings

    trust = _SHARED_TRUST if values["ssl_context"] is None else ("ssl_context",)
    return Surroundings(
        values["environ"],
        files=values["_files"],
        profile=values["profile"],
        explicit_profile=explicit_profile,
        region=values["region"],
        clock=values["clock"],
        transport=values["transport"],
        instance_retries=values["instance_profile_credentials_retries"],
        instance_timeout=values["instance_profile_credentials_timeout"],
        options={
            name: values[name]
            for name in (*_SHARED, *_SHARED_IF_SET, *trust)
            if values[name] is not None
        },
    )


def token_provider(
    found: Sources, values: Mapping[str, object], signing_name: str, *, explicit_profile: bool
) -> TokenProvider | None:
    """Find what gives bearer tokens (number 45)."""
    given = found.value(table.TOKEN_PROVIDER)
    if given is not None:
        return cast("TokenProvider", given)
    name = signing_name.upper().replace("-", "_").replace(" ", "_")
    token = found.environ.get(f"AWS_BEARER_TOKEN_{name}", "").strip()
    if token:
        return Token(token)
    if not found.section.get("sso_session"):
        return None
    from drawplate.identity.tokens import default_token_chain  # few profiles sign in like that

    return default_token_chain(_surroundings(values, explicit_profile))


def tls(found: Sources) -> dict[str, object]:
    """Settle the ssl_* options. A context stands for all others, so none may be given beside it."""
    if table.SSL_CONTEXT.name in found.given:
        for option in table.TLS:
            if option.name in found.given:
                raise ConfigurationError(
                    f"{option.name} cannot be given together with ssl_context; set it up there"
                )
        values = {option.name: option.default for option in table.TLS}
    else:
        values = {option.name: found.value(option) for option in table.TLS}
    values["ssl_context"] = found.value(table.SSL_CONTEXT)
    if values["ssl_key"] and not values["ssl_cert"]:
        raise ConfigurationError("ssl_key was given without ssl_cert; give the certificate too")
    return values
