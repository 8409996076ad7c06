"""Resolving configuration in tests: a service, and `settle` with an environment of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from drawplate.config import Config, ServiceInfo, resolve

SERVICE = ServiceInfo(
    service_id="SageMaker Runtime", identifier="sagemakerruntime", signing_name="sagemaker"
)


def settle(environ: Mapping[str, str], **options: object) -> Config:
    """Resolve options in an environment."""
    return resolve({"environ": environ, **options}, service=SERVICE)


def with_profile(folder: Path, profile: str) -> dict[str, str]:
    """Write a config file with the text of the default profile; returns an environment with it."""
    path = folder / "config"
    path.write_text(f"[default]\n{profile}\n", encoding="utf-8")
    return {"AWS_CONFIG_FILE": str(path)}
