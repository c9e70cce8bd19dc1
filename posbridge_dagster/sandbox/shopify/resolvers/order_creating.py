"""Orders that an app makes. They are not idempotent: the same call twice makes two, unless they carry a custom id."""

from collections.abc import Iterator
from typing import Any

from posbridge_dagster.sandbox.shopify import order_stock
from posbridge_dagster.sandbox.shopify.customer_drafts import associated_customer
from posbridge_dagster.sandbox.shopify.metafield_values import metafield_errors, write_metafields
from posbridge_dagster.sandbox.shopify.nodes.orders import order_node
from posbridge_dagster.sandbox.shopify.order_drafts import draft_order, number_in
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.scalars import cents_of, number_of, read_moment
from posbridge_dagster.sandbox.shopify.scene import Scene

Given = dict[str, Any]
Error = dict[str, Any]
TOO_MANY = "Too many attempts. Please try again later."
PROTECTED_SOURCES = frozenset({"android", "iphone", "pos", "shopify_draft_order", "web"})
LONGEST_TAG, MOST_TAGS = 40, 250


@resolves("Mutation", "orderCreate")
def create_order(_: None, scene: Scene, order: Given, options: Given | None = None) -> dict[str, Any]:
    """Make an order; where anything is wrong with it nothing is made, not even its customer."""
    if not scene.shop.order_attempts.admit(scene.switches.get("order_create_per_minute")):
        return _refused([user_error(TOO_MANY)])
    errors = list(_errors(scene, order))
    if errors:
        return _refused(errors)
    behaviour = (options or {}).get("inventoryBehaviour") or "BYPASS"
    if behaviour == "DECREMENT_OBEYING_POLICY":
        try:
            order_stock.claim(scene.shop, draft_order(scene.shop, order, None), obey_policy=True)
        except order_stock.OutOfStock:
            return _refused([user_error("Unable to claim inventory", "order", "lineItems", code="INVENTORY_CLAIM_FAILED")])
    buyer, errors = associated_customer(scene.shop, order)
    if errors:
        return _refused(errors)
    made = draft_order(scene.shop, order, buyer)
    made.claims_stock = behaviour != "BYPASS"
    if made.claims_stock:
        order_stock.claim(scene.shop, made)
    write_metafields(scene.shop, made, order.get("metafields") or [])
    scene.shop.add_order(made)
    order_stock.sell(scene.shop, made)
    scene.shop.writes += 1
    return {"order": order_node(made, scene), "userErrors": []}


def _refused(errors: list[Error]) -> dict[str, Any]:
    return {"order": None, "userErrors": errors}


def _invalid(message: str, *field: str | int) -> Error:
    return user_error(message, "order", *field, code="INVALID")


def _errors(scene: Scene, order: Given) -> Iterator[Error]:
    """Yield what is wrong with an order, from the outside to the inside."""
    if order.get("customerId") and order.get("customer"):
        message = "Only one of customerId and customer can be provided"
        yield user_error(message, "order", code="REDUNDANT_CUSTOMER_FIELDS")
        return
    if not order.get("lineItems"):
        yield _invalid("Line items must have at least one line item", "lineItems")
        return
    if order.get("presentmentCurrency") not in (None, order.get("currency") or scene.shop.currency):
        yield _invalid("Presentment currency must be the order's currency in this shop", "presentmentCurrency")
    if order.get("sourceName") in PROTECTED_SOURCES:
        yield _invalid(f"Source name '{order['sourceName']}' is protected and cannot be used", "sourceName")
    yield from _line_errors(scene, order)
    yield from _tax_errors(order)
    yield from _money_errors(scene, order)
    yield from _text_errors(order)
    yield from _reference_errors(scene, order)
    may_repeat = scene.switches.get("duplicate_custom_id") == "accept"
    yield from metafield_errors(scene.shop, "ORDER", order.get("metafields") or [], ("order", "metafields"), may_repeat=may_repeat)


