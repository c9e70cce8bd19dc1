import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.clients.failures import Refused, UnknownOutcome
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.refund_writing import Payment, RefundCreated, create_refund, payments_of, refund_transactions
from posbridge_dagster_tests.clients.shopify.pretend import Value
from posbridge_dagster_tests.clients.shopify.scripted import Scripted, ScriptedShop
from posbridge_dagster_tests.clients.shopify.writable import RECORDINGS, WritableShop, as_plain, recording, refusal, shop_money

ORDER = "gid://shopify/Order/1"
FIELDS: Value = {"orderId": ORDER, "note": "Retour 7", "notify": True}


class RefundingShop(WritableShop):
    """Makes one refund for each key, as Shopify does within a day."""

    def __init__(self, lines: int = 1) -> None:
        self.refunds: dict[str, Value] = {}
        self.lines = lines
        super().__init__({"refundCreate": self._refund, "kept": []})

    def _refund(self, given: Value) -> Value:
        key = self.sent["RefundCreate"][-1]["key"]
        gid = f"gid://shopify/Refund/{len(self.refunds) + 1}"
        lines = [{"id": f"gid://shopify/RefundLineItem/{number}", "quantity": 1} for number in range(self.lines)]
        lists: Value = {"refundLineItems": lines, "refundShippingLines": [], "orderAdjustments": [], "transactions": []}
        refund = {"id": gid, "updatedAt": "2026-11-23T10:00:00Z", "totalRefundedSet": shop_money("12.1"), **lists}
        self.refunds.setdefault(key, refund)
        self.graph.root["kept"] = list(self.refunds.values())
        order = {"id": ORDER, "displayFinancialStatus": "PARTIALLY_REFUNDED"}
        return {"refund": self.refunds[key], "order": order, "userErrors": []}


def refunded(serve: WritableShop, key: str = "k-1") -> RefundCreated:
    with ScriptedShop(serve=serve) as shop:
        return create_refund(shop.client(), FIELDS, key)


def test_a_refund_comes_back_with_its_money_and_all_lines() -> None:
    made = refunded(RefundingShop(lines=120))
    assert (made.total, made.currency, made.order_status) == ("12.1", "EUR", "PARTIALLY_REFUNDED")
    assert len(made.node["refundLineItems"]) == 120


def test_a_lost_answer_is_asked_for_again_with_the_same_key_and_refunds_once() -> None:
    serve = RefundingShop()
    serve.lost["RefundCreate"] = 2
    made = refunded(serve)
    assert [sent["key"] for sent in serve.sent["RefundCreate"]] == ["k-1"] * 3
    assert [refund["id"] for refund in serve.refunds.values()] == [made.id]


def test_the_customer_is_not_mailed_and_the_call_is_marked_idempotent() -> None:
    with ScriptedShop(serve=RefundingShop()) as shop:
        create_refund(shop.client(), FIELDS, "k-1")
        request = shop.received[0]
    assert request.variables["input"] == {"orderId": ORDER, "note": "Retour 7", "notify": False}
    assert "@idempotent(key: $key)" in request.json["query"]


def test_a_refund_without_key_is_not_sent() -> None:
    serve = RefundingShop()
    with pytest.raises(ValueError, match="key"):
        refunded(serve, " ")
    assert serve.refunds == {}


def test_an_answer_with_neither_refund_nor_refusal_leaves_the_outcome_unknown() -> None:
    with pytest.raises(UnknownOutcome, match="neither a refund nor a refusal"):
        refunded(WritableShop({"refundCreate": {"refund": None, "order": None, "userErrors": []}}))


def transaction(number: int, kind: str, amount: str, parent: int | None = None, status: str = "SUCCESS", gateway: str = "cash") -> Value:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": status,
        "gateway": gateway,
        "amountSet": shop_money(amount),
        "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{parent}"} if parent else None,
    }


def test_payments_tell_what_is_left_of_each() -> None:
    rows = [
        transaction(1, "SALE", "20.0"),
        transaction(2, "AUTHORIZATION", "30.0", gateway="pin"),
        transaction(3, "CAPTURE", "30.0", parent=2, gateway="pin"),
        transaction(4, "SALE", "5.0", status="FAILURE"),
        transaction(5, "REFUND", "7.5", parent=1),
        transaction(6, "REFUND", "2.5", parent=1, status="PENDING"),
        transaction(7, "REFUND", "9.9", parent=1, status="FAILURE"),
    ]
    payments = payments_of(rows)
    assert [(payment.transaction_id[-1], payment.gateway, payment.left) for payment in payments] == [
        ("1", "cash", Decimal("10.0")),
        ("3", "pin", Decimal("30.0")),
    ]
    given_back = refund_transactions(ORDER, payments, Decimal("12.10"))
    assert [(row["parentId"][-1], row["gateway"], Decimal(row["amount"])) for row in given_back] == [
        ("1", "cash", Decimal("10.0")),
        ("3", "pin", Decimal("2.10")),
    ]
    assert {row["kind"] for row in given_back} == {"REFUND"}


