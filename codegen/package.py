"""What `package.toml` says about the package to generate."""

from __future__ import annotations

from dataclasses import dataclass


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
