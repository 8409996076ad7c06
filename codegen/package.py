"""What `package.toml` says about the package to generate."""

from __future__ import annotations

import keyword
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, cast

from codegen.docs import one_line
from codegen.faults import Fault, GenerationError
from codegen.model import Traits

_DISTRIBUTION = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_PACKAGE = re.compile(r"[a-z_][a-z0-9_]*")
_CLASS = re.compile(r"[A-Z][A-Za-z0-9]*")
#: Modules of the standard library that only older or newer Pythons have.
_OTHER_PYTHONS = """
aifc annotationlib asynchat asyncore audioop cgi cgitb chunk compression crypt distutils imghdr imp
lib2to3 mailcap msilib nis nntplib ossaudiodev pipes smtpd sndhdr spwd sunau telnetlib uu xdrlib
"""
#: Modules that would be imported in place of a package of their name, or it in place of them.
_TAKEN = sys.stdlib_module_names | {"drawplate", "urllib3", *_OTHER_PYTHONS.split()}
_SHAPE = re.compile(r"_*[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class PackageConfig:
    """Names and limits of one generated package. A model without `package.toml` gets defaults."""

    distribution: str
    """Distribution name, as "sagemaker-runtime"; also the folder below `generated/`."""
    package: str
    """Import name, as "sagemaker_runtime"."""
    client: str
    """Name of the client class without "Client", as "SageMakerRuntime"."""
    operations: tuple[str, ...] | None
    """Names of the operations to keep; None keeps all."""
    source: str
    """One line on where the facts come from."""
    title: str
    """The service's full name, as "Amazon SageMaker Runtime"."""
    version: str = "0.1.0"
    """Version of the distribution."""
    service_name: str | None = None
    """Name of the service shape that `update-model` writes; None lets the import choose one."""
    trims_model: bool = False
    """Whether `update-model` imports nothing but what `operations` reach, of a large service; and
    endpoint rules are left without what they cannot come to."""
    async_client: bool = True
    """Whether there is an async client beside the one that blocks."""
    layout: Literal["distribution", "module"] = "distribution"
    """An installable distribution, or nothing but the modules, for a place in another package."""


class ServiceFacts(Protocol):
    """What the defaults are made from: a service shape of any stage."""

    @property
    def id(self) -> str:
        """Shape id."""
        ...

    @property
    def version(self) -> str:
        """Version of the API, "" where there is none."""
        ...

    @property
    def traits(self) -> Traits:
        """Traits of the service shape."""
        ...


def read_package_config(path: Path) -> PackageConfig:
    """Read a `package.toml`; raises GenerationError with everything that is wrong in it."""
    try:
        table: dict[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message, advice = f"cannot be read: {error.strerror}", "check the path"
        raise GenerationError([Fault(str(path), "", "", message, advice)]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message, advice = f"is not TOML: {error}", "correct the text there"
        raise GenerationError([Fault(str(path), "", "", message, advice)]) from None
    reader = _Reader(str(path), table)
    config = PackageConfig(
        distribution=reader.name("distribution", _DISTRIBUTION, "sagemaker-runtime"),
        package=reader.name("package", _PACKAGE, "sagemaker_runtime"),
        client=reader.name("client", _CLASS, "SageMakerRuntime"),
        operations=reader.names("operations", _SHAPE),
        source=reader.line("source"),
        title=reader.line("title"),
        version=reader.line("version") if "version" in table else "0.1.0",
        service_name=(
            reader.name("service_name", _SHAPE, "AmazonSageMakerRuntime")
            if "service_name" in table
            else None
        ),
        trims_model=reader.switch("trims_model", default=False),
        async_client=reader.switch("async_client", default=True),
        layout="module" if reader.is_module("layout") else "distribution",
    )
    reader.finish()
    return config


def default_package_config(service: ServiceFacts) -> PackageConfig:
    """Names for a service that has no `package.toml`, from its SDK id, else from its shape name."""
    facts = service.traits.get("aws.api#service")
    sdk_id = facts.get("sdkId") if isinstance(facts, Mapping) else None
    title = one_line(str(service.traits.get("smithy.api#title") or ""))
    name = sdk_id if isinstance(sdk_id, str) else service.id.partition("#")[2]
    words = re.findall(r"[A-Za-z0-9]+", name) or ["Service"]
    package = "_".join(words).lower()
    if package[0].isdigit():
        package = f"_{package}"
    elif keyword.iskeyword(package) or package in _TAKEN:
        package = f"{package}_"
    client = "".join(word[0].upper() + word[1:] for word in words)
    return PackageConfig(
        distribution="-".join(words).lower(),
        package=package,
        client=client if client[0].isalpha() else f"Service{client}",
        operations=None,
        source=f"{service.id} {service.version}".rstrip(),
        title=title or one_line(name),
    )


class _Reader:
    """Takes values out of a table and collects what is wrong with them."""

    def __init__(self, file: str, table: Mapping[str, object]) -> None:
        self._file = file
        self._left = dict(table)
        self._faults: list[Fault] = []

    def line(self, key: str) -> str:
        value = self._left.pop(key, None)
        if isinstance(value, str) and value.strip() and "\n" not in value:
            return value
        self._fault(key, "must be one line of text", "write it in quotes")
        return ""

    def name(self, key: str, form: re.Pattern[str], example: str) -> str:
        value = self._left.pop(key, None)
        if isinstance(value, str) and form.fullmatch(value) and not keyword.iskeyword(value):
            return value
        self._fault(key, f"{value!r} is no name for it", f'write it like "{example}"')
        return ""

    def switch(self, key: str, *, default: bool) -> bool:
        value = self._left.pop(key, default)
        if not isinstance(value, bool):
            self._fault(key, f"{value!r} is neither true nor false", "write true or false")
            return default
        return value

    def is_module(self, key: str) -> bool:
        value = self._left.pop(key, "distribution")
        if value not in ("distribution", "module"):
            self._fault(key, f"{value!r} is no layout", 'write "distribution" or "module"')
        return value == "module"

    def names(self, key: str, form: re.Pattern[str]) -> tuple[str, ...] | None:
        value = self._left.pop(key, None)
        if value is None:
            return None
        items = cast("list[object]", value) if isinstance(value, list) else []
        named = [item for item in items if isinstance(item, str) and form.fullmatch(item)]
        if not items or len(named) != len(items) or len({*named}) != len(named):
            self._fault(
                key,
                "must be a list of operation names, none twice",
                "leave it out to keep all operations",
            )
        return tuple(named)

    def finish(self) -> None:
        for key in self._left:
            self._fault(key, "is not known", "remove it or correct its name")
        if self._faults:
            raise GenerationError(self._faults)

    def _fault(self, key: str, message: str, advice: str) -> None:
        self._faults.append(Fault(self._file, f"/{key}", "", message, advice))