def test_money_goes_back_by_the_way_that_was_asked_for_as_far_as_it_came_in_that_way() -> None:
    paid = [Payment(str(number), way, Decimal("10.0"), Decimal(0)) for number, way in enumerate(("cash", "pin"))]
    given_back = refund_transactions(ORDER, paid, Decimal("14.0"), [("pin", Decimal("12.0")), ("gift", Decimal("2.0"))])
    assert [(row["gateway"], Decimal(row["amount"])) for row in given_back] == [("cash", Decimal("4.0")), ("pin", Decimal("10.0"))]


def test_more_than_was_paid_is_never_given_back() -> None:
    payment = Payment("gid://shopify/OrderTransaction/1", "cash", Decimal("10.0"), Decimal("4.0"))
    with pytest.raises(Refused, match=r"6\.01 .* only 6\.00? ") as caught:
        refund_transactions(ORDER, [payment], Decimal("6.01"))
    assert caught.value.code == "over_refund"


cents = st.integers(0, 100_000).map(lambda minor: Decimal(minor).scaleb(-2))


@given(st.lists(st.tuples(cents, cents).map(lambda pair: (max(pair), min(pair))), max_size=6), st.data())
def test_what_is_given_back_adds_up_and_never_exceeds_a_payment(amounts: list[tuple[Decimal, Decimal]], draw: st.DataObject) -> None:
    payments = [Payment(f"p{number}", "cash", paid, back) for number, (paid, back) in enumerate(amounts)]
    left = sum((payment.left for payment in payments), Decimal(0))
    amount = Decimal(draw.draw(st.integers(0, int(left * 100)))).scaleb(-2)
    rows = {row["parentId"]: Decimal(row["amount"]) for row in refund_transactions(ORDER, payments, amount)}
    assert sum(rows.values(), Decimal(0)) == amount
    assert all(0 < rows[payment.transaction_id] <= payment.left for payment in payments if payment.transaction_id in rows)


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings of real shops are not here")
class TestRecordings:
    @pytest.mark.parametrize("name", ["refund-create-full-parity", "refund-create-partial-shipping-restock-parity"])
    def test_a_refund_of_a_real_shop_is_understood(self, name: str) -> None:
        taken_down = recording(f"2025-01_orders_{name}")
        answer = as_plain(taken_down["mutation"]["response"]["data"]["refundCreate"])
        answer["refund"] |= {"refundShippingLines": [], "orderAdjustments": []}
        made = refunded(WritableShop({"refundCreate": answer}))
        asked = taken_down["variables"]["input"]
        assert Decimal(made.total) == sum(Decimal(row["amount"]) for row in asked["transactions"])
        assert [row["restockType"] for row in made.node["refundLineItems"]] == [row["restockType"] for row in asked["refundLineItems"]]
        assert [row["gateway"] for row in made.node["transactions"]] == ["manual"]

    @pytest.mark.parametrize(
        ("case", "path"),
        [
            ("unknownOrder", ("orderId",)),
            ("overRefundQuantityLineItem", ("refundLineItems", "0", "quantity")),
            ("overRefundAmountNoAllow", ()),
        ],
    )
    def test_a_refusal_of_a_real_shop_is_understood(self, case: str, path: tuple[str, ...]) -> None:
        answer = recording("2025-01_orders_refund-create-user-errors-and-quantities")[case]["response"]
        with ScriptedShop(Scripted(json.dumps(answer).encode())) as shop, pytest.raises(UserErrors) as caught:
            create_refund(shop.client(), FIELDS, "k-1")
        assert (caught.value.code, caught.value.errors[0].path) == ("user_error", path)
        assert len(shop.received) == 1

    def test_a_parent_of_another_order_is_refused(self) -> None:
        answer = recording("2026-04_orders_refund-create-transactions-validation")["missingParent"]["response"]["data"]
        with (
            ScriptedShop(refusal("refundCreate", *answer["refundCreate"]["userErrors"])) as shop,
            pytest.raises(UserErrors, match="parent_id"),
        ):
            create_refund(shop.client(), FIELDS, "k-1")
