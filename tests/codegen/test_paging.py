"""Paginators and waiters of a generated package: whole sequences of requests and delays."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from drawplate.errors import (
    PaginationError,
    ParamValidationError,
    ServiceError,
    WaiterFailedError,
    WaiterTimeoutError,
)
from drawplate.http import HttpRequest, HttpResponse

from codegen.faults import GenerationError
from codegen.pipeline import generate_package
from codegen.write import write
from tests.codegen.small_models import SERVICE, Shapes, load_shapes, operation, structure

WAITABLE = "smithy.waiters#waitable"
SECRET = "hush-4711"


def accepts(state: str, path: str, expected: str, comparator: str) -> dict[str, Any]:
    matcher = {"path": path, "expected": expected, "comparator": comparator}
    root = "inputOutput" if path.startswith("input.") else "output"
    return {"state": state, "matcher": {root: matcher}}


def on(state: str, **matcher: object) -> dict[str, Any]:
    return {"state": state, "matcher": matcher}


WAITERS: dict[str, Any] = {
    "JobsDone": {
        "documentation": 'All runs of "main" are done.',
        "minDelay": 5,
        "maxDelay": 40,
        "acceptors": [
            accepts("failure", "Jobs[].Runs[].State", "FAILED", "anyStringEquals"),
            on("failure", errorType="AccessDenied"),
            on("retry", errorType="pages#NotFound"),
            accepts("success", "Jobs[?Name == 'main'].Runs[].State", "DONE", "allStringEquals"),
            accepts("retry", "Page.Next", "more", "stringEquals"),
        ],
    },
    "JobsGone": {
        "acceptors": [
            on("success", errorType="NotFound"),
            accepts(
                "success",
                "input.Size == `0` || length(output.Jobs) == `0`",
                "true",
                "booleanEquals",
            ),
        ],
    },
    "JobsDenied": {"acceptors": [on("success", success=False), on("retry", success=True)]},
}
MODEL: Shapes = {
    "pages#Paging": {
        **SERVICE,
        "operations": [{"target": f"pages#{name}"} for name in ("ListJobs", "ListTags", "Roll")],
        "traits": {
            **SERVICE["traits"],
            "smithy.api#paginated": {"inputToken": "After", "outputToken": "Page.Next"},
        },
    },
    "pages#ListJobs": operation(
        "GET /jobs",
        input="pages#ListJobsInput",
        output="pages#ListJobsOutput",
        traits={"paginated": {"items": "Jobs", "pageSize": "Size"}, WAITABLE: WAITERS},
    ),
    "pages#ListTags": operation(
        "GET /tags",
        input="pages#ListTagsInput",
        output="pages#ListTagsOutput",
        traits={"paginated": {"items": "Page.Tags"}},
    ),
    "pages#Roll": operation(
        "GET /rolls",
        input="pages#RollInput",
        output="pages#RollOutput",
        traits={"paginated": {"inputToken": "After", "outputToken": "Page.Next"}},
    ),
    "pages#ListJobsInput": structure(
        After=("String", {"httpQuery": "after"}),
        Size=("Integer", {"httpQuery": "size"}),
        Owner=("String", {"httpQuery": "owner", "required": {}}),
    ),
    "pages#ListJobsOutput": structure(Jobs="pages#JobList", Page="pages#Page"),
    "pages#ListTagsInput": structure(After=("String", {"httpQuery": "after"})),
    "pages#ListTagsOutput": structure(Page="pages#Page"),
    "pages#RollInput": structure(
        After=("String", {"httpQuery": "after"}),
        Once=("String", {"httpQuery": "once", "idempotencyToken": {}}),
    ),
    "pages#RollOutput": structure(Page="pages#Page"),
    "pages#Page": structure(Next="String", Tags="pages#TagMap"),
    "pages#TagMap": {
        "type": "map",
        "key": {"target": "smithy.api#String"},
        "value": {"target": "smithy.api#Integer"},
    },
    "pages#Job": structure(Name=("String", {"required": {}}), Runs="pages#RunList"),
    "pages#JobList": {"type": "list", "member": {"target": "pages#Job"}},
    "pages#Run": structure(State="String"),
    "pages#RunList": {"type": "list", "member": {"target": "pages#Run"}},
}


class Wire:
    """Answers from memory, and keeps what was asked for and how long was waited, in order."""

    def __init__(self, *answers: HttpResponse) -> None:
        self.done: list[str | float] = []
        self._answers = iter(answers)

    def send(self, request: HttpRequest) -> HttpResponse:
        self.done.append(request.url.removeprefix("https://pages.test"))
        return next(self._answers)


def answer(node: Mapping[str, Any], status: int = 200, code: str = "") -> HttpResponse:
    fields = {"x-amzn-requestid": "id-1"} | ({"x-amzn-errortype": code} if code else {})
    return HttpResponse(status, fields, json.dumps(node).encode())


def jobs(*states: str, name: str = "main", after: str | None = None) -> HttpResponse:
    runs = [{"State": state} for state in states]
    return answer({"Jobs": [{"Name": name, "Runs": runs}], "Page": {"Next": after}})


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("paging")
    write(generate_package(load_shapes(folder / "model.json", MODEL)), folder / "made")
    sys.path.insert(0, str(folder / "made"))
    yield importlib.import_module("paging")
    sys.path.remove(str(folder / "made"))


def client(package: Any, wire: Wire, **options: Any) -> Any:
    sleep = staticmethod(wire.done.append)
    return type("Client", (package.PagingClient,), {"_sleep": sleep})(
        endpoint="https://pages.test",
        region="us-west-2",
        environ={},
        retry_limit=0,
        transport=wire,
        **options,
    )


def test_items_of_all_pages_each_time_anew(package: Any) -> None:
    two = [jobs(name="a", after="2"), answer({"Page": {"Next": "3"}}), jobs(name="b", after="")]
    wire = Wire(*two, jobs(name="c"))
    pages = client(package, wire).paginate_list_jobs(owner="me", size=2)
    assert wire.done == []
    assert [job.name for job in pages] == ["a", "b"]
    assert wire.done == [
        "/jobs?size=2&owner=me",
        "/jobs?after=2&size=2&owner=me",
        "/jobs?after=3&size=2&owner=me",
    ]
    assert [job.name for job in pages] == ["c"]
    assert wire.done[3:] == ["/jobs?size=2&owner=me"]
    assert repr(pages) == "<Paginator of ListJobs>"


def test_pages_are_outputs_and_the_next_one_is_asked_for_when_it_is_wanted(package: Any) -> None:
    wire = Wire(jobs(after="8"), jobs())
    pages = client(package, wire).paginate_list_jobs(owner="me", after="7").pages()
    first = next(pages)
    assert (first.page.next, first.metadata.status) == ("8", 200)
    assert wire.done == ["/jobs?after=7&owner=me"]
    assert [page.page.next for page in pages] == [None]
    assert wire.done[1:] == ["/jobs?after=8&owner=me"]


def test_items_of_a_map_are_pairs(package: Any) -> None:
    wire = Wire(
        answer({"Page": {"Next": "2", "Tags": {"a": 1, "b": 2}}}), answer({"Page": {}}), answer({})
    )
    pages = client(package, wire).paginate_list_tags()
    assert list(pages) == [("a", 1), ("b", 2)]
    assert list(pages) == []


def test_without_items_pages_are_what_is_iterated_over_each_with_a_token_of_its_own(
    package: Any,
) -> None:
    wire = Wire(answer({"Page": {"Next": "2"}}), answer({}))
    pages = list(client(package, wire).paginate_roll())
    assert pages == [
        package.types.RollOutput(page=package.types.Page(next="2")),
        package.types.RollOutput(),
    ]
    tokens = [str(url).partition("once=")[2] for url in wire.done]
    assert len({*tokens}) == 2
    assert all(tokens)


def test_a_token_that_comes_back_is_an_error_that_does_not_tell_it(package: Any) -> None:
    wire = Wire(jobs(name="a", after=SECRET), jobs(name="b", after=SECRET), jobs())
    pages = iter(client(package, wire).paginate_list_jobs(owner="me"))
    assert [next(pages).name, next(pages).name] == ["a", "b"]
    with pytest.raises(PaginationError) as caught:
        next(pages)
    assert str(caught.value) == (
        "ListJobs answered a page with the token that had asked for it (after); the pages would "
        "not end, so ask for single ones with list_jobs"
    )


def test_stubs_make_up_one_page_and_no_more(package: Any) -> None:
    made = client(package, Wire(), stub_responses=True)
    assert [page.page for page in made.paginate_list_jobs(owner="me").pages()] == [None]
    first: dict[str, object] = {"jobs": [{"name": "a"}], "page": {"next": "b"}}
    made.stub_responses("list_jobs", first, {"jobs": [{"name": "c"}]})
    assert [job.name for job in made.paginate_list_jobs(owner="me")] == ["a", "c"]
    assert [request.params for request in made.api_requests()[1:]] == [
        {"owner": "me"},
        {"owner": "me", "after": "b"},
    ]


def test_waiters_take_one_stub_after_the_other(package: Any) -> None:
    wire = Wire()
    made = client(package, wire, stub_responses=True)
    done = {"jobs": [{"name": "main", "runs": [{"state": "DONE"}]}]}
    made.stub_responses("list_jobs", {"page": {"next": "more"}}, done)
    output = made.wait_until_jobs_done(owner="me", max_wait=60)
    assert output.jobs[0].runs[0].state == "DONE"
    assert wire.done == [5.0]


def test_wrong_parameters_are_told_before_anything_is_sent(package: Any) -> None:
    wire = Wire()
    made = client(package, wire)
    with pytest.raises(
        ParamValidationError, match=r"missing required parameter params\[\"owner\"\]"
    ):
        made.paginate_list_jobs()
    with pytest.raises(ParamValidationError) as caught:
        made.wait_until_jobs_done(owner="me", max_wait=0, min_delay=-1, max_delay=-2)
    assert caught.value.errors == [
        "max_wait has to be more than 0 seconds, got 0",
        "min_delay has to be more than 0 seconds, got -1",
        "max_delay -2 is less than min_delay -1",
    ]
    assert wire.done == []


def test_names_of_waiters(package: Any) -> None:
    assert client(package, Wire()).waiter_names == ["jobs_done", "jobs_gone", "jobs_denied"]


def test_waiting_ends_with_the_last_output(package: Any) -> None:
    missing = answer({}, 404, "NotFound")
    wire = Wire(jobs(), missing, jobs("DONE", "OPEN"), answer({}), jobs("DONE", "DONE"))
    output = client(package, wire).wait_until_jobs_done(
        owner="me", max_wait=1000, min_delay=5, max_delay=5
    )
    assert [run.state for run in output.jobs[0].runs] == ["DONE", "DONE"]
    assert wire.done == ["/jobs?owner=me", *([5.0, "/jobs?owner=me"] * 4)]


def test_an_error_can_be_what_is_waited_for(package: Any) -> None:
    wire = Wire(jobs(), answer({}, 404, "NotFound"))
    made = client(package, wire)
    assert made.wait_until_jobs_gone(owner="me", max_wait=10, max_delay=2) is None
    assert wire.done == ["/jobs?owner=me", 2.0, "/jobs?owner=me"]
    wire = Wire(answer({"Jobs": []}))
    assert client(package, wire).wait_until_jobs_gone(owner="me", max_wait=10).jobs == []
    wire = Wire(jobs())
    assert client(package, wire).wait_until_jobs_gone(owner="me", size=0, max_wait=10) is not None
    wire = Wire(answer({}, 403, "AccessDenied"))
    assert client(package, wire).wait_until_jobs_denied(owner="me", max_wait=10) is None


def test_a_state_that_will_not_change_ends_the_wait(package: Any) -> None:
    with pytest.raises(WaiterFailedError) as caught:
        client(package, Wire(jobs("OPEN"), jobs(SECRET, "FAILED"))).wait_until_jobs_done(
            owner=SECRET, max_wait=100, max_delay=5
        )
    error = caught.value
    assert str(error) == (
        "JobsDone: what was waited for cannot come any more (operation ListJobs, attempts 2, "
        "last status 200, last request id id-1)"
    )
    assert SECRET not in repr(error)
    assert isinstance(error.output, package.types.ListJobsOutput)
    assert error.__cause__ is None


def test_an_error_can_end_the_wait(package: Any) -> None:
    wire = Wire(answer({"message": SECRET}, 403, "AccessDenied"))
    with pytest.raises(WaiterFailedError) as caught:
        client(package, wire).wait_until_jobs_done(owner="me", max_wait=100)
    assert str(caught.value) == (
        "JobsDone: what was waited for cannot come any more (operation ListJobs, attempts 1, "
        "last error AccessDenied, last status 403, last request id id-1)"
    )
    assert caught.value.output is None
    assert isinstance(caught.value.__cause__, ServiceError)


def test_an_error_that_the_waiter_does_not_know_is_raised_itself(package: Any) -> None:
    wire = Wire(jobs(), answer({}, 400, "Odd"))
    with pytest.raises(package.errors.PagingError) as caught:
        client(package, wire).wait_until_jobs_done(owner="me", max_wait=100, max_delay=5)
    assert caught.value.code == "Odd"


def test_time_runs_out(package: Any) -> None:
    wire = Wire(jobs())
    with pytest.raises(WaiterTimeoutError) as caught:
        client(package, wire).wait_until_jobs_done(owner="me", max_wait=4)
    assert str(caught.value) == (
        "JobsDone: it was not there after 0.0 seconds; a larger max_wait waits longer "
        "(operation ListJobs, attempts 1, last status 200, last request id id-1)"
    )


def test_methods_say_what_they_take(package: Any) -> None:
    method = package.PagingClient.wait_until_jobs_done
    assert method.__kwdefaults__ == {"min_delay": 5, "max_delay": 40}
    assert method.__annotations__ == {
        "max_wait": "float",
        "min_delay": "float",
        "max_delay": "float",
        "params": "Unpack[params.ListJobsInput]",
        "return": "types.ListJobsOutput",
    }
    assert 'All runs of "main" are done.' in method.__doc__
    gone = package.PagingClient.wait_until_jobs_gone.__annotations__["return"]
    assert gone == "types.ListJobsOutput | None"
    assert package.PagingClient.wait_until_jobs_denied.__annotations__["return"] == "None"
    results = {
        name: getattr(package.PagingClient, f"paginate_{name}").__annotations__["return"]
        for name in ("list_jobs", "list_tags", "roll")
    }
    assert results == {
        "list_jobs": "Paginator[types.Job, types.ListJobsOutput]",
        "list_tags": "Paginator[tuple[str, int], types.ListTagsOutput]",
        "roll": "Paginator[types.RollOutput, types.RollOutput]",
    }


def test_conditions_are_plain_python(tmp_path: Path) -> None:
    text = generate_package(load_shapes(tmp_path / "model.json", MODEL))["paging/_waiters.py"]
    done = text[text.index("def _jobs_done") : text.index("JOBS_DONE")].strip()
    assert (
        done
        == '''\
def _jobs_done(_params: types.ListJobsInput, output: types.ListJobsOutput | ServiceError) -> State:
    if isinstance(output, ServiceError):
        if output.code == "AccessDenied":
            return "failure"
        if output.code == "NotFound":
            return "retry"
        return "unexpected"
    if output.jobs is not None and "FAILED" in [
        item2.state
        for item in output.jobs
        if item.runs is not None
        for item2 in item.runs
        if item2.state is not None
    ]:
        return "failure"
    if output.jobs is not None and all_equal(
        [
            item2.state
            for item in output.jobs
            if item.name == "main"
            if item.runs is not None
            for item2 in item.runs
            if item2.state is not None
        ],
        "DONE",
    ):
        return "success"
    return "retry"'''
    )


def faults(tmp_path: Path, **operations: Mapping[str, Any]) -> list[str]:
    shapes = {
        **MODEL,
        "pages#Paging": {
            **MODEL["pages#Paging"],
            "operations": [{"target": f"pages#{name}"} for name in operations],
        },
        **{f"pages#{name}": shape for name, shape in operations.items()},
    }
    with pytest.raises(GenerationError) as caught:
        generate_package(load_shapes(tmp_path / "model.json", shapes))
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in caught.value.faults]


def listing(http: str, **traits: Any) -> dict[str, Any]:
    return operation(
        http, input="pages#ListJobsInput", output="pages#ListJobsOutput", traits=traits
    )


def test_names_that_are_taken_are_told(tmp_path: Path) -> None:
    advice = "leave one of them out: list operations in package.toml, or remove the trait"
    assert faults(
        tmp_path, List=listing("GET /a", paginated={}), PaginateList=listing("GET /b")
    ) == [
        "model.json#/shapes/pages#List/traits/smithy.api#paginated: it needs a method "
        f"`paginate_list`, and pages#PaginateList has it (on pages#List); {advice}"
    ]
    one = {"acceptors": [on("success", success=True)]}
    assert faults(
        tmp_path, A=listing("GET /a", **{WAITABLE: {"Up": one}}), WaitUntilUp=listing("GET /b")
    ) == [
        f"model.json#/shapes/pages#A/traits/{WAITABLE}: it needs a method "
        f"`wait_until_up`, and pages#WaitUntilUp has it (on pages#A); {advice}"
    ]


def test_every_path_that_leads_nowhere_is_told_with_its_place(tmp_path: Path) -> None:
    waiter = {
        "acceptors": [
            accepts("success", "Jobs[].Name", "x", "stringEquals"),
            on("success", success=True),
        ]
    }
    other = {
        "acceptors": [
            accepts("success", "Jobs", "x", "anyStringEquals"),
            accepts("success", "Page.Next", "true", "booleanEquals"),
            accepts("success", "sum(Jobs)", "x", "stringEquals"),
        ]
    }
    place = f"model.json#/shapes/pages#List/traits/{WAITABLE}"
    assert faults(
        tmp_path, List=listing("GET /a", **{WAITABLE: {"One": waiter, "Two": other}})
    ) == [
        f"{place}/One/acceptors/0/matcher/output/path: path 'Jobs[].Name': it yields a list, and a "
        "string is expected (on pages#List); correct the path",
        f"{place}/Two/acceptors/0/matcher/output/path: path 'Jobs': an item of it is a "
        "structure (pages#Job), and a string is expected (on pages#List); correct the path",
        f"{place}/Two/acceptors/1/matcher/output/path: path 'Page.Next': it yields a string "
        "(smithy.api#String), and a boolean is expected (on pages#List); correct the path",
        f"{place}/Two/acceptors/2/matcher/output/path: path 'sum(Jobs)': it calls sum with a list "
        "(pages#JobList) (on pages#List); say it with members, indices, projections, filters and "
        "comparisons",
    ]
