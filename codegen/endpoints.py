"""Compiles `smithy.rules#endpointRuleSet` to the body of one Python function.

A rule set is a tree of conditions that ends in URLs and errors; here it becomes nested `if`s that
end in `return` and `raise`. A branch whose conditions hold never falls through to the next rule: a
tree without a matching rule is an error, as the rules language has it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codegen.endpoint_expressions import ExpressionCompiler
from codegen.endpoint_layout import Branch, Step, assemble, layout, names_in, wrap_text
from codegen.endpoint_values import (
    RUNTIME_FUNCTIONS,
    UNKNOWN,
    Expression,
    Scope,
    Test,
    is_set_key,
    mapping,
    sequence,
)
from codegen.faults import Fault, GenerationError
from codegen.model import Service
from codegen.names import member_name, safe, snake_case
from codegen.read import pointer as json_pointer

RULE_SET = "smithy.rules#endpointRuleSet"
DECISION_DIAGRAM = "smithy.rules#endpointBdd"

NO_RULE = "No endpoint rule matches these parameters"

BUILT_INS: Mapping[str, str] = {
    "AWS::Auth::AccountId": "Account id of the credentials.",
    "AWS::Auth::AccountIdEndpointMode": (
        'Whether the host name holds the account id: "preferred", "required" or "disabled".'
    ),
    "AWS::Auth::CredentialScope": "Region that the credentials are limited to.",
    "AWS::Region": "Region that requests go to.",
    "AWS::S3::Accelerate": "Use the accelerated endpoint.",
    "AWS::S3::DisableMultiRegionAccessPoints": "Refuse access points of several regions.",
    "AWS::S3::ForcePathStyle": "Put the bucket into the path, not into the host name.",
    "AWS::S3::UseArnRegion": "Take the region from the ARN.",
    "AWS::S3::UseGlobalEndpoint": "Use the global endpoint in us-east-1.",
    "AWS::S3Control::UseArnRegion": "Take the region from the ARN.",
    "AWS::STS::UseGlobalEndpoint": "Use the global endpoint.",
    "AWS::UseDualStack": "Use the endpoint that has IPv6 beside IPv4.",
    "AWS::UseFIPS": "Use the endpoint with cryptography validated under FIPS 140.",
    "SDK::Endpoint": "URL to use in place of the one that the rules make.",
}
"""Parameters that every client knows how to fill, with what they mean."""

_TYPES = {"string": "str", "boolean": "bool", "stringarray": "Sequence[str]"}
_RULE_KEYS = {"tree": "rules", "endpoint": "endpoint", "error": "error"}
_RAISES = "the rules refuse these parameters; the text is the model's."
_WIDTH = 96
"""Columns of the function's body, which stands four to the right."""
_RESERVED = frozenset(
    {
        "Endpoint",
        "EndpointResolutionError",
        "PARTITIONS",
        "coalesce",
        "item",
        *(function.python for function in RUNTIME_FUNCTIONS.values()),
    }
)


@dataclass(frozen=True, slots=True)
class EndpointParameter:
    """A parameter of the rule set and of `resolve_endpoint`."""

    model_name: str
    name: str
    annotation: str
    """Type expression, with None where the parameter may be unset."""
    default: str | None
    """Python text; None where the caller has to give a value."""
    required: bool
    built_in: str | None
    """As "AWS::Region"; None for a parameter that clients and operations bind."""
    docs: str

    @property
    def declaration(self) -> str:
        """The parameter as a signature has it."""
        default = "" if self.default is None else f" = {self.default}"
        return f"{self.name}: {self.annotation}{default}"


@dataclass(frozen=True, slots=True)
class EndpointPlan:
    """One module `endpoints`: a function with the rules of a service."""

    parameters: tuple[EndpointParameter, ...]
    """In model order."""
    details: str
    """What the function's docstring says behind its first line, safe between triple quotes."""
    body: tuple[str, ...]
    """Lines of the function, without the function's own indentation."""
    imports: tuple[str, ...]
    """Names from `drawplate.endpoints`, sorted."""
    raises: bool
    """Whether the body raises `EndpointResolutionError`."""
    uses_partitions: bool
    """Whether the body needs `PARTITIONS`."""
    uses_sequence: bool
    """Whether the signature needs `collections.abc.Sequence`."""
    auth_schemes: tuple[str, ...]
    """Names of the auth schemes that endpoints ask for, sorted; empty: the model's own."""


