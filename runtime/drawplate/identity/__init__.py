"""Where credentials come from: providers, and the chain of them that a client asks by itself.

A module for each kind; it is imported when its provider is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drawplate.credentials import Credentials as StaticCredentials
from drawplate.credentials import Token as StaticToken

if TYPE_CHECKING:
    from drawplate.identity.assume_role import AssumeRoleCredentials
    from drawplate.identity.chain import CredentialChain, default_chain
    from drawplate.identity.container import ContainerCredentials
    from drawplate.identity.environment import EnvironmentCredentials
    from drawplate.identity.instance_metadata import InstanceCredentials
    from drawplate.identity.login import LoginCredentials
    from drawplate.identity.process import ProcessCredentials
    from drawplate.identity.profile import ProfileCredentials
    from drawplate.identity.refreshing import (
        CallableCredentials,
        FlowCredentials,
        RefreshingCredentials,
    )
    from drawplate.identity.shared_files import SharedFileCredentials
    from drawplate.identity.sso import SsoCredentials
    from drawplate.identity.sso_token import SsoToken
    from drawplate.identity.surroundings import Surroundings
    from drawplate.identity.tokens import TokenChain, default_token_chain
    from drawplate.identity.web_identity import WebIdentityCredentials

__all__ = [
    "AssumeRoleCredentials",
    "CallableCredentials",
    "ContainerCredentials",
    "CredentialChain",
    "EnvironmentCredentials",
    "FlowCredentials",
    "InstanceCredentials",
    "LoginCredentials",
    "ProcessCredentials",
    "ProfileCredentials",
    "RefreshingCredentials",
    "SharedFileCredentials",
    "SsoCredentials",
    "SsoToken",
    "StaticCredentials",
    "StaticToken",
    "Surroundings",
    "TokenChain",
    "WebIdentityCredentials",
    "default_chain",
    "default_token_chain",
]

_PLACES = {
    "AssumeRoleCredentials": "assume_role",
    "CallableCredentials": "refreshing",
    "ContainerCredentials": "container",
    "CredentialChain": "chain",
    "EnvironmentCredentials": "environment",
    "FlowCredentials": "refreshing",
    "InstanceCredentials": "instance_metadata",
    "LoginCredentials": "login",
    "ProcessCredentials": "process",
    "ProfileCredentials": "profile",
    "RefreshingCredentials": "refreshing",
    "SharedFileCredentials": "shared_files",
    "SsoCredentials": "sso",
    "SsoToken": "sso_token",
    "Surroundings": "surroundings",
    "TokenChain": "tokens",
    "WebIdentityCredentials": "web_identity",
    "default_chain": "chain",
    "default_token_chain": "tokens",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import the module that has a name."""
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"drawplate.identity.{_PLACES[name]}"), name)
