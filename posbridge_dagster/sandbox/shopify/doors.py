"""The sandbox's own doors over HTTP, through which a test or a person lets something happen in the shop.

``POST /sandbox/orders`` takes an OrderSeed as JSON, ``/sandbox/refunds`` ``{"order": number, "refund": RefundSeed}``,
``/sandbox/exchanges`` ``{"order": number, "exchange": ExchangeSeed}`` (without lines it is a plain return) and ``/sandbox/edits``
``{"order": number, "edit": EditSeed}``. ``/sandbox/sales`` ``{"sku": ..., "location": number, "quantity": number}`` sells pieces at
a till now, ``/sandbox/levels`` ``{"sku": ..., "location": number, "available": number}`` counts a shelf as a person would,
``/sandbox/locations`` ``{"location": number, "active": false}`` closes a location, ``/sandbox/families``
``{"families": [FamilySeed]}`` puts products on the shelf. They are no part of Shopify.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.sandbox.seed import ExchangeSeed, FamilySeed, OrderSeed, RefundSeed
from posbridge_dagster.sandbox.shopify.edits import EditSeed
from posbridge_dagster.sandbox.shopify.opening import put_family
from posbridge_dagster.sandbox.shopify.plain import from_plain
from posbridge_dagster.sandbox.shopify.scalars import gid
from posbridge_dagster.sandbox.shopify.shop import Shop
from posbridge_dagster.sandbox.shopify.shop_floor import PiecesSold, PlaceChanged, ShelfCounted, change_place, count_shelf, sell_pieces


@dataclass(frozen=True)
class RefundOf:
    """A refund of an order."""

    order: int
    refund: RefundSeed


@dataclass(frozen=True)
class ExchangeOf:
    """An exchange of an order's goods."""

    order: int
    exchange: ExchangeSeed


@dataclass(frozen=True)
class EditOf:
    """An edit of an order."""

    order: int
    edit: EditSeed


@dataclass(frozen=True)
class FamiliesPut:
    """Families that are put on the shelf as products, published and with their stock."""

    families: tuple[FamilySeed, ...]


def _sell(shop: Shop, said: Any) -> dict[str, Any]:
    order = shop.sell(from_plain(OrderSeed, said))
    return {"id": gid("Order", order.number), "name": order.name}


def _refund(shop: Shop, said: Any) -> dict[str, Any]:
    asked = from_plain(RefundOf, said)
    return {"id": gid("Refund", shop.refund(asked.order, asked.refund).number)}


def _exchange(shop: Shop, said: Any) -> dict[str, Any]:
    asked = from_plain(ExchangeOf, said)
    return {"id": gid("Return", shop.exchange(asked.order, asked.exchange).number)}


def _edit(shop: Shop, said: Any) -> dict[str, Any]:
    asked = from_plain(EditOf, said)
    order = shop.edit(asked.order, asked.edit)
    return {"id": gid("Order", order.number), "name": order.name}


def _sell_pieces(shop: Shop, said: Any) -> dict[str, Any]:
    order = sell_pieces(shop, from_plain(PiecesSold, said))
    return {"id": gid("Order", order.number), "name": order.name}


def _count_shelf(shop: Shop, said: Any) -> dict[str, Any]:
    level = count_shelf(shop, from_plain(ShelfCounted, said))
    return {"available": level.available, "onHand": level.on_hand}


def _put_families(shop: Shop, said: Any) -> dict[str, Any]:
    families = from_plain(FamiliesPut, said).families
    shop.writes += 1
    made = [put_family(shop, family, shop.now()) for family in families]
    return {"ids": [gid("Product", product.number) for product in made if product is not None]}


def _change_place(shop: Shop, said: Any) -> dict[str, Any]:
    place = change_place(shop, from_plain(PlaceChanged, said))
    return {"id": gid("Location", place.number), "isActive": place.active, "fulfillsOnlineOrders": place.fulfills_online}


DOORS: dict[str, Callable[[Shop, Any], dict[str, Any]]] = {
    "/sandbox/orders": _sell,
    "/sandbox/refunds": _refund,
    "/sandbox/exchanges": _exchange,
    "/sandbox/edits": _edit,
    "/sandbox/sales": _sell_pieces,
    "/sandbox/levels": _count_shelf,
    "/sandbox/locations": _change_place,
    "/sandbox/families": _put_families,
}
"""What each door does with the JSON that comes in; raises PlainError or ValueError for what cannot be."""
