"""Where credentials come from: the sources and the chain that asks one after the other."""

from __future__ import annotations

from drawplate.identity.providers import (
    CredentialChain,
    EnvironmentCredentials,
    SharedFileCredentials,
    default_chain,
)

__all__ = ["CredentialChain", "EnvironmentCredentials", "SharedFileCredentials", "default_chain"]
