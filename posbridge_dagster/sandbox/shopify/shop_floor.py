"""What people do in the shop: staff sell pieces at a till and count shelves, while apps write at the same time."""

from dataclasses import dataclass

from posbridge_dagster.sandbox.seed import LineSeed, OrderSeed, PaymentSeed
from posbridge_dagster.sandbox.shopify.order_records import Order
from posbridge_dagster.sandbox.shopify.records import Location, Variant
from posbridge_dagster.sandbox.shopify.shop import Shop
from posbridge_dagster.sandbox.shopify.stock_records import Level


@dataclass(frozen=True)
class PiecesSold:
    """Pieces of a SKU that a till sells for cash; without a price at the variant's."""

    sku: str
    location: int
    quantity: int = 1
    unit_price_cents: int | None = None


@dataclass(frozen=True)
class ShelfCounted:
    """How many pieces of a SKU a person says can be sold at a location."""

    sku: str
    location: int
    available: int


@dataclass(frozen=True)
class PlaceChanged:
    """Whether a location is open from now on, and whether it sends what is ordered online."""

    location: int
    active: bool = True
    fulfills_online: bool = True


def _found(shop: Shop, sku: str, location: int) -> Variant:
    variant = shop.variants_by_sku.get(sku)
    if variant is None:
        raise ValueError(f"there is no SKU {sku}")
    place = shop.locations.get(location)
    if place is None or not place.active:
        raise ValueError(f"there is no location {location} that is open")
    return variant


def sell_pieces(shop: Shop, sold: PiecesSold) -> Order:
    """Sell pieces at a till and hand them over, now.

    Raises ValueError where there is no such SKU or location, and where the variant sells no further than its stock and the
    location has too little of it, as a till refuses it.
    """
    variant = _found(shop, sold.sku, sold.location)
    level = shop.stock.level(variant.number, sold.location)
    left = level.available if level is not None and level.active else 0
    if sold.quantity <= 0:
        raise ValueError(f"{sold.quantity} pieces cannot be sold")
    if variant.tracked and variant.inventory_policy == "DENY" and left < sold.quantity:
        raise ValueError(f"{sold.sku} has {left} pieces left at location {sold.location} and is not sold beyond them")
    price = variant.price_cents if sold.unit_price_cents is None else sold.unit_price_cents
    number, name = shop.next_order()
    line = LineSeed(shop.products[variant.product].title, sold.quantity, price, code=sold.sku)
    paid = (PaymentSeed("cash", price * sold.quantity),)
    return shop.sell(OrderSeed(number, name, shop.now(), sold.location, (line,), paid))


def count_shelf(shop: Shop, counted: ShelfCounted) -> Level:
    """Set what can be sold of a SKU at a location, as a person does in the admin. Raises ValueError like ``sell_pieces``."""
    variant = _found(shop, counted.sku, counted.location)
    level = shop.stock.set_available(variant.number, counted.location, counted.available, shop.now())
    level.updated_at = shop.now()
    shop.writes += 1
    return level


def change_place(shop: Shop, changed: PlaceChanged) -> Location:
    """Open or close a location. Raises ValueError where there is none."""
    place = shop.locations.get(changed.location)
    if place is None:
        raise ValueError(f"there is no location {changed.location}")
    place.active, place.fulfills_online = changed.active, changed.fulfills_online
    shop.writes += 1
    return place
