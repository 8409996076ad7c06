"""Handlers and plugins: where they stand, what they see, and what they may do."""

from __future__ import annotations

from typing import Any

import pytest
from drawplate._call import CallNext, Flow
from drawplate.config import Config
from drawplate.context import RequestContext
from drawplate.errors import ConnectionLostError, ServiceError
from drawplate.handlers import STEPS, Handlers, Step
from drawplate.http import HttpResponse
from drawplate.plugins import Declarations
from drawplate.response import Response
from sagemaker_runtime import SageMakerRuntimeClient, errors

from tests.runtime.clients import Recorder, invoke, json_answer, make

pytestmark = pytest.mark.usefixtures("face")  # both clients

PARAMS: Any = {"endpoint_name": "ep", "body": b"x"}
BUSY = json_answer(b'{"message": "later"}', 503, x_amzn_errortype="ServiceUnavailable")


class Note:
    """A handler that writes down when it is entered and left."""

    def __init__(self, name: str, into: list[str]) -> None:
        self.name = name
        self.into = into

    def handle(self, context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        self.into.append(f">{self.name}")
        response = yield from call_next(context)
        self.into.append(f"<{self.name}")
        return response


def build(client: SageMakerRuntimeClient) -> Any:
    return client.build_request("invoke_endpoint", PARAMS)


def test_steps_run_from_the_outside_in_and_back() -> None:
    noted: list[str] = []
    client = make(transport=Recorder())
    steps: list[Step] = ["send", "sign", "build", "validate", "initialize"]
    assert steps == [*reversed(STEPS)]
    for step in steps:
        client.handlers.add(Note(step, noted), step=step)
    invoke(client)
    inward = [f">{step}" for step in STEPS]
    assert noted == [*inward, *(note.replace(">", "<") for note in reversed(inward))]


def test_of_two_at_one_place_the_first_added_sees_the_request_first() -> None:
    noted: list[str] = []
    client = make(transport=Recorder())
    for name in ("a", "b"):
        client.handlers.add(Note(name, noted), step="build", priority=20)
    client.handlers.add(Note("outer", noted), step="build", priority=21)
    invoke(client)
    assert noted == [">outer", ">a", ">b", "<b", "<a", "<outer"]


@pytest.mark.parametrize(
    ("step", "priority", "times"),
    [
        ("initialize", 0, 1),
        ("validate", 50, 1),
        ("build", 99, 1),
        ("build", 0, 1),
        ("sign", 99, 2),
        ("sign", 50, 2),
        ("sign", 0, 2),
        ("send", 0, 2),
    ],
)
def test_only_what_is_inside_of_the_retries_runs_for_each_attempt(
    step: Step, priority: int, times: int
) -> None:
    noted: list[str] = []
    client = make(transport=Recorder(BUSY, HttpResponse(200)), retry_base_delay=0)
    client.handlers.add(Note("n", noted), step=step, priority=priority)
    invoke(client)
    assert noted == [">n", "<n"] * times


@pytest.mark.parametrize(
    ("step", "priority", "has"),
    [
        ("validate", 51, "nothing"),
        ("validate", 50, "parameters"),
        ("build", 51, "parameters"),
        ("build", 50, "request"),
        ("sign", 99, "request"),
        ("sign", 51, "request"),
        ("sign", 50, "signature"),
        ("send", 0, "signature"),
    ],
)
def test_what_a_handler_finds_depends_on_where_it_stands(
    step: Step, priority: int, has: str
) -> None:
    found: list[str] = []

    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        if context.parameters is None:
            found.append("nothing")
        elif context.http_request is None:
            found.append("parameters")
        elif "authorization" in context.request.headers:
            found.append("signature")
        else:
            found.append("request")
        return (yield from call_next(context))

    client = make(transport=Recorder())
    client.handlers.add(handle, step=step, priority=priority)
    invoke(client)
    assert found == [has]


def test_a_header_of_the_step_build_is_sent_and_signed() -> None:
    transport = Recorder()
    client = make(transport=transport)
    request = build(client)

    def stamp(context: RequestContext) -> None:
        context.request.headers["x-foo"] = "1"

    request.handle_request(stamp)
    request.send()
    headers = transport.request.headers
    assert headers["x-foo"] == "1"
    assert ";x-foo," in headers["authorization"]


def test_what_a_handler_after_the_signature_adds_is_not_signed_and_stays_for_one_attempt() -> None:
    transport = Recorder(BUSY, HttpResponse(200))
    client = make(transport=transport, retry_base_delay=0)
    seen: list[bool] = []

    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        seen.append("x-late" in context.request.headers)
        context.request.headers["x-late"] = "1"
        return (yield from call_next(context))

    client.handlers.add(handle, step="send")
    invoke(client)
    assert seen == [False, False]
    for request in transport.requests:
        assert "x-late" not in request.headers["authorization"]
        assert request.headers["x-late"] == "1"


def test_a_handler_added_to_a_request_runs_once_and_leaves_the_client_alone() -> None:
    noted: list[str] = []
    client = make(transport=Recorder())
    request = build(client)
    request.handle(Note("n", noted))
    request.send()
    invoke(client)
    build(client).send()
    assert noted == [">n", "<n"]
    assert (len(client.handlers), len(request.handlers)) == (0, 1)


def test_a_handler_may_answer_in_place_of_the_service() -> None:
    transport = Recorder()
    client = make(transport=transport)
    error = ServiceError("no")

    def handle(context: RequestContext, _next: CallNext) -> Flow[Response[Any]]:
        yield from ()
        return Response(context, None, error)

    client.handlers.add(handle, step="send")
    with pytest.raises(ServiceError) as caught:
        invoke(client)
    assert caught.value is error
    assert transport.requests == []


def test_a_handler_may_call_the_service_twice() -> None:
    transport = Recorder(HttpResponse(200, body=b"1"), HttpResponse(200, body=b"2"))

    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        yield from call_next(context)
        return (yield from call_next(context))

    client = make(transport=transport)
    client.handlers.add(handle, step="initialize")
    assert invoke(client).body == b"2"


def test_handlers_see_what_is_raised_inside_of_them() -> None:
    seen: list[object] = []

    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        try:
            return (yield from call_next(context))
        except ZeroDivisionError as error:
            seen.append(error)
            raise

    client = make(transport=Recorder(ZeroDivisionError("transport")))
    client.handlers.add(handle, step="send")
    with pytest.raises(ZeroDivisionError, match="transport"):
        invoke(client)
    assert len(seen) == 1


def test_handlers_of_some_operations_do_not_see_the_others() -> None:
    noted: list[str] = []
    client = make(transport=Recorder())
    client.handlers.add(Note("n", noted), operations=["invoke_endpoint_async"])
    invoke(client)
    assert noted == []
    client.invoke_endpoint_async(endpoint_name="ep")
    assert noted == [">n", "<n"]


def test_handlers_can_be_removed() -> None:
    noted: list[str] = []
    client = make(transport=Recorder())
    first = client.handlers.add(Note("a", noted))
    client.handlers.add(Note("b", noted))
    invoke(client)
    client.handlers.remove(first)
    invoke(client)
    client.handlers.remove(Note)
    invoke(client)
    assert noted == [">a", ">b", "<b", "<a", ">b", "<b"]
    with pytest.raises(ValueError, match="there is no such handler"):
        client.handlers.remove(first)


def test_what_cannot_be_a_handler_is_refused() -> None:
    handlers = Handlers()
    step: Any = "sing"
    wrong: Any = 5
    with pytest.raises(ValueError, match="step must be one of initialize, validate, build, sign"):
        handlers.add(Note("n", []), step=step)
    with pytest.raises(ValueError, match="priority must be a whole number from 0 to 99, got 100"):
        handlers.add(Note("n", []), priority=100)
    with pytest.raises(TypeError, match="got an object of type int"):
        handlers.add(wrong)


def test_a_handler_that_is_no_generator_is_named() -> None:
    client = make(transport=Recorder())

    def plain(context: RequestContext, call_next: CallNext) -> Any:
        return None

    client.handlers.add(plain)
    with pytest.raises(TypeError, match=r"plain must be a generator function: return \(yield from"):
        invoke(client)


def test_copies_keep_the_handlers_that_there_were() -> None:
    noted: list[str] = []
    client = make(transport=Recorder())
    client.handlers.add(Note("a", noted))
    copy = client.with_options(http_read_timeout=5)
    client.handlers.add(Note("b", noted))
    invoke(copy)
    assert noted == [">a", "<a"]


@pytest.mark.blocks
def test_a_context_remembers_and_tells() -> None:
    client = make(transport=Recorder(BUSY, HttpResponse(200)), retry_base_delay=0)
    told: list[object] = []
    request = build(client)

    def handle(context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        assert "key" not in context
        assert context.get("key", 1) == 1
        context["key"] = 2
        told.extend([context.operation_name, context.params, context.client is client])
        told.extend([context.config is client.config, context.retries, context["key"]])
        with pytest.raises(RuntimeError, match='there is no HTTP request before the step "build"'):
            _ = context.request
        response = yield from call_next(context)
        told.extend([context.retries, context.attempts, response.context is context])
        del context["key"]
        assert "key" not in context
        return response

    request.handle(handle, step="initialize")
    request.send()
    assert told == ["invoke_endpoint", PARAMS, True, True, 0, 2, 1, 2, True]


def test_functions_on_the_way_back_run_if_the_service_answered() -> None:
    seen: list[int] = []

    def note(response: Response[Any]) -> None:
        seen.append(response.status)

    request = build(make(transport=Recorder(BUSY), retry_limit=0, raise_response_errors=False))
    request.handle_response(note)
    assert request.send().status == 503
    lost = build(make(transport=Recorder(ConnectionLostError("x")), retry_limit=0))
    lost.handle_response(note)
    with pytest.raises(ConnectionLostError):
        lost.send()
    assert seen == [503]


# Plugins


class Stamp:
    """Declares an option, adds a handler, and notes what it is asked."""

    asked: list[str]

    def __init__(self, asked: list[str] | None = None, default: object = "1") -> None:
        self.asked = [] if asked is None else asked
        self.default = default

    def before_initialize(self, client_class: type, options: dict[str, Any]) -> None:
        self.asked.append(f"before {client_class.__name__}")

    def add_options(self, options: Declarations) -> None:
        options.add("stamp", default=self.default, docs="What is stamped on requests.")

    def add_handlers(self, handlers: Handlers, config: Config) -> None:
        self.asked.append(f"handlers {config.extra['stamp']}")
        handlers.add(self.handle)

    def after_initialize(self, client: object) -> None:
        self.asked.append(f"after {self.default}")

    def handle(self, context: RequestContext, call_next: CallNext) -> Flow[Response[Any]]:
        context.request.headers.add("x-stamp", str(context.config.extra["stamp"]))
        return (yield from call_next(context))


def stamps(transport: Recorder) -> list[str | None]:
    return [request.headers.get("x-stamp") for request in transport.requests]


@pytest.mark.parametrize("plugin", [Stamp, Stamp(), "tests.runtime.test_handlers.Stamp"])
def test_a_plugin_is_a_class_an_object_or_a_name(plugin: object) -> None:
    transport = Recorder()
    invoke(make(transport=transport, plugins=[plugin]))
    assert stamps(transport) == ["1"]
    assert ";x-stamp," in transport.request.headers["authorization"]


def test_plugins_are_asked_in_order_and_at_the_end_in_reverse() -> None:
    asked: list[str] = []
    make(transport=Recorder(), plugins=[Stamp(asked, "a"), Stamp(asked, "b")])
    name = "before SageMakerRuntimeClient"
    assert asked == [name, name, "handlers b", "handlers b", "after b", "after a"]


def region_of(config: Config) -> str | None:
    return config.region


def nothing_of(config: Config) -> None:
    assert config.region


DEFAULTS: list[tuple[list[object], object]] = [
    (["a", "b"], "b"),
    (["a", None], "a"),
    ([region_of, None], "us-east-1"),
    (["a", nothing_of], "a"),
]


@pytest.mark.parametrize(("defaults", "value"), DEFAULTS)
def test_the_last_default_that_is_not_none_counts(defaults: list[object], value: object) -> None:
    plugins = [Stamp(default=default) for default in defaults]
    client: Any = make(transport=Recorder(), plugins=plugins)
    assert client.config.stamp == client.config.extra["stamp"] == value


def test_options_of_plugins_are_keywords_and_kept_by_copies() -> None:
    transport = Recorder()
    options: dict[str, Any] = {"plugins": [Stamp], "stamp": "2"}
    client: Any = make(transport=transport, **options)
    invoke(client)
    invoke(client.with_options(http_read_timeout=5))
    invoke(client.with_options(stamp="3"))
    assert stamps(transport) == ["2", "2", "3"]
    unplugged: Any = {"stamp": "2"}
    with pytest.raises(TypeError, match="unknown option 'stamp'"):
        make(**unplugged)
    with pytest.raises(AttributeError, match="there is no option 'stump'"):
        _ = client.config.stump


def test_a_plugin_may_set_another_default_of_an_option() -> None:
    class Patient:
        def add_options(self, options: Declarations) -> None:
            options.add("http_read_timeout", default=300)

    assert make(plugins=[Patient]).config.http_read_timeout == 300
    assert make(plugins=[Patient], http_read_timeout=5).config.http_read_timeout == 5


def test_a_plugin_may_change_options_and_bring_another_plugin() -> None:
    class Leader:
        def before_initialize(self, client_class: type, options: dict[str, Any]) -> None:
            options["region"] = "eu-west-1"
            options["plugins"].append(Stamp)

    transport = Recorder()
    client = make(transport=transport, plugins=[Leader])
    invoke(client)
    assert (client.config.region, stamps(transport)) == ("eu-west-1", ["1"])


@pytest.fixture
def own_class() -> type[SageMakerRuntimeClient]:
    """A class of clients whose plugins concern nobody else."""
    return type("Own", (SageMakerRuntimeClient,), {"__module__": SageMakerRuntimeClient.__module__})


def test_plugins_of_a_class(own_class: type[SageMakerRuntimeClient]) -> None:
    own_class.add_plugin(Stamp)
    assert (own_class.plugins(), SageMakerRuntimeClient.plugins()) == ([Stamp], [])
    transport = Recorder()
    client = own_class(
        region="us-east-1",
        environ={},
        transport=transport,
        access_key_id="a",
        secret_access_key="b",
    )
    invoke(client)
    assert stamps(transport) == ["1"]
    own_class.remove_plugin(Stamp)
    assert own_class.plugins() == []
    own_class.set_plugins([Stamp, Stamp])
    own_class.clear_plugins()
    assert own_class.plugins() == []


@pytest.mark.parametrize("plugin", [5, object(), int])
def test_what_is_no_plugin_is_a_type_error(plugin: object) -> None:
    with pytest.raises(TypeError, match="a plugin must have one of before_initialize, add_options"):
        make(plugins=[plugin])


@pytest.mark.parametrize("name", ["nowhere.Plugin", "tests.runtime.test_handlers.Missing", "Stamp"])
def test_a_plugin_that_cannot_be_imported_is_named(name: str) -> None:
    with pytest.raises(ImportError, match=f"plugin '{name}' cannot be imported"):
        make(plugins=[name])


def test_what_a_service_is_called() -> None:
    client = make()
    assert SageMakerRuntimeClient.identifier == client.identifier == "sagemakerruntime"
    assert client.errors_module is SageMakerRuntimeClient.errors_module is errors
    assert client.waiter_names == []
