"""What orders do to stock.

A sold piece is no longer available; until it is handed over it is committed, so that what is on hand falls only then. What an
order that was made without a claim on stock (``BYPASS``) sells moves nothing, but what comes back from it can be restocked.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from posbridge_dagster.sandbox.shopify.order_records import Line, Order, RefundLine
from posbridge_dagster.sandbox.shopify.records import Variant

if TYPE_CHECKING:
    from posbridge_dagster.sandbox.shopify.shop import Shop

Effect = Counter[tuple[int, int, str]]
"""Pieces by item, location and name of the quantity."""


class OutOfStock(Exception):
    """An order that may not sell what is not there. ``variant`` is what there is too little of."""

    def __init__(self, variant: Variant) -> None:
        super().__init__(f"there is too little of {variant.sku or variant.number}")
        self.variant = variant


def claim(shop: "Shop", order: Order, *, obey_policy: bool = False) -> None:
    """Choose where each line of a new order takes its pieces from: the order's location, else one that has enough of it.

    Raises OutOfStock with ``obey_policy`` where a variant sells no further than its stock and no location has enough.
    """
    taken: Effect = Counter()
    for line in order.goods:
        variant = shop.variants.get(line.variant)
        if variant is None or not variant.tracked:
            continue
        line.claimed_at, has_enough = _place(shop, order, variant, line.quantity, taken)
        if obey_policy and not has_enough and variant.inventory_policy == "DENY":
            raise OutOfStock(variant)
        taken[variant.number, line.claimed_at or 0, "available"] += line.quantity


def _place(shop: "Shop", order: Order, variant: Variant, quantity: int, taken: Effect) -> tuple[int | None, bool]:
    """Return a location and whether it has enough."""

    def has_enough(location: int) -> bool:
        level = shop.stock.level(variant.number, location)
        left = 0 if level is None or not level.active else level.available - taken[variant.number, location, "available"]
        return left >= quantity

    if order.location is not None:
        return order.location, has_enough(order.location)
    online = [location.number for location in shop.locations.values() if location.active and location.fulfills_online]
    found = next((number for number in online if has_enough(number)), None)
    if found is not None:
        return found, True
    stocked = [level.location for level in shop.stock.levels(variant.number) if level.location in online]
    return next(iter([*stocked, *online, *shop.locations]), None), False


def effect(shop: "Shop", order: Order) -> Effect:
    """Return by how much an order, as it is now, has changed each quantity since before it was made."""
    moved: Effect = Counter()
    waiting, handed_over = order.to_hand_over(), order.handed_over()
    refunded: dict[int, list[RefundLine]] = {}
    for refund in order.refunds:
        for back in refund.lines:
            refunded.setdefault(back.line, []).append(back)
    for line in order.goods:
        variant = shop.variants.get(line.variant)
        if variant is None or not variant.tracked:
            continue
        place = line.claimed_at or order.location or min(shop.locations, default=0)
        if order.claims_stock:
            moved[variant.number, place, "available"] -= line.quantity - line.removed
            moved[variant.number, place, "committed"] += waiting[line.number]
        done = handed_over.get(line.number, 0)
        _restock(moved, order, line, place, done, refunded.get(line.number, []))
    return moved


def _restock(moved: Effect, order: Order, line: Line, place: int, done: int, backs: list[RefundLine]) -> None:
    """Add what came back of a line: cancelled pieces to where they were claimed, returned ones to where they were brought."""
    item = line.variant or 0
    unsent = max(line.quantity - line.removed - done, 0)
    for back in backs:
        if not back.restocked:
            continue
        if back.restock_type == "CANCEL" or (not back.restock_type and not done):
            quantity = min(back.quantity, unsent)
            unsent -= quantity
            if order.claims_stock:
                moved[item, place, "available"] += quantity
        else:
            moved[item, back.location or place, "available"] += back.quantity


@contextmanager
def moving_stock(shop: "Shop", order: Order) -> Iterator[None]:
    """Let an order be changed and move the stock by what the change did."""
    before = effect(shop, order)
    yield
    after = effect(shop, order)
    after.subtract(before)
    move(shop, after, shop.now())


def sell(shop: "Shop", order: Order) -> None:
    """Move the stock by what a new order sold."""
    move(shop, effect(shop, order), shop.now())


def keep_committed(shop: "Shop", order: Order) -> None:
    """Note what an order of the past still has to hand over; what it sold is no longer in the stock that the shop opened with."""
    committed = {key: pieces for key, pieces in effect(shop, order).items() if key[2] == "committed"}
    move(shop, Counter(committed), order.updated_at, drift=False)


def move(shop: "Shop", moved: Effect, at: datetime, *, drift: bool = True) -> None:
    """Change quantities. A product's change time moves with what of it can be sold, as it does in Shopify."""
    products = set()
    for (item, location, name), pieces in moved.items():
        if not pieces:
            continue
        level = shop.stock.stocked(item, location, at)
        level.move(name, pieces)
        level.updated_at = at
        if name == "available":
            products.add(shop.variants[item].product)
    for number in products if drift else ():
        shop.products[number].updated_at = at
        shop.products.touch(shop.products[number])
