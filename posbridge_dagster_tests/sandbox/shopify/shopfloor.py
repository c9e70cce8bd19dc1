"""A small shop with everything in it, served on a real socket, and a caller that speaks to it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from posbridge_dagster.sandbox.running import Served, running
from posbridge_dagster.sandbox.seed import (
    AddressSeed,
    ArticleSeed,
    CustomerSeed,
    FamilySeed,
    LineSeed,
    LocationSeed,
    OrderSeed,
    PaymentSeed,
    RefundLineSeed,
    RefundSeed,
    Seed,
)
from posbridge_dagster.sandbox.shopify import ShopifySandbox

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
HOME = AddressSeed("Jan", "Jansen", "", "Dorpsstraat 1", "", "3511 AA", "Utrecht", "NL", "+31612345678")
JAN = CustomerSeed(11, "jan@example.nl", "Jan", "Jansen", "+31612345678", HOME)
BOB = CustomerSeed(12, "bob@example.nl", "Bob", "Bakker")
COATS = FamilySeed(
    1,
    "Jas",
    (
        ArticleSeed(1001, "1001", "Jas rood M", 4250, colour="Rood", size="M", barcode="8712345000011", stock=3),
        ArticleSeed(1002, "85123A", "Jas blauw M", 4250, colour="Blauw", size="M"),
    ),
    brand="Noord",
)
SOUP = FamilySeed(2, "Soep", (ArticleSeed(2001, "2001", "Soep", 299, 900),))
FULL = OrderSeed(
    5001,
    "#1001",
    NOON,
    1,
    (
        LineSeed("Jas", 2, 4250, code="1001", discount_cents=100),
        LineSeed("Soep", 3, 299, 900, code="2001"),
        LineSeed("Reparatie", 1, 1795, kind="custom"),
        LineSeed("Cadeaukaart", 1, 2500, 0, kind="gift_card"),
    ),
    (PaymentSeed("shopify_payments", 6000), PaymentSeed("cash", 8100), PaymentSeed("cash", 41, kind="CHANGE")),
    customer_number=11,
    order_discount_cents=333,
    discount_code="WELKOM",
    tip_cents=300,
    shipping_cents=500,
    shipping_title="PostNL",
    note="cadeau inpakken",
    tags=("vip", "Actie"),
    billing=HOME,
    shipping=HOME,
    refunds=(
        RefundSeed(
            77,
            NOON + timedelta(hours=1),
            (RefundLineSeed(0, 1), RefundLineSeed(1, 3, restock=False)),
            (PaymentSeed("shopify_payments", 5550),),
            shipping_cents=500,
            note="past niet",
        ),
    ),
)


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now: datetime = NOON + timedelta(days=1)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def walk_in(number: int, at: datetime, cents: int = 1000, **details: Any) -> OrderSeed:
    """A sale of one piece to nobody in particular."""
    return OrderSeed(
        number, f"#{number - 4000}", at, 1, (LineSeed("Soep", 1, cents, 900, code="2001"),), (PaymentSeed("cash", cents),), **details
    )


def small_seed(*orders: OrderSeed) -> Seed:
    return Seed(
        families=[COATS, SOUP],
        locations=[LocationSeed(1, "Utrecht", 1), LocationSeed(2, "Amersfoort", 2)],
        customers=[JAN, BOB],
        orders=list(orders or (FULL,)),
    )


@dataclass
class Caller:
    """Calls a served shop as a client would."""

    served: Served
    sandbox: ShopifySandbox
    clock: Clock
    token: str = "shpat_sandbox"

    def post(self, query: str, variables: dict[str, Any] | None = None, *, version: str = "2026-10") -> requests.Response:
        return requests.post(
            f"{self.served.url}/admin/api/{version}/graphql.json",
            json={"query": query, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": self.token},
            timeout=30,
        )

    def ask(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """Return the whole answer."""
        answer: dict[str, Any] = self.post(query, variables).json()
        return answer

    def data(self, query: str, /, **variables: Any) -> Any:
        """Return the data of an answer that has no errors."""
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def error(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """Return the only error of an answer."""
        (error,) = self.ask(query, **variables)["errors"]
        return dict(error)


@contextmanager
def open_shop(*orders: OrderSeed, seed: Seed | None = None) -> Iterator[Caller]:
    """Serve a shop with these sales (without any: the one with everything in it)."""
    clock = Clock()
    sandbox = ShopifySandbox(seed or small_seed(*orders), clock=clock)
    with running(sandbox) as served:
        yield Caller(served, sandbox, clock)


def wait_until(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Return what the condition returns once it is true; fails after a deadline."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        threading.Event().wait(0.01)
    return value
