"""Opening a shop: everything of a seed, as the shop's own records."""

from datetime import datetime

from posbridge_dagster.sandbox.seed import FamilySeed, Seed
from posbridge_dagster.sandbox.shopify import order_stock, planting
from posbridge_dagster.sandbox.shopify.records import Product
from posbridge_dagster.sandbox.shopify.shelf import free_handle
from posbridge_dagster.sandbox.shopify.shop import Clock, Shop
from posbridge_dagster.sandbox.shopify.stock_records import Level


def plant(seed: Seed, clock: Clock) -> Shop:
    """Return a shop that holds everything of a seed. Every location holds the stock that the seed gives an article."""
    shop = Shop(seed.shop, seed.currency, seed.timezone, clock)
    opened = min((order.created_at for order in seed.orders), default=clock())
    shop.opened_at = opened
    for location in seed.locations:
        shop.add_location(location)
    for family in seed.families:
        put_family(shop, family, opened)
    known_since: dict[int, datetime] = {}
    for order in seed.orders:
        if order.customer_number is not None:
            earliest = known_since.get(order.customer_number, order.created_at)
            known_since[order.customer_number] = min(earliest, order.created_at)
    for customer in seed.customers:
        shop.add_customer(planting.customer(customer, known_since.get(customer.number, opened)))
    for order in seed.orders:
        sold = planting.order(order, shop.variants_by_sku, shop.customers.get(order.customer_number))
        shop.add_order(sold)
        if not order.fulfilled:
            order_stock.keep_committed(shop, sold)
    return shop


def put_family(shop: Shop, family: FamilySeed, at: datetime) -> Product | None:
    """Put a family on the shelf with its stock at every location; None where none of its articles has a code."""
    made = planting.product(family, shop.next_product(), shop.next_variant(), at)
    if made is None:
        return None
    product, variants = made
    product.handle = free_handle(shop, product.handle)
    shop.add_product(product, variants)
    for variant, article in zip(variants, [article for article in family.articles if article.code], strict=True):
        for place in shop.locations:
            shop.stock.put(Level(variant.number, place, at, at, available=article.stock))
    return product