def _line_errors(scene: Scene, order: Given) -> Iterator[Error]:
    for index, line in enumerate(order["lineItems"]):
        where = ("lineItems", index)
        if line.get("variantId") and scene.shop.variants.get(number_in(line["variantId"])) is None:
            yield _invalid("Product variant does not exist", *where, "variantId")
        if not line.get("variantId") and not (line.get("title") or "").strip():
            yield _invalid("Title can't be blank", *where, "title")
        if line["quantity"] <= 0:
            yield _invalid("Quantity must be greater than 0", *where, "quantity")
        if not line.get("variantId") and not line.get("priceSet"):
            yield _invalid("Price can't be blank", *where, "priceSet")
        if line.get("priceSet") and cents_of(line["priceSet"]["shopMoney"]["amount"]) < 0:
            yield _invalid("Price must be greater than or equal to 0", *where, "priceSet")


def _tax_errors(order: Given) -> Iterator[Error]:
    """Yield what is wrong with taxes: they stand on the order or on its lines, and each has a rate and a title."""
    on_lines = any(line.get("taxLines") for line in order["lineItems"])
    if on_lines and order.get("taxLines"):
        yield _invalid("Tax lines can be specified on the order or the line items, but not both", "taxLines")
    parts = [(("lineItems", index), line) for index, line in enumerate(order["lineItems"])]
    parts += [(("shippingLines", index), line) for index, line in enumerate(order.get("shippingLines") or [])]
    for where, part in [*parts, ((), order)]:
        for index, tax in enumerate(part.get("taxLines") or []):
            if str(tax["rate"]).strip() == "":
                yield user_error("Tax line rate is missing", "order", *where, "taxLines", index, "rate", code="TAX_LINE_RATE_MISSING")
            else:
                number_of(tax["rate"])
            if not tax["title"].strip():
                yield _invalid("Title can't be blank", *where, "taxLines", index, "title")


def _money_errors(scene: Scene, order: Given) -> Iterator[Error]:
    """Yield what is wrong with amounts: all are in the order's currency. Raises Refusal for what is no amount."""
    currency = order.get("currency") or scene.shop.currency
    for where, bag in _bags(order):
        cents_of(bag["shopMoney"]["amount"])
        if bag["shopMoney"]["currencyCode"] != currency:
            yield _invalid(f"Currency must be {currency}", *where, "shopMoney", "currencyCode")
    kinds = [kind for kind, given in (order.get("discountCode") or {}).items() if given]
    if len(kinds) > 1:
        yield _invalid("Only one discount code can be applied", "discountCode")


def _bags(order: Given) -> Iterator[tuple[tuple[str | int, ...], Given]]:
    """Yield every amount of an order with where it stands."""
    parts: list[tuple[tuple[str | int, ...], Given]] = [((), order)]
    for name in ("lineItems", "shippingLines", "transactions"):
        parts += [((name, index), part) for index, part in enumerate(order.get(name) or [])]
    for where, part in parts:
        taxes = [((*where, "taxLines", index), tax) for index, tax in enumerate(part.get("taxLines") or [])]
        for place, holder in [(where, part), *taxes]:
            yield from (((*place, name), holder[name]) for name in ("priceSet", "amountSet") if holder.get(name))


def _text_errors(order: Given) -> Iterator[Error]:
    """Yield what is wrong with texts. Raises Refusal for a moment that is none."""
    read_moment(order.get("processedAt"))
    tags = order.get("tags") or []
    if len(tags) > MOST_TAGS:
        yield _invalid(f"Tags cannot have more than {MOST_TAGS} entries", "tags")
    if any(len(tag.strip()) > LONGEST_TAG for entry in tags for tag in entry.split(",")):
        yield _invalid(f"Tags is invalid: a tag is too long (maximum is {LONGEST_TAG} characters)", "tags")
    if len(order.get("note") or "") > 5000:
        yield _invalid("Note is too long (maximum is 5000 characters)", "note")


def _reference_errors(scene: Scene, order: Given) -> Iterator[Error]:
    fulfillment = order.get("fulfillment")
    if fulfillment and number_in(fulfillment["locationId"]) not in scene.shop.locations:
        yield _invalid("Location does not exist", "fulfillment", "locationId")
    place = number_in(order.get("companyLocationId"))
    if place is not None and scene.shop.company_of_place(place) is None:
        yield _invalid("Company location does not exist", "companyLocationId")
