"""The balance of MplusKASSA's day against the shop, and what it finds when somebody interferes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from click.testing import CliRunner

from posbridge_dagster.cli.balance import balance
from posbridge_dagster.clients.shopify.order_cancelling import mark_cancelled
from posbridge_dagster.clients.shopify.order_writing import create_order, written_order
from posbridge_dagster.clients.shopify.refund_writing import create_refund, payments_of, refund_transactions
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.resources import shopify_client
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.settings import read_settings
from posbridge_dagster.storage import FrameStore
from posbridge_dagster_tests.flows.little_shop import BOOK
from posbridge_dagster_tests.flows.orders_to_shopify.both_sides import BothSides, Row, both_sides
from posbridge_dagster_tests.flows.orders_to_shopify.till_day import FIRST_DAY, SECOND_DAY, Booked, Counter, bag, line, till_shop


def balanced(day: str = FIRST_DAY) -> tuple[int, str]:
    """Return the exit status and the words of `posbridge balance`."""
    said = CliRunner().invoke(balance, ["--day", day])
    return said.exit_code, said.output


def stored(frame: str, day: str = FIRST_DAY) -> list[Row]:
    """Return the rows of a balance frame."""
    found = FrameStore(read_settings().frames_url).read(["balance", "orders_to_shopify", frame], day)
    assert found is not None
    return plain_rows(found)


def by_record(day: str = FIRST_DAY) -> dict[str, set[str]]:
    """Return the reason codes of the records that differ; an empty code is a difference that nobody can explain."""
    codes: dict[str, set[str]] = {}
    for row in stored("differences", day):
        codes.setdefault(row["record_id"], set()).add(row["code"])
    return codes


@dataclass
class Interfered:
    """Two days of which people changed something in the shop, and what the balance said after each of their deeds."""

    booked: dict[str, Booked]
    orders: dict[str, Row]
    codes: set[str] = field(default_factory=set)
    refund: str = ""
    doubled: str = ""
    statuses: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    differing: list[dict[str, set[str]]] = field(default_factory=list)

    def identifier(self, case: str) -> str:
        """Return how the balance names the order of a document."""
        return f"mplus:sandbox:{self.booked[case].document_id.partition(':')[2]}"

    def order(self, case: str) -> Row:
        """Return the order that a document became."""
        return self.orders[self.booked[case].document_id.partition(":")[2]]

    def balance(self) -> None:
        """Balance the first day, and keep what was said."""
        status, said = balanced()
        self.statuses.append(status)
        self.words.append(said)
        self.differing.append(by_record())


BY_HAND, TWICE, DELETED = range(3)


@pytest.fixture(scope="module")
def interfered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interfered]:
    with both_sides(till_shop(), tmp_path_factory.mktemp("interfered")) as sides:
        at = Counter(sides.till)
        at.order("refunded by hand", FIRST_DAY, bag, paid=1995)
        at.order("goods come back", FIRST_DAY, line(BOOK, -1, 1250), paid=-1250)
        at.order("cancelled by hand", FIRST_DAY, bag)
        at.order("doubled", FIRST_DAY, bag, paid=1995)
        at.order("deleted", FIRST_DAY, bag, paid=1995)
        at.credit(at.invoice("partly paid", FIRST_DAY, bag, paid=500), SECOND_DAY)
        runs = [sides.run(day) for day in (FIRST_DAY, SECOND_DAY)]
        assert runs[1].success, runs[1].failure
        told = Interfered({each.case: each for each in at.booked}, sides.orders(), runs[0].codes())
        for deed in (give_back_and_cancel, make_twice, delete):
            deed(sides, told)
            told.balance()
        yield told


def give_back_and_cancel(sides: BothSides, told: Interfered) -> None:
    """Give money back and cancel an order, as a person does in the admin."""
    client = shopify_client(read_settings())
    order = told.order("refunded by hand")["id"]
    paid = payments_of(written_order(client, order).transactions)
    back = refund_transactions(order, paid, Decimal("5.00"))
    told.refund = create_refund(client, {"orderId": order, "note": "sorry", "transactions": back}, "by hand").id.rpartition("/")[2]
    mark_cancelled(client, told.order("cancelled by hand")["id"])
    client.close()


def make_twice(sides: BothSides, told: Interfered) -> None:
    """Make an order a second time."""
    client = shopify_client(read_settings())
    double = {name: told.order("doubled")[name] for name in ("sourceIdentifier", "processedAt")} | {
        "metafields": [{"namespace": "posbridge", "key": "mplus_order", "type": "id", "value": "sandbox:by-hand"}],
        "taxesIncluded": True,
        "lineItems": [{"title": "Tas", "quantity": 1, "priceSet": {"shopMoney": {"amount": "19.95", "currencyCode": "EUR"}}}],
    }
    told.doubled = create_order(client, double).name
    client.close()


def delete(sides: BothSides, told: Interfered) -> None:
    """Delete an order."""
    assert isinstance(sides.shopify.system, ShopifySandbox)
    shop = sides.shopify.system.shop
    shop.orders.discard(shop.orders[int(told.order("deleted")["legacyResourceId"])])


def test_money_given_back_by_hand_and_documents_held_back_are_explained(interfered: Interfered) -> None:
    assert interfered.codes >= {"return_without_sale"}
    assert interfered.statuses[BY_HAND] == 0, interfered.words[BY_HAND]
    assert interfered.differing[BY_HAND] == {
        f"{interfered.identifier('refunded by hand')} refund {interfered.refund}": {"refunded_in_shopify"},
        interfered.identifier("goods come back"): {"return_without_sale"},
        interfered.identifier("cancelled by hand"): {"cancelled_in_shopify"},
    }


def test_an_order_that_is_in_the_shop_twice_breaks_the_balance_and_is_named(interfered: Interfered) -> None:
    assert interfered.statuses[TWICE] == 1
    assert "does not balance: orders_to_shopify" in interfered.words[TWICE]
    double = {f"{interfered.identifier('doubled')} {interfered.doubled}": {""}}
    assert interfered.differing[TWICE] == interfered.differing[BY_HAND] | double


def test_an_order_that_somebody_deleted_breaks_the_balance_and_is_named(interfered: Interfered) -> None:
    assert interfered.statuses[DELETED] == 1
    assert interfered.differing[DELETED] == interfered.differing[TWICE] | {interfered.identifier("deleted"): {""}}


def test_a_credit_of_a_sale_that_was_not_paid_in_full_is_explained(interfered: Interfered) -> None:
    status, said = balanced(SECOND_DAY)
    assert status == 0, said
    assert set.union(*by_record(SECOND_DAY).values()) >= {"nothing_left_to_give_back"}
