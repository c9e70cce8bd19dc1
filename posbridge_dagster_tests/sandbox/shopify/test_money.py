"""What an order costs, in parts and as a whole."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.sandbox.seed import LineSeed, OrderSeed, PaymentSeed, RefundLineSeed, RefundSeed
from posbridge_dagster.sandbox.shopify import planting
from posbridge_dagster.sandbox.shopify.reckoning import reckon
from posbridge_dagster.sandbox.shopify.scalars import amount_text, price_text, tax_within
from posbridge_dagster_tests.sandbox.shopify.shopfloor import FULL, NOON, Caller, open_shop, walk_in

MONEY = "{ shopMoney { amount currencyCode } }"


def amount(bag: dict[str, dict[str, str]]) -> Decimal:
    return Decimal(bag["shopMoney"]["amount"])


def test_amounts_lose_their_trailing_zeros_but_keep_one_decimal() -> None:
    assert [amount_text(cents) for cents in (1000, 4250, 4205, 0, -5, -1050)] == ["10.0", "42.5", "42.05", "0.0", "-0.05", "-10.5"]
    assert price_text(1000) == "10.00"


def test_tax_stands_inside_the_price_and_rounds_half_up() -> None:
    assert tax_within(12100, 2100) == 2100
    assert [tax_within(cents, 10000) for cents in (1, 3)] == [1, 2], "half a cent rounds up"


def test_an_order_with_everything_adds_up(shop: Caller) -> None:
    order = shop.data(
        f"""{{ order(id: "gid://shopify/Order/5001") {{ subtotalPriceSet {MONEY} totalPriceSet {MONEY} totalTaxSet {MONEY}
        totalDiscountsSet {MONEY} totalTipReceivedSet {MONEY} totalShippingPriceSet {MONEY} totalReceivedSet {MONEY}
        totalRefundedSet {MONEY} netPaymentSet {MONEY} totalOutstandingSet {MONEY} currentTotalPriceSet {MONEY} currentTotalTaxSet {MONEY}
        refundDiscrepancySet {MONEY} displayFinancialStatus taxLines {{ rate priceSet {MONEY} }}
        lineItems(first: 9) {{ nodes {{ title quantity currentQuantity originalTotalSet {MONEY} discountedTotalSet {MONEY}
          withCode: discountedTotalSet(withCodeDiscounts: true) {MONEY} totalDiscountSet {MONEY}
          discountAllocations {{ allocatedAmountSet {MONEY} discountApplication {{ index }} }}
          taxLines {{ rate priceSet {MONEY} }} }} }}
        nonFulfillableLineItems(first: 9) {{ nodes {{ title originalTotalSet {MONEY} taxLines {{ rate }} }} }}
        discountApplications(first: 9) {{ nodes {{ __typename index ... on DiscountCodeApplication {{ code }} }} }} }} }}"""
    )["order"]
    lines = {line["title"]: line for line in order["lineItems"]["nodes"]}
    allocated = {name: [amount(share["allocatedAmountSet"]) for share in line["discountAllocations"]] for name, line in lines.items()}
    nets = {name: amount(line["originalTotalSet"]) - sum(allocated[name]) for name, line in lines.items()}
    assert sum(nets.values()) == amount(order["subtotalPriceSet"]) == Decimal("132.59")
    assert amount(order["totalPriceSet"]) == sum(nets.values()) + Decimal("3.00") + Decimal("5.00")
    assert allocated["Cadeaukaart"] == [], "gift cards are not discounted"
    assert allocated["Jas"][0] == Decimal("1.00") == amount(lines["Jas"]["totalDiscountSet"])
    assert amount(lines["Jas"]["discountedTotalSet"]) == Decimal("84.00"), "the order's discount is not in it"
    assert amount(lines["Jas"]["withCode"]) == nets["Jas"]
    assert sum(sum(shares) for shares in allocated.values()) == amount(order["totalDiscountsSet"]) == Decimal("4.33")
    by_line = sum(amount(tax["priceSet"]) for line in lines.values() for tax in line["taxLines"])
    assert sum(amount(tax["priceSet"]) for tax in order["taxLines"]) == amount(order["totalTaxSet"]) == by_line + Decimal("0.87")
    assert [tax["rate"] for tax in order["taxLines"]] == [0.21, 0.09]
    assert lines["Cadeaukaart"]["taxLines"] == []
    outside = [(line["title"], amount(line["originalTotalSet"])) for line in order["nonFulfillableLineItems"]["nodes"]]
    assert outside == [("Tip", Decimal("3.00")), ("Soep", Decimal("8.97"))], "the tip, and what came back as a whole"
    assert order["discountApplications"]["nodes"] == [
        {"__typename": "ManualDiscountApplication", "index": 0},
        {"__typename": "DiscountCodeApplication", "index": 1, "code": "WELKOM"},
    ]
    assert amount(order["totalReceivedSet"]) == Decimal("140.59"), "the change is taken off"
    assert amount(order["totalOutstandingSet"]) == 0


def test_a_refund_is_read_with_lines_shipping_and_adjustment(shop: Caller) -> None:
    order = shop.data(
        f"""{{ order(id: "gid://shopify/Order/5001") {{ currentTotalPriceSet {MONEY} totalPriceSet {MONEY} refunds {{
        totalRefundedSet {MONEY} refundLineItems(first: 9) {{ nodes {{ quantity restockType location {{ name }}
          lineItem {{ title currentQuantity }}
          subtotalSet {MONEY} totalTaxSet {MONEY} }} }}
        refundShippingLines(first: 9) {{ nodes {{ subtotalAmountSet {MONEY} taxAmountSet {MONEY} }} }}
        orderAdjustments(first: 9) {{ nodes {{ amountSet {MONEY} reason }} }}
        transactions(first: 9) {{ nodes {{ kind amountSet {MONEY} parentTransaction {{ kind gateway }} }} }} }} }} }}"""
    )["order"]
    (refund,) = order["refunds"]
    lines = refund["refundLineItems"]["nodes"]
    assert [(line["lineItem"]["title"], line["quantity"], line["lineItem"]["currentQuantity"]) for line in lines] == [
        ("Jas", 1, 1),
        ("Soep", 3, 0),
    ]
    assert [(line["restockType"], line["location"]) for line in lines] == [("RETURN", {"name": "Utrecht"}), ("NO_RESTOCK", None)]
    goods = sum(amount(line["subtotalSet"]) for line in lines)
    shipping = sum(amount(line["subtotalAmountSet"]) for line in refund["refundShippingLines"]["nodes"])
    adjustment = sum(amount(entry["amountSet"]) for entry in refund["orderAdjustments"]["nodes"])
    assert goods + shipping - adjustment == amount(refund["totalRefundedSet"]) == Decimal("55.5")
    assert amount(order["totalPriceSet"]) - amount(order["currentTotalPriceSet"]) == goods + shipping
    (transaction,) = refund["transactions"]["nodes"]
    assert transaction["kind"] == "REFUND"
    assert transaction["parentTransaction"] == {"kind": "SALE", "gateway": "shopify_payments"}


def test_cash_rounding_stands_beside_an_unrounded_total() -> None:
    rounded = walk_in(5002, NOON, 1002)
    paid = PaymentSeed("cash", 1000, rounding_cents=-2)
    with open_shop(OrderSeed(rounded.number, rounded.name, NOON, 1, rounded.lines, (paid,))) as shop:
        order = shop.data(
            f"""{{ order(id: "gid://shopify/Order/5002") {{ totalPriceSet {MONEY} totalOutstandingSet {MONEY} displayFinancialStatus
            totalCashRoundingAdjustment {{ paymentSet {MONEY} refundSet {MONEY} }}
            transactions {{ amountSet {MONEY} amountRoundingSet {MONEY} }} }} }}"""
        )["order"]
    assert amount(order["totalPriceSet"]) == Decimal("10.02")
    assert amount(order["totalOutstandingSet"]) == 0
    assert order["displayFinancialStatus"] == "PAID"
    assert amount(order["totalCashRoundingAdjustment"]["paymentSet"]) == Decimal("-0.02")
    assert [amount(entry["amountRoundingSet"]) for entry in order["transactions"]] == [Decimal("-0.02")]


@st.composite
def sales(draw: st.DrawFn) -> OrderSeed:
    lines = []
    for _ in range(draw(st.integers(1, 8))):
        quantity, price = draw(st.integers(1, 9)), draw(st.integers(0, 9999))
        discount = draw(st.integers(0, quantity * price))
        kind = draw(st.sampled_from(("article", "custom", "gift_card")))
        lines.append(LineSeed("x", quantity, price, draw(st.sampled_from((0, 900, 2100))), kind=kind, discount_cents=discount))
    discount = draw(st.integers(0, 5000))
    return OrderSeed(1, "#1", NOON, 1, tuple(lines), (), order_discount_cents=discount, tip_cents=draw(st.integers(0, 500)))


@given(sales())
def test_parts_add_up_to_the_whole(sale: OrderSeed) -> None:
    sums = reckon(planting.order(sale, {}, None))
    goods = sum(line.quantity * line.unit_price_cents - line.discount_cents for line in sale.lines)
    discountable = sum(line.quantity * line.unit_price_cents - line.discount_cents for line in sale.lines if line.kind != "gift_card")
    assert sums.total == goods - min(sale.order_discount_cents, discountable) + sale.tip_cents
    assert all(entry.net >= 0 and 0 <= entry.tax <= entry.net for entry in sums.lines)
    assert sums.tax == sum(entry.tax for entry in sums.lines)


@given(sales(), st.data())
def test_what_comes_back_in_pieces_is_the_whole_in_the_end(sale: OrderSeed, data: st.DataObject) -> None:
    refunds: list[RefundSeed] = []
    for index, line in enumerate(sale.lines):
        left = line.quantity
        while left:
            piece = data.draw(st.integers(1, left))
            left -= piece
            refunds.append(RefundSeed(len(refunds) + 1, NOON + timedelta(hours=1), (RefundLineSeed(index, piece),)))
    returned = OrderSeed(1, "#1", NOON, 1, sale.lines, (), order_discount_cents=sale.order_discount_cents, refunds=tuple(refunds))
    sums = reckon(planting.order(returned, {}, None))
    assert sums.current_subtotal == 0
    assert {tax.cents for tax in sums.current_taxes} <= {0}
    assert all(net >= 0 and tax >= 0 for refund in sums.refunds for net, tax in refund.lines)


def test_the_seed_of_this_test_is_paid_and_partly_refunded(shop: Caller) -> None:
    assert FULL.refunds
    states = shop.data('{ order(id: "gid://shopify/Order/5001") { displayFinancialStatus displayFulfillmentStatus returnStatus } }')
    assert states["order"] == {
        "displayFinancialStatus": "PARTIALLY_REFUNDED",
        "displayFulfillmentStatus": "FULFILLED",
        "returnStatus": "NO_RETURN",
    }
