"""The hand-written library under every client that Drawplate generates."""

from typing import Any

__version__ = "0.1.0"

#: Options for all clients that are made from now on, by name, and in mappings of their own for the
#: clients of one service, by its identifier: `defaults["sagemakerruntime"] = {"retry_limit": 5}`.
#: A keyword of the constructor comes before both, the service's own before the common ones.
defaults: dict[str, Any] = {}

#: What generated packages may count on. Raised when generated code needs something new.
_CONTRACT = 1


def require_contract(contract: int, distribution: str) -> None:
    """Refuse to run a generated package that is newer than this library, with advice."""
    if contract > _CONTRACT:
        raise ImportError(
            f"{distribution} needs a newer drawplate than {__version__}; "
            "run: pip install --upgrade drawplate"
        )
