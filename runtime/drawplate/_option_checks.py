"""Checks of option values. Each takes a value and where it comes from, and returns what to use.

They raise TypeError for a wrong type and `ConfigurationError` for a wrong value, and name where the
value comes from and what would be right.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from drawplate._origin import plain_origin
from drawplate.errors import ConfigurationError, InvalidRegionError, InvalidRegionSetError

Check = Callable[[object, str], object]

#: What names of regions, and patterns of them, are made of.
_REGIONS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-*")


def _complaint(where: str, expected: str, value: object) -> str:
    return f"{where} must be {expected}, got {shown(value)}"


def shown(value: object) -> str:
    """Print a value for an error message; of objects only the type: a repr may hold a secret."""
    if not isinstance(value, (str, int, float)):
        return f"an object of type {type(value).__name__}"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def text(value: object, where: str) -> str:
    """Check a text without control characters."""
    if not isinstance(value, str):
        raise TypeError(_complaint(where, "a str", value))
    if not value.isprintable():
        raise ConfigurationError(_complaint(where, "printable text on one line", value))
    return value


def app_id(value: object, where: str) -> str:
    """Check the name of an application; a long one is a warning only, since services take it."""
    name = text(value, where)
    if len(name) > 50:
        import logging

        logging.getLogger("drawplate").warning(
            "%s has %d characters; services may cut it at 50", where, len(name)
        )
    return name


def secret(value: object, where: str) -> str:
    """Check a text that no error may show."""
    if not isinstance(value, str):
        raise TypeError(f"{where} must be a str, got an object of type {type(value).__name__}")
    return value


def region(value: object, where: str) -> str:
    """Check a region: a host label once the marks of a FIPS pseudo-region are taken out."""
    if not isinstance(value, str):
        raise TypeError(_complaint(where, "a str such as 'us-west-2'", value))
    label = without_fips(value)
    inner = label.replace("-", "")
    if not (
        inner.isalnum() and inner.isascii() and len(label) <= 63 and "-" not in label[0] + label[-1]
    ):
        expected = "a host label such as 'us-west-2': at most 63 letters, digits and inner hyphens"
        raise InvalidRegionError(_complaint(where, expected, value))
    return value


def region_set(value: object, where: str) -> tuple[str, ...]:
    """Check the regions that a signature is to hold in; None and empty texts among them go."""
    complaint = (
        f"{where}: the SigV4A region set was empty or invalid; give a list of regions, such as "
        f"['us-east-1', 'us-west-2'] or ['*'], got {shown(value)}"
    )
    items = cast("Iterable[object]", value) if isinstance(value, (list, tuple)) else ()
    names = [item.strip() if isinstance(item, str) else item for item in items]
    regions = [name for name in names if name not in (None, "")]
    if regions and all(isinstance(name, str) and _REGIONS.issuperset(name) for name in regions):
        return tuple(map(str, regions))
    raise InvalidRegionSetError(complaint)


def without_fips(region: str) -> str:
    """Strip a pseudo-region such as "fips-us-west-2" or "us-gov-west-1-fips" to its region."""
    return region.replace("fips-", "").replace("-fips", "")


def endpoint(value: object, where: str) -> str:
    """Check an endpoint, and drop query and fragment. No error shows what is before an "@"."""
    if not isinstance(value, str) or "@" not in value:
        complaint = _complaint(where, "an http:// or https:// URL", value)
    else:
        complaint = f"{where} must be an http:// or https:// URL without a user name or password"
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigurationError(complaint)
    if plain_origin(value) is not None:
        return value
    from urllib.parse import urlsplit  # slow to import, and most endpoints are plain names

    try:
        parts = urlsplit(value)
        # A port that is no number shows only when it is asked for.
        usable = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        raise ConfigurationError(complaint) from None
    if not usable or parts.scheme not in ("http", "https"):
        raise ConfigurationError(complaint)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def flag(value: object, where: str) -> bool:
    """Check a bool."""
    if not isinstance(value, bool):
        raise TypeError(_complaint(where, "True or False", value))
    return value


def whole(minimum: int, maximum: int | None = None) -> Check:
    """Make a check for an int from `minimum` on, up to and with `maximum`."""
    expected = f"an int of {minimum} or more"
    if maximum is not None:
        expected = f"an int from {minimum} to {maximum}"

    def check(value: object, where: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(_complaint(where, expected, value))
        if value < minimum or (maximum is not None and value > maximum):
            raise ConfigurationError(_complaint(where, expected, value))
        return value

    return check


def seconds(value: object, where: str) -> float:
    """Check a duration."""
    expected = "a number of seconds from 0 on"
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError(_complaint(where, expected, value))
    # Also false for NaN.
    if not 0 <= value < float("inf"):
        raise ConfigurationError(_complaint(where, expected, value))
    return value


def positive_seconds(value: object, where: str) -> float:
    """Check a duration that is more than nothing."""
    checked = seconds(value, where)
    if not checked:
        raise ConfigurationError(_complaint(where, "a number of seconds above 0", value))
    return checked


def proxy(value: object, where: str) -> str:
    """Check the URL of a proxy. No error shows it: it may hold a password."""
    if not isinstance(value, str):
        raise TypeError(_complaint(where, "the URL of a proxy", value))
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not value.isprintable() or " " in value:
        raise ConfigurationError(f"{where} must be the URL of a proxy, as 'http://proxy:8080'")
    return value


def telemetry(value: object, where: str) -> object:
    """Check a provider of telemetry."""
    from drawplate.telemetry import TelemetryProviderBase  # few clients have one

    if not isinstance(value, TelemetryProviderBase):
        raise TypeError(_complaint(where, "a drawplate.telemetry.TelemetryProviderBase", value))
    return value


def one_of(*allowed: str) -> Check:
    """Make a check for a word."""
    expected = f"{', '.join(map(repr, allowed[:-1]))} or {allowed[-1]!r}"

    def check(value: object, where: str) -> str:
        if not isinstance(value, str):
            raise TypeError(_complaint(where, expected, value))
        if value not in allowed:
            raise ConfigurationError(_complaint(where, expected, value))
        return value

    return check


def function(value: object, where: str) -> object:
    """Check a callable."""
    if not callable(value):
        raise TypeError(_complaint(where, "a callable", value))
    return value


def log_level(value: object, where: str) -> int:
    """Check a level of `logging`, as a number or a name."""
    import logging

    levels = logging.getLevelNamesMapping()
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise TypeError(_complaint(where, "an int or the name of a level such as 'INFO'", value))
    if value.upper() not in levels:
        raise ConfigurationError(_complaint(where, f"one of {', '.join(levels)}", value))
    return levels[value.upper()]


def logger(value: object, where: str) -> object:
    """Check a logger, or the name of one."""
    if isinstance(value, str):
        import logging

        return logging.getLogger(value)
    return having("log", "a logging.Logger or the name of one")(value, where)


def having(method: str, expected: str) -> Check:
    """Check an object that has a method."""

    def check(value: object, where: str) -> object:
        if isinstance(value, type) or not callable(getattr(value, method, None)):
            raise TypeError(_complaint(where, expected, value))
        return value

    return check


def event_handler(value: object, where: str) -> object:
    """Check what handles the events of a stream: a handler object, or a function that takes one."""
    if callable(value) or callable(getattr(value, "on_event", None)):
        return value
    # In the words of a call that is given a wrong one; which class it has to be, calls know.
    raise TypeError(f"expected {where} to be a callable or ResponseStream, got {shown(value)}")


def stubs(value: object, where: str) -> object:
    """Check what turns stubs on: True, or a mapping from operations to stubs."""
    if isinstance(value, bool):
        return value
    return mapping(value, where)


def texts(value: object, where: str) -> tuple[str, ...]:
    """Check several texts."""
    if isinstance(value, (list, tuple)):
        return tuple(text(item, where) for item in cast("list[object]", value))
    raise TypeError(_complaint(where, "a list of str", value))


def sequence(value: object, where: str) -> tuple[object, ...]:
    """Check a list of anything."""
    if isinstance(value, (list, tuple)):
        return tuple(cast("list[object]", value))
    raise TypeError(_complaint(where, "a list", value))


def host(value: object, where: str) -> str:
    """Check a host name or an IP address."""
    name = text(value, where)
    if not name or any(mark in name for mark in " /?#@"):
        raise ConfigurationError(_complaint(where, "a host name or an IP address", value))
    return name


def short(longest: int) -> Check:
    """Check a text that may not be longer than so many characters."""

    def check(value: object, where: str) -> object:
        if len(text(value, where)) > longest:
            raise ConfigurationError(f"{where} must have at most {longest} characters")
        return value

    return check


def jitter(value: object, where: str) -> object:
    """Check the name of a jitter, or a function from seconds to seconds."""
    expected = "'none', 'equal', 'full' or a callable"
    if not isinstance(value, str) and not callable(value):
        raise TypeError(_complaint(where, expected, value))
    if isinstance(value, str) and value not in ("none", "equal", "full"):
        raise ConfigurationError(_complaint(where, expected, value))
    return value


def file_path(value: object, where: str) -> str:
    """Check the path of a file that is there."""
    return _path(value, where, os.path.isfile, "the path of an existing file")


def folder_path(value: object, where: str) -> str:
    """Check the path of a folder that is there."""
    return _path(value, where, os.path.isdir, "the path of an existing folder")


def _path(value: object, where: str, exists: Callable[[str], bool], expected: str) -> str:
    path = value if isinstance(value, str) else getattr(value, "__fspath__", lambda: None)()
    if not isinstance(path, str):
        raise TypeError(_complaint(where, expected, value))
    if not exists(path):
        raise ConfigurationError(_complaint(where, expected, path))
    return path


def is_provider(value: object) -> bool:
    """Whether a value can be asked for credentials by their name, or as a flow."""
    return _has(value, "credentials") or _has(value, "resolve")


def provider(value: object, where: str) -> object:
    """Check a provider of credentials, or a function that returns them, without asking it."""
    if isinstance(value, type) or not (is_provider(value) or callable(value)):
        expected = "an object with a credentials attribute or a function that returns Credentials"
        raise TypeError(_complaint(where, expected, value))
    return value


def _has(value: object, name: str) -> bool:
    """Whether there is such an attribute; a property is not read for that."""
    return hasattr(type(value), name) or name in getattr(value, "__dict__", ())


def token_provider(value: object, where: str) -> object:
    """Check a provider of bearer tokens, without asking it for any."""
    if isinstance(value, type) or not (_has(value, "token") or _has(value, "resolve")):
        raise TypeError(_complaint(where, "an object with a token attribute", value))
    return value


def transport(value: object, where: str) -> object:
    """Check a transport."""
    if isinstance(value, type) or not callable(getattr(value, "send", None)):
        raise TypeError(_complaint(where, "an object with a send method", value))
    return value


def tls_context(value: object, where: str) -> object:
    """Check an `ssl.SSLContext`; who has one has imported ssl."""
    import ssl

    if not isinstance(value, ssl.SSLContext):
        raise TypeError(_complaint(where, "an ssl.SSLContext", value))
    return value


def mapping(value: object, where: str) -> object:
    """Check a mapping."""
    if isinstance(value, Mapping):
        return cast("object", value)
    raise TypeError(_complaint(where, "a mapping of str to str", value))
