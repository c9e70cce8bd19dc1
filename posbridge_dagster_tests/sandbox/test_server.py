"""What the server around a pretend system promises: faults, the log of calls, the control endpoints, on a real socket."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from posbridge_dagster.sandbox.faults import AFTERWARDS, KINDS, Fault
from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.system import Answer, Request

WHOLE = b'{"done": true}'


class Counter:
    """A system that counts: POST writes, GET reads. It has a word for an internal error and none for going too fast."""

    name = "counter"

    def __init__(self) -> None:
        self.switches: dict[str, Any] = {"step": 1}
        self.count = 0

    def operation(self, request: Request) -> str:
        return request.path.strip("/")

    def answer(self, request: Request) -> Answer:
        if request.path == "/broken":
            raise RuntimeError("a mistake in the system")
        if request.method != "POST":
            return Answer(WHOLE)
        self.count += self.switches["step"]
        return Answer(WHOLE, wrote=True, cost=2.5, idempotency_key=request.query.get("key"), notes=("noted",))

    def refusal(self, kind: str, request: Request) -> Answer | None:
        return Answer(b'{"fault": "internal"}', 500) if kind == "server_fault" else None

    def state(self) -> dict[str, Any]:
        return {"count": self.count}


@pytest.fixture
def served() -> Iterator[Served]:
    with running(Counter()) as counter:
        yield counter


def write(served: Served, operation: str = "add", **arguments: Any) -> requests.Response:
    return requests.post(f"{served.url}/{operation}", **{"timeout": 10, **arguments})


def arrange(served: Served, *faults: dict[str, Any]) -> None:
    assert requests.post(f"{served.control_url}/faults", json=list(faults), timeout=10).status_code == 200


def count(served: Served) -> int:
    return int(requests.get(f"{served.control_url}/state", timeout=10).json()["count"])


def log(served: Served) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = requests.get(f"{served.control_url}/calls", timeout=10).json()
    return calls


def awaited(condition: Any, seconds: float = 5.0) -> bool:
    """Say whether a condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return bool(condition())


@pytest.mark.parametrize(("kind", "done"), [("reset_before", 0), ("reset_after", 1), ("hang_before", 0), ("hang_after", 1)])
def test_the_connection_is_reset_before_or_after_the_work(served: Served, kind: str, done: int) -> None:
    arrange(served, {"kind": kind, "times": 1, "seconds": 0.05})
    with pytest.raises(requests.ConnectionError, match="reset"):
        write(served)
    assert count(served) == done
    assert write(served).content == WHOLE
    assert [(call["fault"], call["wrote"]) for call in log(served)] == [(kind, bool(done)), (None, True)]