def plan_endpoints(service: Service) -> EndpointPlan | None:
    """Compile the endpoint rules of a service; None where it has none.

    Raises `GenerationError` with every fault of the rule set.
    """
    source = service.source
    rule_set = service.traits.get(RULE_SET)
    if rule_set is None:
        if DECISION_DIAGRAM not in service.traits:
            return None
        where = source.pointer + json_pointer("traits", DECISION_DIAGRAM)
        message = "endpoint rules are only there as a decision diagram"
        advice = f"add the rule set that it was made from, trait {RULE_SET}"
        raise GenerationError([Fault(source.file, where, service.id, message, advice)])
    where = source.pointer + json_pointer("traits", RULE_SET)
    return compile_rule_set(rule_set, file=source.file, pointer=where, shape=service.id)


def compile_rule_set(
    rule_set: object, *, file: str = "", pointer: str = "", shape: str = ""
) -> EndpointPlan:
    """Compile a rule set, a JSON value; `file`, `pointer` and `shape` say where it is written.

    Raises `GenerationError` with every fault.
    """
    return _RuleSetCompiler(file, shape).compile(rule_set, pointer)


class _RuleSetCompiler(ExpressionCompiler):
    def __init__(self, file: str, shape: str) -> None:
        super().__init__(file, shape)
        self.imports.add("Endpoint")
        self._auth_schemes: set[str] = set()
        self._variables: dict[str, tuple[str, bool]] = {}
        self._parameters: list[EndpointParameter] = []
        self._guards: list[str] = []

    def compile(self, node: object, pointer: str) -> EndpointPlan:
        rule_set = self._object(node, pointer, {"version", "parameters", "rules", "documentation"})
        version = rule_set.get("version")
        if not isinstance(version, str) or not re.fullmatch(r"1\.\d+", version):
            self.fault(pointer + "/version", f"rule set version {version!r} is not 1.0 or 1.1")
        scope = Scope({})
        parameters = self._object(rule_set.get("parameters", {}), pointer + "/parameters")
        for name, parameter in parameters.items():
            where = f"{pointer}/parameters{json_pointer(name)}"
            scope.names[name] = self._parameter(name, parameter, where)
        body = [*self._guards, *self._rules(rule_set.get("rules"), pointer + "/rules", scope)]
        if self.faults:
            raise GenerationError(self.faults)
        used = names_in(body)
        raises = "EndpointResolutionError" in used
        return EndpointPlan(
            parameters=tuple(self._parameters),
            details=self._details(raises),
            body=tuple(wrap_text(body, _WIDTH)),
            imports=tuple(sorted({"Endpoint", *self.imports} & {"Endpoint", *used})),
            raises=raises,
            uses_partitions="PARTITIONS" in used,
            uses_sequence=any("Sequence" in each.annotation for each in self._parameters),
            auth_schemes=tuple(sorted(self._auth_schemes)),
        )

    def _object(
        self, node: object, pointer: str, keys: set[str] | None = None
    ) -> Mapping[str, object]:
        value = mapping(node)
        if value is None:
            self.fault(pointer, f"{node!r} is not an object")
            return {}
        for key in sorted(value.keys() - keys) if keys is not None else ():
            self.fault(pointer + json_pointer(key), f"{key} is not known here")
        return value

    def _array(self, node: object, pointer: str) -> Sequence[object]:
        value = sequence(node)
        if value is None:
            self.fault(pointer, f"{node!r} is not a list")
            return ()
        return value

    def _parameter(self, name: str, node: object, pointer: str) -> Expression:
        known = {"type", "builtIn", "default", "required", "documentation", "deprecated"}
        parameter = self._object(node, pointer, known)
        kind = _TYPES.get(str(parameter.get("type")).lower())
        if kind is None:
            self.fault(pointer + "/type", f"type {parameter.get('type')!r} is not known")
            kind = UNKNOWN
        built_in = parameter.get("builtIn")
        if built_in is not None and built_in not in BUILT_INS:
            advice = f"known: {', '.join(BUILT_INS)}"
            self.fault(pointer + "/builtIn", f"built-in {built_in!r} is not known", advice)
        default = parameter.get("default")
        if default is not None and not _fits(default, kind):
            self.fault(pointer + "/default", f"default {default!r} does not fit type {kind}")
        python = member_name(name, _RESERVED)
        for other in self._parameters:
            if other.name == python:
                self.fault(pointer, f"parameters {other.model_name} and {name} are both {python}")
        required = parameter.get("required") is True
        optional = default is None and not required
        # What a client fills is None by default in every service's signature, and checked instead.
        if guarded := required and default is None and built_in is not None:
            self._guards += [
                f"if {python} is None:",
                f"    raise EndpointResolutionError({f'Missing required parameter {name}'!r})",
            ]
        docs = BUILT_INS.get(str(built_in)) or str(parameter.get("documentation", ""))
        if (deprecated := mapping(parameter.get("deprecated"))) is not None:
            docs = f"{docs} Deprecated. {deprecated.get('message', '')}"
        self._parameters.append(
            EndpointParameter(
                model_name=name,
                name=python,
                annotation=f"{kind} | None" if optional or guarded else kind,
                default=_default(default, optional=optional or guarded),
                required=required,
                built_in=str(built_in) if built_in is not None else None,
                docs=" ".join(docs.split()),
            )
        )
        return Expression(python, kind, optional)

    def _details(self, raises: bool) -> str:
        lines = ["Args:"] if self._parameters else []
        for parameter in self._parameters:
            text = "".join(char for char in parameter.docs if char.isprintable())
            text = text.replace("\\", "\\\\").replace('"""', r"\"\"\"")
            lines += textwrap.wrap(
                f"{parameter.name}: {text}".rstrip(": "),
                88,
                initial_indent="    ",
                subsequent_indent="        ",
                break_long_words=False,
            )
        if raises:
            lines += ["", "Raises:", f"    EndpointResolutionError: {_RAISES}"]
        return "\n".join(lines).strip()

    def _rules(self, node: object, pointer: str, scope: Scope) -> list[str]:
        """Compile rules to lines that end in `return` or `raise`, whatever happens."""
        branches: list[Branch] = []
        scope = scope.copy()
        closed = False
        rules = self._array(node, pointer)
        if sequence(node) is not None and not rules:
            self.fault(pointer, "there are no rules", "give at least one")
        for index, rule in enumerate(rules):
            branch = self._rule(rule, f"{pointer}/{index}", scope)
            if closed or branch is None:
                continue  # compiled for its faults
            branches.append(branch)
            tests = [test for test in branch.tests if test is not None]
            if not branch.tests:
                closed = True
            elif len(tests) == len(branch.tests):
                scope.exclude(tests)
        lines = layout(branches)
        return lines if closed else [*lines, f"raise EndpointResolutionError({NO_RULE!r})"]

    def _rule(self, node: object, pointer: str, outer: Scope) -> Branch | None:
        """Compile one rule; None if its conditions can never hold here."""
        rule = self._object(node, pointer)
        kind = rule.get("type")
        own = _RULE_KEYS.get(str(kind))
        if own is None:
            self.fault(pointer + "/type", f"rule type {kind!r} is not known")
            return None
        self._object(rule, pointer, {"conditions", "documentation", "type", own})
        scope = outer.copy()
        conditions = self._array(rule.get("conditions", ()), pointer + "/conditions")
        steps = [
            self._condition(condition, f"{pointer}/conditions/{index}", scope)
            for index, written in enumerate(conditions)
            for condition in (*_implied(written), written)
        ]
        if kind == "tree":
            lines = self._rules(rule.get("rules"), pointer + "/rules", scope)
        elif kind == "endpoint":
            lines = [self._endpoint(rule.get("endpoint"), pointer + "/endpoint", scope)]
        else:
            error = self.required(rule.get("error"), "str", pointer + "/error", scope)
            lines = [f"raise EndpointResolutionError({error.text})"]
        never = any(step.condition is False for step in steps)
        return None if never else assemble(steps, lines)

    def _condition(self, node: object, pointer: str, scope: Scope) -> Step:
        condition = mapping(node)
        if condition is None or "fn" not in condition:
            self.fault(pointer, "a condition must be a function call", "add fn and argv")
            return Step(condition=True)
        call = {key: value for key, value in condition.items() if key != "assign"}
        value = self.call(call, pointer, scope)
        truth = self.truth(value, scope)
        assigned = condition.get("assign")
        if assigned is None:
            if isinstance(truth, Test):
                scope.assume(truth)
            return Step(truth)
        if assigned in scope.names:
            self.fault(pointer + "/assign", f"{assigned} has a value already", "use another name")
        name = self._variable(str(assigned), value)
        scope.forget(name)
        scope.names[str(assigned)] = Expression(name, value.type)
        if isinstance(truth, Test):
            scope.assume(truth)
        if value.type == "bool" and not isinstance(truth, bool):
            scope.facts[name] = True
            return Step(truth, name, value.text, walrus=f"({name} := {value.text})")
        if value.optional:
            scope.facts[is_set_key(name)] = True
            return Step(truth, name, value.text, walrus=f"({name} := {value.text}) is not None")
        return Step(truth, name, value.text)

    def _variable(self, assigned: str, value: Expression) -> str:
        """Choose a Python name; one name has one type in the whole function."""
        taken = {*_RESERVED, *(parameter.name for parameter in self._parameters)}
        name = safe(snake_case(assigned), taken)
        kind = (value.type, value.optional)
        if self._variables.setdefault(name, kind) == kind:
            return name
        name = f"{name}_{'list' if '[' in value.type else value.type.lower()}"
        return f"{name}_or_none" if value.optional else name

    def _endpoint(self, node: object, pointer: str, scope: Scope) -> str:
        endpoint = self._object(node, pointer, {"url", "headers", "properties"})
        if mapping(node) is None:
            return "..."
        arguments = [self.required(endpoint.get("url"), "str", pointer + "/url", scope).text]
        headers = self._object(endpoint.get("headers", {}), pointer + "/headers")
        shown: list[str] = []
        for name, values in headers.items():
            where = f"{pointer}/headers{json_pointer(name)}"
            texts = [
                self.required(value, "str", f"{where}/{index}", scope).text
                for index, value in enumerate(self._array(values, where))
            ]
            shown.append(f"{name!r}: [{', '.join(texts)}]")
        if shown:
            arguments.append(f"headers={{{', '.join(shown)}}}")
        properties = self._object(endpoint.get("properties", {}), pointer + "/properties")
        if properties:
            self._note_auth_schemes(properties)
            text = self._property(properties, pointer + "/properties", scope)
            arguments.append(f"properties={text}")
        return f"return Endpoint({', '.join(arguments)})"

    def _note_auth_schemes(self, properties: Mapping[str, object]) -> None:
        for scheme in sequence(properties.get("authSchemes")) or ():
            name = (mapping(scheme) or {}).get("name")
            if isinstance(name, str):
                self._auth_schemes.add(name)

    def _property(self, node: object, pointer: str, scope: Scope) -> str:
        """Python text of a JSON value whose strings are templates."""
        if isinstance(node, str):
            return self.required(node, "str", pointer, scope).text
        if isinstance(node, bool | int):
            return repr(node)
        if (values := sequence(node)) is not None:
            texts = [self._property(v, f"{pointer}/{i}", scope) for i, v in enumerate(values)]
            return f"[{', '.join(texts)}]"
        if (fields := mapping(node)) is not None:
            pairs = [
                f"{key!r}: {self._property(value, pointer + json_pointer(key), scope)}"
                for key, value in fields.items()
            ]
            return f"{{{', '.join(pairs)}}}"
        return self.fault(pointer, f"{node!r} cannot be a property of an endpoint").text


def _default(default: object, *, optional: bool) -> str | None:
    """Python text of a default; None for a parameter that has to be given."""
    if default is not None:
        return _literal(default)
    return "None" if optional else None


def _implied(condition: object) -> list[object]:
    """Ask for the partition of a region only where there is one.

    The rule sets that AWS published first, in November 2022, leave that to their engine.
    """
    call = mapping(condition) or {}
    arguments = sequence(call.get("argv"))
    if call.get("fn") != "aws.partition" or arguments is None or len(arguments) != 1:
        return []
    return [{"fn": "isSet", "argv": arguments}] if mapping(arguments[0]) else []


def _fits(default: object, kind: str) -> bool:
    if kind == "Sequence[str]":
        return all(isinstance(value, str) for value in sequence(default) or (None,))
    return type(default).__name__ == kind or kind == UNKNOWN


def _literal(default: object) -> str:
    values = sequence(default)
    return repr(default) if values is None else repr(tuple(values))
