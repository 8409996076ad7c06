"""The command line: `python -m codegen generate | partitions | diff | update-model`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from codegen import __version__
from codegen.batch import Generate, Request
from codegen.faults import GenerationError
from codegen.generate import Manner, generate_each, generate_one, generate_shared
from codegen.partitions import SHARED

_GENERATE = """\
Generate an installable Python package from a model, or one package each from many models.

The folder of a package belongs to the generator: files that it no longer makes are deleted. It
refuses a folder that holds files and no _generation.json."""

_GENERATE_EXAMPLES = """\
examples:
  a model folder of this repository
    python -m codegen generate --model model/sagemaker-runtime --out generated/sagemaker-runtime
  a Smithy JSON AST as AWS publishes it, or a botocore service-2.json; gzip is fine
    python -m codegen generate --model sagemaker-runtime.json --out client
  whether the files on disk are what would be generated; writes nothing
    python -m codegen generate --model model/sagemaker-runtime --out generated/sagemaker-runtime \\
        --check
  many services on all processors, each into clients/<distribution>; one that fails stops no other
    python -m codegen generate --each models/*.json --out clients
  with a client.py and a README of your own, everything else as it comes; see docs/generator.md
    python -m codegen generate --model service.json --out client --template-dir templates
  for programs: what was written, and every fault, as JSON on standard output
    python -m codegen generate --each models/*.json --out clients --json

exit status: 0 done, or nothing differs; 1 otherwise, with every fault on standard error;
2 the command line is wrong"""

_PARTITIONS = """\
Generate the table of partitions that the runtime has for all generated packages. A package has a
table of its own where its model brings one, or `generate --partitions` is given."""

_DIFF = """\
Say what a model update does to callers of the generated package: every change of what they see, its
kind, whether it breaks them, and the version step that it asks for. docs/model-updates.md lists the
kinds. Each of OLD and NEW is a model folder, a Smithy 2.0 JSON AST or a botocore service-2.json."""

_DIFF_EXAMPLES = """\
examples:
  the facts of this repository against a newer botocore
    python -m codegen diff model/sagemaker-runtime botocore/data/sagemaker-runtime/2017-05-13
  for the description of a pull request; for changes/<name>.md
    python -m codegen diff old.json new.json --format markdown
    python -m codegen diff old.json new.json --fragment

exit status: 0 nothing breaks callers; 3 something does; 1 a model cannot be read"""


def main(argv: Sequence[str] | None = None, *, generate: Generate | None = None) -> int:
    """Run one command and return the exit status.

    `generate` takes the place of `codegen.pipeline.generate_package`.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if options.command == "generate" and options.each and options.package is not None:
        parser.error("--package names one package: use it with --model")
    try:
        if options.command == "update-model":
            return _update_model(options)
        if options.command == "diff":
            return _diff(options)
        if options.command == "partitions":
            return _partitions(options)
        return _generate(options, generate)
    except GenerationError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        count = f"{len(error.faults)} fault{'' if len(error.faults) == 1 else 's'}"
        done = "compared" if options.command == "diff" else "written"
        print(f"{count}; nothing was {done}", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted; what was named before is done", file=sys.stderr)
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m codegen",
        description="Drawplate: Smithy models in, typed Python clients out.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    generate = commands.add_parser(
        "generate",
        help="generate a package from a model, or many from many",
        description=_GENERATE,
        epilog=_GENERATE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    models = generate.add_mutually_exclusive_group(required=True)
    models.add_argument(
        "--model",
        metavar="PATH",
        type=Path,
        nargs="+",
        action="extend",
        help="a model folder (service.json, docs.json, overlay.json, package.toml), or one or "
        "more Smithy 2.0 JSON ASTs or botocore service-2.json files",
    )
    models.add_argument(
        "--each",
        metavar="PATH",
        type=Path,
        nargs="+",
        action="extend",
        help="likewise, but each PATH is a model of its own and becomes a package of its own",
    )
    generate.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        required=True,
        help="the folder to write: DIR/pyproject.toml, DIR/<package>/...; with --each "
        "DIR/<distribution>/pyproject.toml, ...",
    )
    generate.add_argument(
        "--package",
        metavar="NAME",
        help="import name of the package, in place of that of package.toml",
    )
    generate.add_argument(
        "--service",
        metavar="ID",
        help="the service to generate, by shape id or name, if the model has several",
    )
    generate.add_argument(
        "--partitions",
        metavar="FILE",
        type=Path,
        help="partitions of the endpoint rules for the package to have, in place of those beside "
        "the model or of the runtime",
    )
    generate.add_argument(
        "--template-dir",
        metavar="DIR",
        type=Path,
        help="templates that take the place of those of the same path below templates/",
    )
    generate.add_argument(
        "--jobs",
        metavar="N",
        type=_count,
        default=os.cpu_count() or 1,
        help="how many processes --each works in (default: one for each processor, %(default)s)",
    )
    _add_manner(generate)

    partitions = commands.add_parser(
        "partitions",
        help="generate the table of partitions that the runtime has",
        description=_PARTITIONS,
    )
    partitions.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="the folder to write"
    )
    partitions.add_argument(
        "--partitions",
        metavar="FILE",
        type=Path,
        default=SHARED,
        help="the table (default: model/partitions.json of the generator)",
    )
    _add_manner(partitions)

    diff = commands.add_parser(
        "diff",
        help="say what a model update does to callers",
        description=_DIFF,
        epilog=_DIFF_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    diff.add_argument("old", metavar="OLD", type=Path, help="the model before")
    diff.add_argument("new", metavar="NEW", type=Path, help="the model after")
    form = diff.add_mutually_exclusive_group()
    form.add_argument(
        "--format",
        choices=("text", "json", "markdown"),
        default="text",
        help="how to print it (default: %(default)s, in colour on a terminal without NO_COLOR)",
    )
    form.add_argument(
        "--fragment",
        dest="format",
        action="store_const",
        const="fragment",
        help="print a changelog fragment",
    )
    diff.add_argument(
        "--service",
        metavar="ID",
        help="the service to compare, by shape id or name, if the models have several",
    )

    update = commands.add_parser(
        "update-model",
        help="read the newest facts of services out of the installed botocore",
        description="Import the model of each service from the installed botocore into "
        "model/<service>/service.json: names, shapes, traits and endpoint rules, no prose.",
    )
    update.add_argument(
        "service",
        metavar="SERVICE",
        nargs="+",
        help="a service as botocore names it, as sagemaker-runtime",
    )
    update.add_argument(
        "--model-dir",
        metavar="DIR",
        type=Path,
        default=Path("model"),
        help="the folder that holds a folder for each service (default: %(default)s)",
    )
    return parser


def _add_manner(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--check",
        action="store_true",
        help="write nothing; name every missing, extra or changed file and exit 1 if there is one",
    )
    said = command.add_mutually_exclusive_group()
    said.add_argument("--quiet", action="store_true", help="print faults and nothing else")
    said.add_argument("--json", action="store_true", help="print a summary as JSON, for programs")


def _generate(options: argparse.Namespace, generate: Generate | None) -> int:
    if generate is None:
        from codegen.pipeline import generate_package

        generate = partial(generate_package, template_dir=options.template_dir)
    manner = _manner(options)
    if options.model:
        paths = tuple(options.model)
        request = Request(paths, options.service, options.partitions, options.package)
        return generate_one(request, options.out, generate, manner)
    requests = [Request((path,), options.service, options.partitions) for path in options.each]
    return generate_each(requests, options.out, generate, manner, jobs=options.jobs)


def _partitions(options: argparse.Namespace) -> int:
    return generate_shared(options.partitions, options.out, _manner(options))


def _manner(options: argparse.Namespace) -> Manner:
    form: Literal["text", "json", "quiet"] = "text"
    if options.json or options.quiet:
        form = "json" if options.json else "quiet"
    return Manner(check=options.check, form=form)


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    message = f"{text!r} is not a number of processes: give 1 or more"
    raise argparse.ArgumentTypeError(message)


def _update_model(options: argparse.Namespace) -> int:
    from codegen.importer.cli import run_update_model

    return run_update_model([*options.service, "--model-dir", str(options.model_dir)])


def _diff(options: argparse.Namespace) -> int:
    from codegen.diff.cli import run_diff

    return run_diff(options.old, options.new, options.format, service=options.service)
