"""The whole way from a loaded model to the files of a package, in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from codegen import __version__
from codegen.format import DISTRIBUTION, format_files, pinned_ruff
from codegen.loaded import LoadedModel
from codegen.model import Node, Service
from codegen.package import PackageConfig
from codegen.plan import plan_package
from codegen.render import render_package
from codegen.resolve import resolve
from codegen.write import MANIFEST, manifest

type Plan[P] = Callable[[Service, PackageConfig, Mapping[str, Node]], P]
type Render[P] = Callable[[P], Mapping[str, str]]


def generate_package(loaded: LoadedModel) -> dict[str, str]:
    """Make the files of a package, by relative path: resolve, plan, render and format.

    Raises GenerationError with all faults of the first stage that finds any.
    """
    plan = partial(plan_package, source=loaded.files[0].name)
    return run_stages(loaded, plan, render_package)


def run_stages[P](loaded: LoadedModel, plan: Plan[P], render: Render[P]) -> dict[str, str]:
    """Do what `generate_package` does with another plan and other templates."""
    service = resolve(loaded)
    rendered = render(plan(service, loaded.config, loaded.partitions))
    files = format_files(rendered)
    files[MANIFEST] = manifest(files, _facts(loaded))
    return dict(sorted(files.items()))


def _facts(loaded: LoadedModel) -> dict[str, object]:
    """Name what decides the output: generator, formatter and input, and no date."""
    return {
        "generator": f"{DISTRIBUTION} {__version__}",
        "ruff": pinned_ruff(),
        "service": loaded.service,
        "model": [{"file": file.name, "sha256": file.sha256} for file in loaded.files],
    }
