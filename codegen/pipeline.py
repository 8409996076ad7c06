"""The whole way from a loaded model to the files of a package, in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from codegen import __version__
from codegen.format import DISTRIBUTION, format_files, pinned_ruff
from codegen.load import load_partitions
from codegen.loaded import LoadedModel
from codegen.model import Node, Service
from codegen.package import PackageConfig
from codegen.partitions import SHARED, plan_partitions
from codegen.plan import plan_package
from codegen.render import render_package, render_partitions
from codegen.resolve import resolve
from codegen.templates import overrides
from codegen.write import MANIFEST, manifest

type Plan[P] = Callable[[Service, PackageConfig, Mapping[str, Node]], P]
type Render[P] = Callable[[P], Mapping[str, str]]


def generate_package(loaded: LoadedModel, *, template_dir: Path | None = None) -> dict[str, str]:
    """Make the files of a package, by relative path: resolve, plan, render and format.

    A template in `template_dir` takes the place of the one of the same path below templates/.
    Raises GenerationError with all faults of the first stage that finds any.
    """
    plan = partial(plan_package, source=loaded.files[0].name)
    render = partial(render_package, template_dir=template_dir)
    templates = overrides(template_dir) if template_dir else {}
    return run_stages(loaded, plan, render, templates)


def generate_partitions(path: Path = SHARED) -> dict[str, str]:
    """Make the files of the runtime's table of partitions, by relative path.

    Raises GenerationError with all faults of `path`, a `partitions.json`.
    """
    table, file = load_partitions(path)
    text = render_partitions(plan_partitions(table, file=str(path)), file.name)
    files = format_files({"__init__.py": text})
    facts = {**_tools(), "model": [{"file": file.name, "sha256": file.sha256}]}
    return {**files, MANIFEST: manifest(files, facts)}


def run_stages[P](
    loaded: LoadedModel,
    plan: Plan[P],
    render: Render[P],
    templates: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Do what `generate_package` does with another plan and other templates.

    `templates` are the hashes, by path, of templates that are not this project's.
    """
    service = resolve(loaded)
    rendered = render(plan(service, loaded.config, loaded.partitions))
    files = format_files(rendered)
    if loaded.config.layout == "module":
        files = _modules(files, loaded.config.package)
    files[MANIFEST] = manifest(files, _facts(loaded, templates))
    return dict(sorted(files.items()))


def _modules(files: Mapping[str, str], package: str) -> dict[str, str]:
    """Keep the modules of a package, by path below its own folder."""
    folder = f"{package}/"
    return {
        path.removeprefix(folder): text
        for path, text in files.items()
        if path.startswith(folder) and path.endswith(".py")
    }


def _facts(loaded: LoadedModel, templates: Mapping[str, str]) -> dict[str, object]:
    """Name what decides the output: generator, formatter and input, and no date."""
    facts: dict[str, object] = {
        **_tools(),
        "service": loaded.service,
        "model": [{"file": file.name, "sha256": file.sha256} for file in loaded.files],
    }
    if templates:
        facts["templates"] = [{"file": path, "sha256": templates[path]} for path in templates]
    return facts


def _tools() -> dict[str, object]:
    return {"generator": f"{DISTRIBUTION} {__version__}", "ruff": pinned_ruff()}
