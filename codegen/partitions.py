"""Reads a table of AWS partitions: regions, and the DNS suffixes that endpoint rules ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codegen.endpoint_values import mapping, sequence
from codegen.faults import Fault, GenerationError

SHARED = Path(__file__).parent.parent / "model" / "partitions.json"
"""The partitions that the runtime has, for every model that does not bring its own."""
SHARED_MODULE = "drawplate.partitions"
"""Where generated packages find them."""

_STRINGS = ("name", "dnsSuffix", "dualStackDnsSuffix", "implicitGlobalRegion")
_BOOLEANS = ("supportsFIPS", "supportsDualStack")


@dataclass(frozen=True, slots=True)
class PartitionPlan:
    """One partition; every field is Python text, ready to print."""

    name: str
    dns_suffix: str
    dual_stack_dns_suffix: str
    supports_fips: str
    supports_dual_stack: str
    implicit_global_region: str
    region_regex: str
    regions: str


def plan_partitions(document: object, *, file: str = "") -> tuple[PartitionPlan, ...]:
    """Return the partitions of a `partitions.json`, a JSON value, in its order.

    Raises `GenerationError` with every fault; a table without "aws" is one, since a region that no
    partition knows belongs there.
    """
    faults: list[Fault] = []
    partitions = sequence((mapping(document) or {}).get("partitions")) or ()
    plans = [
        _plan(mapping(partition) or {}, f"/partitions/{index}", file, faults)
        for index, partition in enumerate(partitions)
    ]
    if repr("aws") not in {plan.name for plan in plans}:
        faults.append(Fault(file, "/partitions", "", 'there is no partition "aws"', "add it"))
    if faults:
        raise GenerationError(faults)
    return tuple(plans)


def _plan(
    partition: Mapping[str, object], pointer: str, file: str, faults: list[Fault]
) -> PartitionPlan:
    outputs = mapping(partition.get("outputs")) or {}
    for name, kind in (*((n, str) for n in _STRINGS), *((n, bool) for n in _BOOLEANS)):
        if not isinstance(outputs.get(name), kind):
            message = f"output {name} is not a {'string' if kind is str else 'boolean'}"
            faults.append(Fault(file, f"{pointer}/outputs/{name}", "", message))
    regex = partition.get("regionRegex")
    try:
        re.compile(str(regex) if isinstance(regex, str) else "(", re.ASCII)
    except re.error as error:
        message = f"regionRegex {regex!r} is not a regular expression of Python's: {error}"
        faults.append(Fault(file, f"{pointer}/regionRegex", "", message))
    regions = mapping(partition.get("regions")) or {}
    for region, facts in regions.items():
        if own := sorted((mapping(facts) or {}).keys() - {"description"}):
            message = f"region {region} has {', '.join(own)} of its own"
            advice = "only the partition's outputs are supported"
            faults.append(Fault(file, f"{pointer}/regions/{region}", "", message, advice))
    return PartitionPlan(
        name=repr(outputs.get("name")),
        dns_suffix=repr(outputs.get("dnsSuffix")),
        dual_stack_dns_suffix=repr(outputs.get("dualStackDnsSuffix")),
        supports_fips=repr(outputs.get("supportsFIPS")),
        supports_dual_stack=repr(outputs.get("supportsDualStack")),
        implicit_global_region=repr(outputs.get("implicitGlobalRegion")),
        region_regex=repr(regex),
        regions=repr(tuple(regions)),
    )
