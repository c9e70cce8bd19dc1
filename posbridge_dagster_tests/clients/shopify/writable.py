"""A pretend shop that can be written to: mutations are functions, answers can be lost or replaced."""

import copy
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify.deadline import Deadline
from posbridge_dagster_tests.clients.shopify.official import wrong_variables
from posbridge_dagster_tests.clients.shopify.pretend import PretendGraph, Value
from posbridge_dagster_tests.clients.shopify.scripted import Received, Scripted, data, errors

RECORDINGS = Path(__file__).parents[3] / "../shared/data/shopify-recordings"
ONCE = Patience(budget_s=5, attempts=1)


class WritableShop:
    """Serves a pretend graph and refuses variables that the official schema would not take.

    ``instead`` answers an operation without doing it, ``lost`` does it and breaks the connection.
    """

    def __init__(self, root: Value) -> None:
        self.graph = PretendGraph(root)
        self.instead: dict[str, list[Scripted]] = defaultdict(list)
        self.lost: dict[str, int] = defaultdict(int)
        self.sent: dict[str, list[Value]] = defaultdict(list)

    def __call__(self, request: Received) -> Scripted:
        name = request.json["operationName"]
        self.sent[name].append(request.variables)
        if wrong := wrong_variables(request.json["query"], request.variables):
            return errors({"message": wrong[0], "extensions": {"code": "BAD_REQUEST"}})
        if self.instead[name]:
            return self.instead[name].pop(0)
        answer = self.graph(request)
        if self.lost[name]:
            self.lost[name] -= 1
            return Scripted(cut=True)
        return answer


def refusal(mutation: str, *rows: Value, key: str = "userErrors", **payload: Any) -> Scripted:
    """Return the answer of a mutation that refuses its input."""
    return data({mutation: {**payload, key: list(rows)}})


def shop_money(amount: str, currency: str = "EUR") -> Value:
    """Return an amount as Shopify gives it."""
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


class Clock:
    """A clock that moves only when someone naps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []

    def deadline(self, total_s: float = 60.0) -> Deadline:
        return Deadline(total_s=total_s, clock=lambda: self.now, sleep=self._nap)

    def _nap(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def recording(name: str) -> Any:
    """Return what a real shop was asked and what it answered."""
    return json.loads((RECORDINGS / f"{name}.json").read_text())


def as_plain(value: Any) -> Any:
    """Return a recorded value with plain lists in place of connections, as a pretend graph keeps it."""
    if isinstance(value, dict):
        return as_plain(value["nodes"]) if "nodes" in value else {key: as_plain(item) for key, item in value.items()}
    return [as_plain(item) for item in value] if isinstance(value, list) else copy.copy(value)
