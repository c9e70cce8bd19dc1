"""From the input of ``orderCreate`` to an order, once nothing is wrong with it: pure, nothing is looked up but variants."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from posbridge_dagster.sandbox.shopify.addresses import read_address
from posbridge_dagster.sandbox.shopify.order_records import Fulfillment, Line, Order, Shipping, Tax, Transaction
from posbridge_dagster.sandbox.shopify.planting import DEFAULT_TITLE, variant_title
from posbridge_dagster.sandbox.shopify.records import Customer, Variant
from posbridge_dagster.sandbox.shopify.scalars import cents_of, number_of, read_moment, share_of, split_gid, spread
from posbridge_dagster.sandbox.shopify.shop import Shop
from posbridge_dagster.sandbox.shopify.tags import kept_tags, split_tags

Given = dict[str, Any]
OUR_SOURCE = "2412001"


def number_in(global_id: str | None) -> int | None:
    """Return the number in a global id; None where there is no id."""
    parts = split_gid(global_id) if global_id else None
    return parts[1] if parts else None


def bag_cents(bag: Given | None) -> int:
    """Return the shop's amount of a MoneyBagInput in cents; 0 where there is none."""
    return cents_of(bag["shopMoney"]["amount"]) if bag else 0


def draft_order(shop: Shop, given: Given, buyer: Customer | None) -> Order:
    """Return the order that an app describes: made now, in the shop's currency unless it says another."""
    number, name = shop.next_order()
    now = shop.now()
    processed_at = read_moment(given.get("processedAt"))
    order = Order(
        number,
        given.get("name") or name,
        created_at=now,
        updated_at=now,
        seen_at=now,
        source_name=given.get("sourceName") or OUR_SOURCE,
        lines=[],
        transactions=[],
        refunds=[],
        customer=buyer.number if buyer else None,
        email=given.get("email") or (buyer.email if buyer else ""),
        phone=given.get("phone") or (buyer.phone if buyer else ""),
        note=given.get("note") or "",
        po_number=given.get("poNumber") or "",
        tags=kept_tags(split_tags(given.get("tags") or [])),
        test=bool(given.get("test")),
        billing=read_address(given.get("billingAddress")),
        shipping=read_address(given.get("shippingAddress")),
        attributes=[(entry["key"], entry["value"]) for entry in given.get("customAttributes") or []],
        by_app=True,
        source_key=given.get("sourceIdentifier") or "",
        processed_at=min(processed_at, now) if processed_at else now,
        closed_at=read_moment(given.get("closedAt")),
        currency=given.get("currency") or "",
        taxes_included=bool(given.get("taxesIncluded")),
        stated_status=given.get("financialStatus") or "",
        fulfillment_label=given.get("fulfillmentStatus") or "",
        company_place=number_in(given.get("companyLocationId")),
    )
    _put_lines(shop, order, given)
    _put_discount(order, given.get("discountCode") or {})
    _put_order_taxes(order, given.get("taxLines") or [])
    _put_money(order, given)
    _put_fulfillment(order, given.get("fulfillment"))
    return order


def _put_lines(shop: Shop, order: Order, given: Given) -> None:
    for position, entry in enumerate(given["lineItems"], 1):
        order.lines.append(_line(shop, order, position, entry))
    for position, entry in enumerate(given.get("shippingLines") or [], 1):
        cents = bag_cents(entry["priceSet"])
        taxes = _taxes(entry.get("taxLines") or [], cents, order.taxes_included)
        order.shippings.append(
            Shipping(order.part(position), entry["title"], cents, 0, entry.get("code") or "", entry.get("source") or "", taxes)
        )


