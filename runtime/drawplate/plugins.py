"""Plugins: code that takes part in how a client is made. requests.md section 3.

A plugin is a class without arguments, or an object, that has some of the methods of `Plugin`:

    class Stamp:
        def add_options(self, options):
            options.add("stamp", default="1")

        def add_handlers(self, handlers, config):
            handlers.add(self.handle, step="build")

        def handle(self, context, call_next):
            context.request.headers["x-stamp"] = context.config.stamp
            return (yield from call_next(context))

    client = SageMakerRuntimeClient(plugins=[Stamp], stamp="2")

`add_plugin` of a client class gives one to all of its clients that are made from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from drawplate.config import Config, Declaration

if TYPE_CHECKING:
    from drawplate._client_base import ClientBase
    from drawplate.handlers import Handlers

    #: A client of whatever service, whether it blocks or is awaited.
    AnyClient: TypeAlias = ClientBase[Any]

_METHODS = ("before_initialize", "add_options", "add_handlers", "after_initialize")


class Plugin:
    """What a plugin may do; each method does nothing here."""

    def before_initialize(self, client_class: type[AnyClient], options: dict[str, Any], /) -> None:
        """Change the options that the constructor was given, `plugins` among them."""

    def add_options(self, options: Declarations, /) -> None:
        """Declare options of the plugin's own, or other defaults of those that there are."""

    def add_handlers(self, handlers: Handlers, config: Config, /) -> None:
        """Add handlers to the client's calls."""

    def after_initialize(self, client: AnyClient, /) -> None:
        """Look at the finished client. Plugins are asked in reverse order."""


class Declarations:
    """Collects what plugins declare."""

    __slots__ = ("declared",)

    def __init__(self) -> None:
        self.declared: list[Declaration] = []

    def add(self, name: str, *, default: Any = None, docs: str = "") -> None:
        """Declare an option.

        `default` is a value, or a function that is called with the configuration. Of several
        declarations of one option the last one counts whose default is not None.
        """
        self.declared.append(Declaration(name, default, docs))


class Plugins:
    """The plugins of one client while it is made."""

    __slots__ = ("_declarations", "_plugins")

    def __init__(
        self, client_class: type[AnyClient], of_class: Iterable[object], options: dict[str, Any]
    ) -> None:
        """Make the plugins, and let them change the options.

        Raises TypeError for what is no plugin.
        """
        self._plugins: list[Any] = []
        self._declarations = Declarations()
        waiting = [*of_class]
        given = 0
        while True:
            named: list[object] = options.get("plugins") or []
            if not isinstance(cast("object", named), list | tuple):
                raise TypeError(
                    f"plugins must be a list, got an object of type {type(named).__name__}"
                )
            # A plugin may have put further ones into the list.
            waiting += [*named][given:]
            given = len(named)
            if not waiting:
                break
            for plugin in map(made, waiting):
                self._plugins.append(plugin)
                self._each([plugin], "before_initialize", client_class, options)
            waiting = []
        self._each(self._plugins, "add_options", self._declarations)

    @property
    def declared(self) -> Sequence[Declaration]:
        """The options that the plugins declared, in order."""
        return self._declarations.declared

    def add_handlers(self, handlers: Handlers, config: Config) -> None:
        """Let the plugins add their handlers."""
        self._each(self._plugins, "add_handlers", handlers, config)

    def after_initialize(self, client: AnyClient) -> None:
        """Show the plugins the finished client, the last one first."""
        self._each(self._plugins[::-1], "after_initialize", client)

    @staticmethod
    def _each(plugins: Iterable[Any], method: str, *arguments: object) -> None:
        for plugin in plugins:
            function = getattr(plugin, method, None)
            if function is not None:
                function(*arguments)


def made(plugin: object) -> object:
    """The plugin that a class, an object or the name of a class stands for.

    Raises TypeError for what has no method of a plugin, ImportError for a name without a class.
    """
    if isinstance(plugin, str):
        plugin = _imported(plugin)
    if not any(callable(getattr(plugin, method, None)) for method in _METHODS):
        got = plugin.__name__ if isinstance(plugin, type) else type(plugin).__name__
        raise TypeError(f"a plugin must have one of {', '.join(_METHODS)}; {got} has none")
    return plugin() if isinstance(plugin, type) else plugin


def _imported(name: str) -> object:
    from importlib import import_module

    module, _, attribute = name.rpartition(".")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ImportError(
            f"plugin {name!r} cannot be imported ({type(error).__name__}); name a class as "
            "'package.module.Class'"
        ) from error
