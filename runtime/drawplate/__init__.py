"""The hand-written library under every client that Drawplate generates."""

__version__ = "0.1.0"
