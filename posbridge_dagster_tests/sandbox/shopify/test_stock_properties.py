"""Whatever is sold, sent, cancelled and brought back: no piece appears and none is lost."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.sandbox.seed import LineSeed, OrderSeed, PaymentSeed, RefundLineSeed, RefundSeed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.sandbox.shopify.order_records import Fulfillment
from posbridge_dagster.sandbox.shopify.order_stock import moving_stock
from posbridge_dagster.sandbox.shopify.stock_records import ON_HAND
from posbridge_dagster_tests.sandbox.shopify.shopfloor import NOON, Clock, small_seed, walk_in

COAT, OPENING = 9_000_001, 3
Deed = tuple[str, int, int]
DEEDS = st.lists(
    st.tuples(st.sampled_from(["till", "web", "return", "throw_away", "send", "count"]), st.integers(1, 5), st.integers(1, 2)), max_size=25
)


class Model:
    """What stock should be: available and committed pieces by location."""

    def __init__(self) -> None:
        self.available = Counter({1: OPENING, 2: OPENING})
        self.committed: Counter[int] = Counter()


def sale(number: int, quantity: int, location: int | None, *, web: bool) -> OrderSeed:
    line = LineSeed("Jas", quantity, 4250, code="1001")
    paid = (PaymentSeed("cash", 4250 * quantity),)
    source = "web" if web else "pos"
    return OrderSeed(number, f"#{number}", NOON, location, (line,), paid, fulfilled=not web, source_name=source)


@settings(max_examples=40, deadline=None)
@given(DEEDS)
def test_pieces_are_conserved(deeds: list[Deed]) -> None:
    sandbox = ShopifySandbox(small_seed(walk_in(5001, NOON)), clock=Clock(datetime(2026, 11, 21, 12, tzinfo=UTC)))
    shop, model = sandbox.shop, Model()
    sold: list[tuple[int, int, int]] = []
    waiting: list[tuple[int, int, int]] = []
    for position, (deed, quantity, location) in enumerate(deeds):
        number = 6000 + position
        if deed == "till":
            sandbox.add_order(sale(number, quantity, location, web=False))
            model.available[location] -= quantity
            sold.append((number, quantity, location))
        elif deed == "web":
            order = sandbox.add_order(sale(number, quantity, None, web=True))
            place = order.lines[0].claimed_at or 0
            model.available[place] -= quantity
            model.committed[place] += quantity
            waiting.append((number, quantity, place))
        elif deed in ("return", "throw_away") and sold:
            known, pieces, place = sold.pop()
            is_back = deed == "return"
            at = NOON + timedelta(hours=1)
            sandbox.refund(known, RefundSeed(900 + position, at, (RefundLineSeed(0, pieces, restock=is_back),), ()))
            model.available[place] += pieces if is_back else 0
        elif deed == "send" and waiting:
            known, pieces, place = waiting.pop(0)
            sent = shop.orders[known]
            with moving_stock(shop, sent):
                sent.fulfillments.append(Fulfillment(sent.part(1), shop.now(), place, [(sent.lines[0].number, pieces)]))
            model.committed[place] -= pieces
        elif deed == "count":
            sandbox.count_shelf("1001", location, quantity)
            model.available[location] = quantity
    levels = {level.location: level for level in shop.stock.levels(COAT)}
    assert {place: level.available for place, level in levels.items()} == {1: model.available[1], 2: model.available[2]}
    assert {place: level.committed for place, level in levels.items()} == {1: model.committed[1], 2: model.committed[2]}
    assert all(level.on_hand == sum(level.quantity(name) for name in ON_HAND) for level in levels.values())
