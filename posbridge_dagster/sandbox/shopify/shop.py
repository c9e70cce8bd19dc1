"""The state of the pretend shop, in one place: every record by number, with what finds it again.

Reads go to the catalogues; every change goes through a method here, which keeps the indexes right and notes that the
call wrote something.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime

from posbridge_dagster.sandbox.seed import CustomerSeed, ExchangeSeed, LocationSeed, OrderSeed, RefundSeed, Seed
from posbridge_dagster.sandbox.shopify import planting
from posbridge_dagster.sandbox.shopify.catalogue import Catalogue
from posbridge_dagster.sandbox.shopify.records import (
    Customer,
    Definition,
    Exchange,
    Location,
    Metafield,
    Order,
    Product,
    Refund,
    Variant,
)

Clock = Callable[[], datetime]
Owner = Order | Customer
FIRST_PRODUCT, FIRST_VARIANT = 7_000_001, 9_000_001
OWNER_TYPES = {Order: "ORDER", Customer: "CUSTOMER"}


class Shop:
    """Everything a shop holds."""

    def __init__(self, name: str, currency: str, timezone: str, clock: Clock) -> None:
        self.name, self.currency, self.timezone, self.clock = name, currency, timezone, clock
        self.locations: dict[int, Location] = {}
        self.products = Catalogue[Product]({"updated_at": lambda product: product.updated_at, "id": lambda product: product.number})
        self.variants = Catalogue[Variant]({"id": lambda variant: variant.number})
        self.customers = Catalogue[Customer]({"updated_at": lambda customer: customer.updated_at, "id": lambda customer: customer.number})
        self.orders = Catalogue[Order](
            {
                "created_at": lambda order: order.created_at,
                "updated_at": lambda order: order.updated_at,
                "id": lambda order: order.number,
            }
        )
        self.definitions: dict[int, Definition] = {}
        self.variants_by_sku: dict[str, Variant] = {}
        self.sku_counts: Counter[str] = Counter()
        self.customers_by_email: dict[str, int] = {}
        self.orders_of_customer: dict[int, list[int]] = defaultdict(list)
        self.owners_by_custom_id: dict[tuple[str, str, str, str], int] = {}
        self.writes = 0
        self.opened_at = clock()
        self.last_number = 0

    def next_number(self) -> int:
        """Return a number that no definition or metafield has."""
        self.last_number += 1
        return self.last_number

    def now(self) -> datetime:
        """Return the shop's present moment."""
        return self.clock()

    def add_location(self, seed: LocationSeed) -> None:
        """Open a location."""
        self.locations[seed.number] = Location(seed.number, seed.name, seed.country)

    def add_product(self, product: Product, variants: list[Variant]) -> None:
        """Take a product in. Of two variants with one SKU, sales belong to the first."""
        self.products.add(product)
        for variant in variants:
            self.variants.add(variant)
            self.variants_by_sku.setdefault(variant.sku, variant)
            self.sku_counts[variant.sku] += 1

    def add_customer(self, customer: Customer) -> None:
        """Take a customer in."""
        self.customers.add(customer)
        if customer.email:
            self.customers_by_email.setdefault(customer.email.lower(), customer.number)
        self._index_custom_ids(customer)

    def add_order(self, order: Order) -> None:
        """Take a sale in. Raises ValueError where its number is taken."""
        self.orders.add(order)
        if order.customer is not None:
            self.orders_of_customer[order.customer].append(order.number)
        self._index_custom_ids(order)

    def sell(self, seed: OrderSeed) -> Order:
        """Take a sale in that happens now, whatever moment it carries: its change time is the present."""
        buyer = self.customers.get(seed.customer_number)
        order = planting.order(seed, self.variants_by_sku, buyer, self.now())
        self.add_order(order)
        self.writes += 1
        return order

    def refund(self, number: int, seed: RefundSeed) -> Refund:
        """Give something back of an order now. Raises ValueError when there is no such order, or not so much of it."""
        order = self._known(number)
        refund = planting.give_back(order, seed)
        self.changed(order)
        return refund

    def exchange(self, number: int, seed: ExchangeSeed) -> Exchange:
        """Take goods of an order back for others now. Raises ValueError like ``refund``."""
        order = self._known(number)
        exchange = planting.exchange(order, seed, self.variants_by_sku)
        self.changed(order)
        return exchange

    def _known(self, number: int) -> Order:
        order = self.orders.get(number)
        if order is None:
            raise ValueError(f"there is no order {number}")
        return order

    def changed(self, owner: Owner) -> None:
        """Note that a record was changed now."""
        owner.updated_at = owner.seen_at = self.now()
        if isinstance(owner, Order):
            self.orders.touch(owner)
        else:
            self.customers.touch(owner)
        self.writes += 1

    def definition(self, owner_type: str, namespace: str, key: str) -> Definition | None:
        """Return the definition of a metafield."""
        wanted = (owner_type, namespace, key)
        return next((entry for entry in self.definitions.values() if (entry.owner_type, entry.namespace, entry.key) == wanted), None)

    def add_definition(self, definition: Definition) -> None:
        """Take a definition in; values that were there before it are not unique ids."""
        self.definitions[definition.number] = definition
        self.writes += 1

    def set_metafield(self, owner: Owner, namespace: str, key: str, kind: str, value: str) -> Metafield:
        """Set a value beside a record, in place of an earlier one of the same name."""
        earlier = next((entry for entry in owner.metafields if (entry.namespace, entry.key) == (namespace, key)), None)
        if earlier:
            owner.metafields.remove(earlier)
            self.owners_by_custom_id.pop((OWNER_TYPES[type(owner)], namespace, key, earlier.value), None)
        metafield = Metafield(earlier.number if earlier else self.next_number(), namespace, key, kind, value, self.now())
        owner.metafields.append(metafield)
        self._index_custom_ids(owner)
        return metafield

    def owner_of(self, owner_type: str, namespace: str, key: str, value: str) -> int | None:
        """Return the number of the record that has a custom id; always as of now, unlike a search."""
        return self.owners_by_custom_id.get((owner_type, namespace, key, value))

    def _index_custom_ids(self, owner: Owner) -> None:
        for entry in owner.metafields:
            if entry.kind == "id":
                self.owners_by_custom_id[OWNER_TYPES[type(owner)], entry.namespace, entry.key, entry.value] = owner.number


def plant(seed: Seed, clock: Clock) -> Shop:
    """Return a shop that holds everything of a seed."""
    shop = Shop(seed.shop, seed.currency, seed.timezone, clock)
    opened = min((order.created_at for order in seed.orders), default=clock())
    shop.opened_at = opened
    for location in seed.locations:
        shop.add_location(location)
    for family in seed.families:
        made = planting.product(family, FIRST_PRODUCT + len(shop.products), FIRST_VARIANT + len(shop.variants), opened)
        if made:
            shop.add_product(*made)
    known_since: dict[int, datetime] = {}
    for order in seed.orders:
        if order.customer_number is not None:
            earliest = known_since.get(order.customer_number, order.created_at)
            known_since[order.customer_number] = min(earliest, order.created_at)
    for customer in seed.customers:
        shop.add_customer(_customer(customer, known_since.get(customer.number, opened)))
    for order in seed.orders:
        shop.add_order(planting.order(order, shop.variants_by_sku, shop.customers.get(order.customer_number)))
    return shop


def _customer(seed: CustomerSeed, known_since: datetime) -> Customer:
    return planting.customer(seed, known_since)
