"""How long big answers take."""

import time
from datetime import timedelta

import pytest

from posbridge_dagster.sandbox.seed import LineSeed, OrderSeed, PaymentSeed
from posbridge_dagster_tests.sandbox.shopify.shopfloor import NOON, open_shop

BAG = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
PAGE = f"""{{ orders(first: 250, sortKey: UPDATED_AT) {{ nodes {{ id name createdAt totalPriceSet {BAG} lineItems(first: 250) {{
  nodes {{ id title sku quantity currentQuantity isGiftCard variant {{ id barcode }} product {{ id }} originalUnitPriceSet {BAG}
  originalTotalSet {BAG} discountedTotalSet {BAG} discountAllocations {{ allocatedAmountSet {BAG} discountApplication {{ index }} }}
  taxLines {{ rate priceSet {BAG} }}
  }} pageInfo {{ hasNextPage }} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"""


@pytest.mark.prove
def test_a_page_of_250_orders_of_25_lines_takes_less_than_3_seconds() -> None:
    lines = tuple(LineSeed("Soep", 1, 299 + number, 900, code="2001") for number in range(25))
    paid = (PaymentSeed("cash", 7000),)
    orders = [
        OrderSeed(number, f"#{number}", NOON + timedelta(seconds=number), 1, lines, paid, order_discount_cents=50)
        for number in range(1, 1001)
    ]
    with open_shop(*orders) as shop:
        shop.sandbox.switches["plan"] = "enterprise"
        started = time.perf_counter()
        page = shop.data(PAGE)["orders"]
        assert time.perf_counter() - started <= 3
    assert sum(len(order["lineItems"]["nodes"]) for order in page["nodes"]) == 6250
