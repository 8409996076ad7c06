"""Rules of Smithy that its Python loader does not check and that a generated client leans on.

`structure`, `metadata` and `mixins` look at the JSON of the files, before it is merged. Each check
of the other modules looks at the whole merged model and yields a fault for each breach. To add a
rule, write a function and list it in `CHECKS`. Rules are those of Smithy 1.73 whose breach is an
error there; what this generator cannot do is refused in `codegen.checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from codegen.faults import Fault
from codegen.validation.defaults import check_defaults
from codegen.validation.discovery import check_discovery
from codegen.validation.http import check_bindings, check_payloads, check_uris
from codegen.validation.members import check_enum_traits, check_enums, check_names, check_unions
from codegen.validation.pagination import check_pagination
from codegen.validation.recursion import check_recursion
from codegen.validation.resources import (
    check_hierarchy,
    check_identifiers,
    check_lifecycle,
    check_properties,
)
from codegen.validation.rules import Shapes
from codegen.validation.runs import check_sessions, check_stored_results
from codegen.validation.services import check_service_names, check_uri_conflicts
from codegen.validation.streams import check_byte_streams, check_events, check_streams
from codegen.validation.targets import check_errors, check_inputs, check_targets
from codegen.validation.traits import (
    check_conflicts,
    check_definitions,
    check_places,
    check_values,
)

CHECKS: Final[tuple[Callable[[Shapes], Iterator[Fault]], ...]] = (
    check_targets,
    check_errors,
    check_inputs,
    check_enums,
    check_enum_traits,
    check_unions,
    check_names,
    check_recursion,
    check_definitions,
    check_places,
    check_values,
    check_conflicts,
    check_defaults,
    check_uris,
    check_bindings,
    check_payloads,
    check_streams,
    check_events,
    check_byte_streams,
    check_sessions,
    check_stored_results,
    check_pagination,
    check_discovery,
    check_hierarchy,
    check_lifecycle,
    check_identifiers,
    check_properties,
    check_service_names,
    check_uri_conflicts,
)


def validate(shapes: Shapes) -> Iterator[Fault]:
    """Yield every breach of every rule."""
    for check in CHECKS:
        yield from check(shapes)
