"""Errors of single sources of credentials: see the tree of `drawplate.errors`, which has them."""

from __future__ import annotations

from drawplate.errors import CredentialsError, MissingCredentialsError


class InstanceMetadataError(MissingCredentialsError):
    """The metadata service of an instance did not give credentials.

    No program says that it runs on an instance: elsewhere this is a source without credentials.
    """


class InstanceMetadataDisabledError(InstanceMetadataError):
    """AWS_EC2_METADATA_DISABLED forbids to ask the instance; nothing was sent."""


class InvalidProfileError(CredentialsError):
    """Settings of a profile lack or contradict one another; the text names profile and settings."""


class SourceProfileError(InvalidProfileError):
    """The profile that `source_profile` names does not exist, or has no credentials."""


class ProfileLoopError(InvalidProfileError):
    """Profiles name one another as `source_profile` in a circle. Nothing was sent."""


class CredentialSourceError(CredentialsError):
    """What `credential_source` names has no credentials."""


class TokenFileError(CredentialsError):
    """A file with a token cannot be read, or does not hold one. Nothing was sent."""


class AssumeRoleError(CredentialsError):
    """AWS STS did not give the credentials of a role; `__cause__` is its error."""


class WebIdentityError(AssumeRoleError):
    """AWS STS did not give the credentials of a role for a token; `__cause__` is its error."""


class MfaError(AssumeRoleError):
    """The role asks for a code of an MFA device, and there is no `mfa_prompt` that gives one."""


class SsoTokenError(CredentialsError):
    """There is no valid sign-in of IAM Identity Center; the text says how to sign in."""


class SsoCredentialsError(CredentialsError):
    """IAM Identity Center did not give the credentials of a role; `__cause__` is its error."""


class LoginError(CredentialsError):
    """What `aws login` left behind is missing or cannot be used or renewed."""


class LoginExpiredError(LoginError):
    """The session of `aws login` is over, or the user's credentials changed: sign in again."""


class LoginPermissionError(LoginError):
    """The user of `aws login` may not renew the credentials."""


class ProcessCredentialsError(CredentialsError):
    """The command of `credential_process` failed, or did not print credentials."""


class ContainerCredentialsError(CredentialsError):
    """The endpoint of a container did not give credentials."""


class ContainerHostError(ContainerCredentialsError):
    """Credentials are not asked for at this place: its host is not local and it has no TLS."""
