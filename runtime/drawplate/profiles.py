"""The shared AWS files, `~/.aws/config` and `~/.aws/credentials`: where they are and what they say.

`parse_config` and `parse_credentials` are pure; `load_shared_files` finds and reads. The format is
INI with AWS's own rules: `[profile NAME]` or `[default]` in the config file, bare names in the
credentials file, values that go on in indented lines, one level of nesting (credentials.md, 4).
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from drawplate.errors import ConfigParseError

#: Settings of one section, keys in lower case. A nested block is a value that begins with newline.
Section = dict[str, str]
Sections = dict[str, Section]

_NAME_PUNCTUATION = frozenset("-_/.%@:+")


class ConfigFile:
    """Sections of one shared file by kind and name.

    `services` has one level more: section name, service, setting.
    """

    __slots__ = ("profiles", "services", "sso_sessions")

    def __init__(
        self,
        profiles: Sections | None = None,
        sso_sessions: Sections | None = None,
        services: dict[str, Sections] | None = None,
    ) -> None:
        self.profiles: Sections = profiles or {}
        self.sso_sessions: Sections = sso_sessions or {}
        self.services: dict[str, Sections] = services or {}

    def __repr__(self) -> str:
        return (
            f"ConfigFile(profiles={sorted(self.profiles)}, "
            f"sso_sessions={sorted(self.sso_sessions)}, services={sorted(self.services)})"
        )


class SharedFiles:
    """Both shared files, and their profiles merged: a value of the credentials file wins per key.

    `config` and `credentials` stay apart beside the merged `profiles`, because a key pair must come
    from one file. The paths are where the files were looked for, None without a home directory.
    """

    __slots__ = (
        "config",
        "config_path",
        "credentials",
        "credentials_path",
        "profiles",
        "services",
        "sso_sessions",
    )

    def __init__(
        self,
        config: ConfigFile | None = None,
        credentials: ConfigFile | None = None,
        *,
        config_path: str | None = None,
        credentials_path: str | None = None,
    ) -> None:
        self.config = config or ConfigFile()
        self.credentials = credentials or ConfigFile()
        self.config_path = config_path
        self.credentials_path = credentials_path
        self.sso_sessions = self.config.sso_sessions
        self.services = self.config.services
        self.profiles: Sections = {n: dict(s) for n, s in self.config.profiles.items()}
        for name, section in self.credentials.profiles.items():
            self.profiles.setdefault(name, {}).update(section)

    @property
    def places(self) -> str:
        """The paths as a phrase for error messages."""
        paths = [path for path in (self.credentials_path, self.config_path) if path]
        return " or ".join(paths) or "the shared files (there is no home directory to look in)"

    def __repr__(self) -> str:
        return f"SharedFiles(profiles={sorted(self.profiles)}, in {self.places})"


def load_shared_files(environ: Mapping[str, str]) -> SharedFiles:
    """Read the shared files that the environment points to.

    A file that is missing or cannot be read counts as empty. Raises `ConfigParseError` for one that
    is not UTF-8 or breaks the format.
    """
    config_path, credentials_path = file_locations(environ)
    config = credentials = None
    if config_path and (text := _read(config_path)):
        config = parse_config(text, config_path)
    if credentials_path and (text := _read(credentials_path)):
        credentials = parse_credentials(text, credentials_path)
    return SharedFiles(
        config, credentials, config_path=config_path, credentials_path=credentials_path
    )


def file_locations(
    environ: Mapping[str, str], *, windows: bool = os.name == "nt"
) -> tuple[str | None, str | None]:
    """Paths of config and credentials file; None where neither variable nor home directory tells.

    AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE win over `~/.aws`; a leading `~` in them is the
    home directory: HOME, and on Windows else USERPROFILE, else HOMEDRIVE with HOMEPATH.
    """
    home = home_folder(environ, windows=windows)
    separators = "\\/" if windows else "/"
    folder = f"{home.rstrip(separators)}{separators[0]}.aws{separators[0]}" if home else None

    def place(variable: str, name: str) -> str | None:
        path = environ.get(variable, "").strip()
        if not path:
            return folder and folder + name
        if home and path[0] == "~" and path[1:2] in ("", *separators):
            return home.rstrip(separators) + path[1:]
        return path

    return place("AWS_CONFIG_FILE", "config"), place("AWS_SHARED_CREDENTIALS_FILE", "credentials")


def home_folder(environ: Mapping[str, str], *, windows: bool = os.name == "nt") -> str | None:
    """The home directory that the environment names; None where it does not."""
    home = environ.get("HOME")
    if windows and not home:
        home = environ.get("USERPROFILE") or (
            environ.get("HOMEDRIVE", "") + environ.get("HOMEPATH", "")
        )
    return home or None


def parse_config(text: str, path: str) -> ConfigFile:
    """Parse the text of a config file; `path` is for errors only. Raises `ConfigParseError`.

    Sections of another kind and names with characters that no tool accepts are left out.
    `[profile default]` replaces `[default]` when both are there.
    """
    found = ConfigFile()
    labelled = [(_kind_and_name(header), section) for header, section in _parse(text, path)]
    prefixed_default = any(label == ("profile", "default") for label, _ in labelled)
    for (kind, name), section in labelled:
        if not name or (kind == "default" and prefixed_default):
            continue
        if kind in ("profile", "default"):
            found.profiles.setdefault(name, {}).update(section)
        elif kind == "sso-session":
            found.sso_sessions.setdefault(name, {}).update(section)
        elif kind == "services":
            blocks = {key: _nested(value) for key, value in section.items() if value[:1] == "\n"}
            found.services.setdefault(name, {}).update(blocks)
    return found


def parse_credentials(text: str, path: str) -> ConfigFile:
    """Parse the text of a credentials file, whose sections are all profiles; see `parse_config`."""
    found = ConfigFile()
    for header, section in _parse(text, path):
        if _is_name(header):
            found.profiles.setdefault(header, {}).update(section)
    return found


def _read(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise _fault(path, line, "the file is not UTF-8 here; save it as UTF-8") from None


def _parse(text: str, path: str) -> list[tuple[str, Section]]:
    """Split a file into headers and their settings, in file order.

    Errors name path and line and never show the line: it may hold a secret.
    """
    sections: list[tuple[str, Section]] = []
    section: Section | None = None
    key: str | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        content = line.strip()
        if not content or content[0] in "#;":
            continue
        if line[0] == "[":
            name, closed, rest = content[1:].partition("]")
            if not closed or rest.strip()[:1] not in ("", "#", ";"):
                raise _fault(path, number, "a section header must end with ']'")
            section, key = {}, None
            sections.append((name.strip(), section))
        elif section is None:
            raise _fault(path, number, "a section such as [default] must come before this line")
        elif line[0] not in " \t":
            key, value = _setting(content, path, number)
            section[key] = value
        elif key is None:
            raise _fault(path, number, "the line is indented but continues no setting; unindent it")
        else:
            if section[key][:1] in ("", "\n"):
                _setting(content, path, number)
            section[key] += "\n" + content
    for _, section in sections:
        for key in [key for key in section if not _is_name(key)]:
            del section[key]
    return sections


def _setting(content: str, path: str, number: int) -> tuple[str, str]:
    """Split `key = value`, without the comment behind it; the key in lower case."""
    key, equals, value = _without_comment(content).partition("=")
    key = key.strip()
    if not equals:
        raise _fault(path, number, "a setting must be written as key = value")
    if not key:
        raise _fault(path, number, "there is no key before '='")
    return key.lower(), value.strip()


def _without_comment(content: str) -> str:
    """Cut at the first `#` or `;` behind white space: without it they are part of the value."""
    for index, character in enumerate(content):
        if character in "#;" and index and content[index - 1] in " \t":
            return content[:index]
    return content


def _nested(value: str) -> Section:
    """Parse a nested block, whose lines `_parse` has checked."""
    block: Section = {}
    for line in value[1:].split("\n"):
        key, _, setting = _without_comment(line).partition("=")
        block[key.strip().lower()] = setting.strip()
    return block


def _kind_and_name(header: str) -> tuple[str, str]:
    """Split a header of the config file; the name is "" where it cannot be one.

    `[default]` is a kind and a name at once; a name in quotes may have any character.
    """
    if header == "default":
        return header, header
    kind, *rest = header.split(None, 1) or [""]
    name = rest[0] if rest else ""
    if len(name) > 2 and name[0] == name[-1] and name[0] in "\"'":
        return kind, name[1:-1]
    return kind, name if _is_name(name) else ""


def _is_name(text: str) -> bool:
    return bool(text) and all(c.isalnum() or c in _NAME_PUNCTUATION for c in text)


def _fault(path: str, line: int, problem: str) -> ConfigParseError:
    return ConfigParseError(f"{path}, line {line}: {problem}")