@pytest.mark.parametrize(
    ("kind", "status", "body", "done"),
    [
        ("error_before", 502, b"<html>", 0),
        ("error_after", 502, b"<html>", 1),
        ("server_fault", 500, b'{"fault": "internal"}', 0),
        ("throttled", 502, b"<html>", 0),
        ("garbage_after", 200, b"\x00not an answer\xff", 1),
        ("truncated_after", 200, WHOLE[: len(WHOLE) // 2], 1),
        ("slow", 200, WHOLE, 1),
    ],
)
def test_an_answer_that_is_not_the_one_hoped_for(served: Served, kind: str, status: int, body: bytes, done: int) -> None:
    arrange(served, {"kind": kind, "times": 1, "seconds": 0.05})
    answer = write(served)
    assert (answer.status_code, answer.content[: len(body)], count(served)) == (status, body, done)
    if kind != "throttled" and status == 200:
        assert answer.content == body
    assert write(served).content == WHOLE


def test_every_kind_of_fault_is_tried_here() -> None:
    tried = {"reset_before", "reset_after", "hang_before", "hang_after", "error_before", "error_after"}
    tried |= {"server_fault", "throttled", "garbage_after", "truncated_after", "slow"}
    assert tried == set(KINDS)


@pytest.mark.parametrize("kind", ["slow", "hang_after"])
def test_a_held_answer_is_seen_in_the_log_while_others_are_served(served: Served, kind: str) -> None:
    arrange(served, {"kind": kind, "times": 1, "seconds": 1.0})
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(write, served)
        assert awaited(lambda: bool(log(served)) and log(served)[0]["held"])
        assert count(served) == 1
        assert write(served).content == WHOLE
        failure = first.exception(timeout=10)
    assert isinstance(failure, requests.ConnectionError) == (kind == "hang_after")
    assert not log(served)[0]["held"]


def test_a_fault_waits_for_the_nth_write(served: Served) -> None:
    arrange(served, {"kind": "reset_after", "write": 2, "times": 1})
    requests.get(f"{served.url}/look", timeout=10)
    write(served)
    requests.get(f"{served.url}/look", timeout=10)
    with pytest.raises(requests.ConnectionError):
        write(served)
    assert write(served).status_code == 200
    assert [(call["write_number"], call["fault"]) for call in log(served)] == [
        (None, None),
        (1, None),
        (None, None),
        (2, "reset_after"),
        (3, None),
    ]


def test_a_fault_hits_its_operation_its_call_and_its_number_of_times(served: Served) -> None:
    arrange(served, {"kind": "error_before", "operation": "add", "times": 2}, {"kind": "error_before", "call": 5})
    statuses = [write(served, operation).status_code for operation in ("other", "add", "add", "add", "other", "add")]
    assert statuses == [200, 502, 502, 200, 502, 200]


def test_faults_by_chance_are_the_same_each_time() -> None:
    def unlucky() -> list[int]:
        with running(Counter()) as counter:
            arrange(counter, {"kind": "error_before", "share": 0.3})
            return [number for number in range(60) if write(counter).status_code == 502]

    first = unlucky()
    assert first == unlucky()
    assert 8 <= len(first) <= 30


def test_the_log_keeps_what_a_test_wants_to_know(served: Served) -> None:
    write(served, "add?key=k1", headers={"X-Request-Id": "abc"})
    (call,) = log(served)
    kept = {name: call[name] for name in ("number", "system", "operation", "status", "cost", "idempotency_key", "request_id", "notes")}
    assert kept == {
        "number": 1,
        "system": "counter",
        "operation": "add",
        "status": 200,
        "cost": 2.5,
        "idempotency_key": "k1",
        "request_id": "abc",
        "notes": ["noted"],
    }
    assert requests.delete(f"{served.control_url}/calls", timeout=10).json() == []
    write(served)
    assert [(call["number"], call["write_number"]) for call in log(served)] == [(1, 1)]


def test_faults_can_be_seen_and_taken_back(served: Served) -> None:
    arrange(served, {"kind": "error_before"})
    assert [fault["kind"] for fault in requests.get(f"{served.control_url}/faults", timeout=10).json()] == ["error_before"]
    requests.delete(f"{served.control_url}/faults", timeout=10)
    assert write(served).status_code == 200


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "earthquake"}, "no fault 'earthquake'"),
        ({"kind": "reset_before", "write": 1}, "cannot wait for a write"),
        ({"kind": "slow", "colour": "red"}, "colour"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_with_the_reason(served: Served, fault: dict[str, Any], reason: str) -> None:
    answer = requests.post(f"{served.control_url}/faults", json=[{"kind": "slow"}, fault], timeout=10)
    assert (answer.status_code, served.control.faults) == (400, [])
    assert reason in answer.json()["error"]


@pytest.mark.parametrize("kind", AFTERWARDS)
def test_whatever_happens_after_the_work_can_wait_for_a_write(kind: str) -> None:
    assert Fault(kind, write=3).write == 3


def test_switches_are_shown_and_set(served: Served) -> None:
    switches = f"{served.control_url}/switches"
    assert requests.post(switches, json={"step": 5}, timeout=10).json() == {"step": 5}
    write(served)
    assert count(served) == 5
    assert requests.post(switches, json={"stride": 5}, timeout=10).status_code == 404
    assert requests.get(f"{served.control_url}/weather", timeout=10).status_code == 404


def test_a_mistake_in_the_system_is_a_500_and_the_next_call_works(served: Served) -> None:
    assert write(served, "broken").status_code == 500
    assert write(served).status_code == 200


def test_a_server_that_holds_an_answer_back_still_stops_at_once() -> None:
    with ThreadPoolExecutor(1) as pool:
        with running(Counter()) as counter:
            arrange(counter, {"kind": "hang_after", "seconds": 60})
            waiting = pool.submit(write, counter)
            assert awaited(lambda: any(call.held for call in counter.control.calls))
            started = time.monotonic()
        assert time.monotonic() - started < 5
        assert isinstance(waiting.exception(timeout=10), requests.ConnectionError)


def test_a_port_that_is_taken_is_an_os_error(served: Served) -> None:
    taken = int(served.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"), running(Counter(), port=taken):
        pytest.fail("two servers on one port")


def test_the_port_is_free_again_afterwards() -> None:
    with running(Counter()) as counter:
        port = int(counter.url.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)) as again:
        assert again.getsockname()[1] == port
