"""The state of the pretend shop, in one place: every record by number, with what finds it again.

Reads go to the catalogues; every change goes through a method here, which keeps the indexes right and notes that the
call wrote something.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime

from posbridge_dagster.sandbox.seed import ExchangeSeed, LocationSeed, OrderSeed, RefundSeed
from posbridge_dagster.sandbox.shopify import order_stock, planting
from posbridge_dagster.sandbox.shopify.attempts import Attempts
from posbridge_dagster.sandbox.shopify.catalogue import Catalogue
from posbridge_dagster.sandbox.shopify.collection_records import Collection
from posbridge_dagster.sandbox.shopify.collection_shelf import Collections
from posbridge_dagster.sandbox.shopify.company_shelf import Companies
from posbridge_dagster.sandbox.shopify.edits import EditSeed, edit
from posbridge_dagster.sandbox.shopify.jobs import Jobs
from posbridge_dagster.sandbox.shopify.order_records import Order, Refund, Return
from posbridge_dagster.sandbox.shopify.product_operations import ProductOperations
from posbridge_dagster.sandbox.shopify.records import Company, Customer, Definition, Location, Metafield, Product, UsedKey, Variant
from posbridge_dagster.sandbox.shopify.stock import Stock

Clock = Callable[[], datetime]
Owner = Order | Customer | Product | Variant | Location | Company | Collection
FIRST_PRODUCT, FIRST_VARIANT = 7_000_001, 9_000_001
OWNER_TYPES: dict[type, str] = {
    Order: "ORDER",
    Customer: "CUSTOMER",
    Product: "PRODUCT",
    Variant: "PRODUCTVARIANT",
    Location: "LOCATION",
    Company: "COMPANY",
    Collection: "COLLECTION",
}


class Shop:
    """Everything a shop holds."""

    def __init__(self, name: str, currency: str, timezone: str, clock: Clock) -> None:
        self.name, self.currency, self.timezone, self.clock = name, currency, timezone, clock
        self.locations: dict[int, Location] = {}
        self.products = Catalogue[Product]({"updated_at": lambda product: product.updated_at, "id": lambda product: product.number})
        self.variants = Catalogue[Variant](
            {
                "id": lambda variant: variant.number,
                "sku": lambda variant: variant.sku.lower(),
                "updated_at": lambda variant: variant.updated_at,
            }
        )
        self.customers = Catalogue[Customer]({"updated_at": lambda customer: customer.updated_at, "id": lambda customer: customer.number})
        self.companies = Companies()
        self.orders = Catalogue[Order](
            {
                "created_at": lambda order: order.created_at,
                "processed_at": lambda order: order.business_moment,
                "updated_at": lambda order: order.updated_at,
                "id": lambda order: order.number,
            }
        )
        self.definitions: dict[int, Definition] = {}
        self.used_keys: dict[str, UsedKey] = {}
        self.collections = Collections()
        self.stock = Stock()
        self.jobs = Jobs(clock)
        self.product_operations = ProductOperations()
        self.order_attempts = Attempts(clock)
        self.products_by_handle: dict[str, int] = {}
        self.variants_by_sku: dict[str, Variant] = {}
        self.sku_counts: Counter[str] = Counter()
        self.variants_made: Counter[date] = Counter()
        self.customers_by_email: dict[str, int] = {}
        self.customers_by_phone: dict[str, int] = {}
        self.orders_of_customer: dict[int, list[int]] = defaultdict(list)
        self.owners_by_custom_id: dict[tuple[str, str, str, str], int] = {}
        self.writes = 0
        self.opened_at = clock()
        self.last_number = 0
        self._last_order, self._last_name, self._last_customer, self._last_refund = 5000, 1000, 0, 0
        self._last_product, self._last_variant = FIRST_PRODUCT - 1, FIRST_VARIANT - 1

    def next_number(self) -> int:
        """Return a number that nothing has which an app or the sandbox's own door made."""
        self.last_number += 1
        return self.last_number

    def next_order(self) -> tuple[int, str]:
        """Return the number and the name of an order that is to be made: one more than the highest."""
        return self._last_order + 1, f"#{self._last_name + 1}"

    def next_product(self) -> int:
        """Return the number of a product that is to be made."""
        return self._last_product + 1

    def next_variant(self) -> int:
        """Return the number of a variant that is to be made."""
        return self._last_variant + 1

    def next_customer(self) -> int:
        """Return the number of a customer who is to be made."""
        return self._last_customer + 1

    def next_refund(self) -> int:
        """Return the number of a refund that is to be made."""
        return self._last_refund + 1

    def now(self) -> datetime:
        """Return the shop's present moment."""
        return self.clock()

    def add_location(self, seed: LocationSeed) -> None:
        """Open a location."""
        self.locations[seed.number] = Location(seed.number, seed.name, seed.country)

    def add_product(self, product: Product, variants: list[Variant]) -> None:
        """Take a product in. Of two variants with one SKU, sales belong to the first."""
        self.products.add(product)
        self._last_product = max(self._last_product, product.number)
        self.products_by_handle[product.handle] = product.number
        self.index_custom_ids(product)
        for variant in variants:
            self.add_variant(variant)

    def add_variant(self, variant: Variant) -> None:
        """Take a variant of a product in."""
        self.variants.add(variant)
        self._last_variant = max(self._last_variant, variant.number)
        self.index_custom_ids(variant)
        self.index_sku(variant)

    def index_sku(self, variant: Variant) -> None:
        """Make a variant findable by its SKU; the first that has one keeps it."""
        self.variants_by_sku.setdefault(variant.sku, variant)
        self.sku_counts[variant.sku] += 1

    def add_customer(self, customer: Customer) -> None:
        """Take a customer in."""
        self.customers.add(customer)
        self._last_customer = max(self._last_customer, customer.number)
        self.index_customer(customer)
        self.index_custom_ids(customer)

    def index_customer(self, customer: Customer) -> None:
        """Make a customer findable by e-mail address and phone number; the first who has one keeps it."""
        if customer.email:
            self.customers_by_email.setdefault(customer.email.lower(), customer.number)
        if customer.phone:
            self.customers_by_phone.setdefault(customer.phone, customer.number)

    def forget_contact(self, customer: Customer) -> None:
        """Let go of a customer's e-mail address and phone number, before they change."""
        if self.customers_by_email.get(customer.email.lower()) == customer.number:
            del self.customers_by_email[customer.email.lower()]
        if self.customers_by_phone.get(customer.phone) == customer.number:
            del self.customers_by_phone[customer.phone]

    def add_company(self, company: Company) -> None:
        """Take a company in."""
        self.companies.add(company)
        self.index_custom_ids(company)

    def company_of_place(self, number: int) -> Company | None:
        """Return the company that one of its places belongs to."""
        return next(iter(self.companies.with_("place", number)), None)

    def add_order(self, order: Order) -> None:
        """Take a sale in. Raises ValueError where its number is taken."""
        self.orders.add(order)
        self._last_order = max(self._last_order, order.number)
        if order.name[:1] == "#" and order.name[1:].isdecimal():
            self._last_name = max(self._last_name, int(order.name[1:]))
        if order.customer is not None:
            self.orders_of_customer[order.customer].append(order.number)
        self.note_refunds(order)
        self.index_custom_ids(order)

    def note_refunds(self, order: Order) -> None:
        """Note the refunds of an order, so that the next one gets a number of its own."""
        self._last_refund = max([self._last_refund, *(refund.number for refund in order.refunds)])

    def sell(self, seed: OrderSeed) -> Order:
        """Take a sale in that happens now, whatever moment it carries: its change time is the present."""
        buyer = self.customers.get(seed.customer_number)
        order = planting.order(seed, self.variants_by_sku, buyer, self.now())
        order_stock.claim(self, order)
        self.add_order(order)
        order_stock.sell(self, order)
        self.writes += 1
        return order

    def refund(self, number: int, seed: RefundSeed) -> Refund:
        """Give something back of an order now. Raises ValueError when there is no such order, or not so much of it."""
        order = self._known(number)
        with order_stock.moving_stock(self, order):
            refund = planting.give_back(order, seed)
        self.changed(order)
        return refund

    def exchange(self, number: int, seed: ExchangeSeed) -> Return:
        """Take goods of an order back for others now. Raises ValueError like ``refund``."""
        order = self._known(number)
        with order_stock.moving_stock(self, order):
            made = planting.exchange(order, seed, self.variants_by_sku)
        self.changed(order)
        return made

    def edit(self, number: int, seed: EditSeed) -> Order:
        """Change quantities of an order or add lines now. Raises ValueError when there is no such order or line."""
        order = self._known(number)
        with order_stock.moving_stock(self, order):
            edit(order, seed, self.variants_by_sku)
        self.changed(order)
        return order

    def _known(self, number: int) -> Order:
        order = self.orders.get(number)
        if order is None:
            raise ValueError(f"there is no order {number}")
        return order

    def changed(self, owner: Owner) -> None:
        """Note that a record was changed now."""
        self.writes += 1
        if isinstance(owner, Location):
            return
        owner.updated_at = owner.seen_at = self.now()
        if isinstance(owner, Order):
            self.note_refunds(owner)
            self.orders.touch(owner)
        elif isinstance(owner, Product):
            self.products.touch(owner)
        elif isinstance(owner, Variant):
            self.variants.touch(owner)
            self.changed(self.products[owner.product])
        elif isinstance(owner, Customer):
            self.customers.touch(owner)
        elif isinstance(owner, Collection):
            self.collections.touch(owner)
        else:
            self.companies.touch(owner)

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
        earlier = self.drop_metafield(owner, namespace, key)
        metafield = Metafield(earlier.number if earlier else self.next_number(), namespace, key, kind, value, self.now())
        owner.metafields.append(metafield)
        self.index_custom_ids(owner)
        return metafield

    def drop_metafield(self, owner: Owner, namespace: str, key: str) -> Metafield | None:
        """Take a value away from a record and return it; None where it had none."""
        known = next((entry for entry in owner.metafields if (entry.namespace, entry.key) == (namespace, key)), None)
        if known is not None:
            owner.metafields.remove(known)
            place = (OWNER_TYPES[type(owner)], namespace, key, known.value)
            if self.owners_by_custom_id.get(place) == owner.number:
                del self.owners_by_custom_id[place]
        return known

    def unique_holder(self, owner_type: str, namespace: str, key: str, value: str) -> int | None:
        """Return who has a value that may be there only once, because it is a custom id."""
        definition = self.definition(owner_type, namespace, key)
        if definition is None or not definition.unique:
            return None
        return self.owner_of(owner_type, namespace, key, value)

    def owner_of(self, owner_type: str, namespace: str, key: str, value: str) -> int | None:
        """Return the number of the record that has a custom id; always as of now, unlike a search."""
        return self.owners_by_custom_id.get((owner_type, namespace, key, value))

    def index_custom_ids(self, owner: Owner) -> None:
        """Make a record findable by its custom ids and by other values that only one may have; the first keeps each."""
        owner_type = OWNER_TYPES[type(owner)]
        for entry in owner.metafields:
            definition = None if entry.kind == "id" else self.definition(owner_type, entry.namespace, entry.key)
            if entry.kind == "id" or (definition is not None and definition.unique):
                self.owners_by_custom_id.setdefault((owner_type, entry.namespace, entry.key, entry.value), owner.number)
