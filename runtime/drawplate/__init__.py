"""The hand-written library under every client that Drawplate generates."""

__version__ = "0.1.0"

#: What generated packages may count on. Raised when generated code needs something new.
_CONTRACT = 1


def require_contract(contract: int, distribution: str) -> None:
    """Refuse to run a generated package that is newer than this library, with advice."""
    if contract > _CONTRACT:
        raise ImportError(
            f"{distribution} needs a newer drawplate than {__version__}; "
            "run: pip install --upgrade drawplate"
        )