def _line(shop: Shop, order: Order, position: int, given: Given) -> Line:
    """Return a line; what the input says wins over what its variant says."""
    variant = shop.variants.get(number_in(given.get("variantId")))
    product = shop.products.get(variant.product if variant else number_in(given.get("productId")))
    unit_cents = bag_cents(given["priceSet"]) if given.get("priceSet") else (variant.price_cents if variant else 0)
    kind = "gift_card" if given.get("giftCard") else "article" if variant else "custom"
    taxes = _taxes(given.get("taxLines") or [], unit_cents * given["quantity"], order.taxes_included)
    return Line(
        order.part(position),
        given.get("title") or (product.title if product else ""),
        given["quantity"],
        unit_cents,
        taxes[0].rate if taxes else 0,
        kind,
        given.get("sku") or (variant.sku if variant else ""),
        variant.number if variant else None,
        given.get("variantTitle") or _variant_title(variant),
        0,
        taxes=[] if kind == "gift_card" else taxes,
        requires_shipping=bool(given.get("requiresShipping")),
        taxable=bool(given.get("taxable", True)) and kind != "gift_card",
        vendor=given.get("vendor") or "",
        product=product.number if product else None,
        properties=tuple((entry["name"], entry["value"]) for entry in given.get("properties") or []),
    )


def _variant_title(variant: Variant | None) -> str:
    title = "" if variant is None else variant_title(variant)
    return "" if title == DEFAULT_TITLE else title


def tax_rate(value: Any) -> int:
    """Return a rate such as ``"0.21"`` in hundredths of a percent, rounded half up."""
    return int((number_of(value) * 10000).quantize(Decimal(1), ROUND_HALF_UP))


def _taxes(given: list[Given], cents: int, included: bool) -> list[Tax]:
    """Return stated taxes; one without an amount is worked out from its rate."""
    taxes = []
    for entry in given:
        rate = tax_rate(entry["rate"])
        worked_out = share_of(cents, rate, 10000 + rate if included else 10000)
        taxes.append(Tax(entry["title"], rate, bag_cents(entry["priceSet"]) if entry.get("priceSet") else worked_out))
    return taxes


def _put_order_taxes(order: Order, given: list[Given]) -> None:
    """Split the taxes of the whole order over its taxable lines, by what they cost."""
    taxable = [line for line in order.lines if line.taxable]
    weights = [line.quantity * line.unit_cents for line in taxable]
    for tax in _taxes(given, sum(weights), order.taxes_included):
        for line, cents in zip(taxable, spread(tax.cents, weights), strict=True):
            line.taxes = [*(line.taxes or []), Tax(tax.title, tax.rate, cents)]


def _put_discount(order: Order, given: Given) -> None:
    """Apply the one discount code that an order may have."""
    goods = sum(line.quantity * line.unit_cents for line in order.lines if line.kind != "gift_card")
    fixed, percentage, free = (given.get(f"{kind}DiscountCode") for kind in ("itemFixed", "itemPercentage", "freeShipping"))
    if fixed:
        order.discount_code, order.discount_cents = fixed["code"], min(bag_cents(fixed.get("amountSet")), goods)
    elif percentage:
        hundredths = int((number_of(percentage.get("percentage") or 0) * 100).quantize(Decimal(1), ROUND_HALF_UP))
        order.discount_code, order.discount_cents = percentage["code"], min(share_of(goods, hundredths, 10000), goods)
    elif free:
        order.discount_code = free["code"]
        for shipping in order.shippings:
            shipping.discount_cents = shipping.cents


def _put_money(order: Order, given: Given) -> None:
    for position, entry in enumerate(given.get("transactions") or [], 1):
        order.transactions.append(
            Transaction(
                order.part(position),
                entry.get("kind") or "SALE",
                entry.get("status") or "SUCCESS",
                entry.get("gateway") or "manual",
                bag_cents(entry["amountSet"]),
                0,
                read_moment(entry.get("processedAt")) or order.business_moment,
                number_in(entry.get("locationId")),
            )
        )


def _put_fulfillment(order: Order, given: Given | None) -> None:
    """Hand all goods over at a location, where the app says so."""
    if given is None:
        return
    order.location = number_in(given["locationId"])
    numbers = given.get("trackingNumbers") or [number for number in [given.get("trackingNumber")] if number]
    tracking = [(given.get("trackingCompany") or "", number, "") for number in numbers]
    goods = [(line.number, line.quantity) for line in order.goods]
    order.fulfillments.append(Fulfillment(order.part(1), order.created_at, order.location, goods, tracking))
