"""The lines of an order, their discounts and taxes, and its shipping line."""

from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.goods import line_variant_title
from posbridge_dagster.sandbox.shopify.order_records import Tax
from posbridge_dagster.sandbox.shopify.reckoning import LineSum, Reckoning
from posbridge_dagster.sandbox.shopify.scalars import gid, money, money_bag
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.taxes import shipping_taxes


def tax_line(tax: Tax, currency: str) -> Node:
    """Return a TaxLine."""
    return Node(
        {
            "title": tax.title,
            "rate": tax.rate / 10000,
            "ratePercentage": tax.rate / 100,
            "source": "Shopify",
            "channelLiable": False,
            "priceSet": money_bag(tax.cents, currency),
        }
    )


def discount_applications(sums: Reckoning, currency: str) -> list[Node]:
    """Return the discounts of an order: one for each line that has its own, then the one over all lines."""
    applications: list[Node] = []
    for entry in sums.lines:
        if entry.own_discount:
            applications.append(_application(len(applications), entry.own_discount, currency, "EXPLICIT"))
    if any(entry.order_discount for entry in sums.lines):
        amount = sum(entry.order_discount for entry in sums.lines)
        applications.append(_application(len(applications), amount, currency, "ALL", sums.order.discount_code))
    return applications


def _application(index: int, cents: int, currency: str, selection: str, code: str = "") -> Node:
    kind: dict[str, Any] = {"__typename": "ManualDiscountApplication", "title": "Korting", "description": None}
    if code:
        kind = {"__typename": "DiscountCodeApplication", "code": code}
    return Node(
        {
            **kind,
            "index": index,
            "allocationMethod": "ACROSS",
            "targetSelection": selection,
            "targetType": "LINE_ITEM",
            "value": {"__typename": "MoneyV2", **money(cents, currency)},
        }
    )


def line_nodes(sums: Reckoning, scene: Scene) -> list[Node]:
    """Return the lines of an order that are no tip."""
    currency = scene.currency_of(sums.order)
    applications = discount_applications(sums, currency)
    explicit = iter(applications)
    nodes = []
    left = sums.order.to_hand_over()
    for entry in sums.lines:
        allocations = []
        if entry.own_discount:
            allocations.append(_allocation(entry.own_discount, next(explicit), currency))
        if entry.order_discount:
            allocations.append(_allocation(entry.order_discount, applications[-1], currency))
        nodes.append(_line_node(entry, sums, scene, allocations, left[entry.line.number]))
    return nodes


def _allocation(cents: int, application: Node, currency: str) -> dict[str, Any]:
    return {"allocatedAmountSet": money_bag(cents, currency), "discountApplication": application}


def tip_nodes(sums: Reckoning, scene: Scene) -> list[Node]:
    """Return the tips of an order as lines: never fulfilled, never taxed."""
    tips = [line for line in sums.order.lines if line.kind == "tip"]
    entries = [LineSum(line, line.unit_cents * line.quantity, 0, 0, line.unit_cents * line.quantity) for line in tips]
    return [_line_node(entry, sums, scene, [], 0) for entry in entries]


def _line_node(entry: LineSum, sums: Reckoning, scene: Scene, allocations: list[dict[str, Any]], unfulfilled: int) -> Node:
    line, currency = entry.line, scene.currency_of(sums.order)
    variant = None if scene.shop.variants.get(line.variant) is None else scene.variant_node(line.variant or 0)
    product = variant["product"] if variant else scene.product_node(line.product)
    is_goods = line.kind != "tip"
    after_own = entry.gross - entry.own_discount
    pieces = max(line.quantity, 1)
    variant_title = line_variant_title(line.variant_title)
    return Node(
        {
            "__typename": "LineItem",
            "id": gid("LineItem", line.number),
            "name": f"{line.title} - {variant_title}" if variant_title else line.title,
            "title": line.title,
            "variantTitle": variant_title,
            "sku": line.sku or None,
            "vendor": line.vendor or (product["vendor"] if product else None),
            "quantity": line.quantity,
            "currentQuantity": entry.kept,
            "refundableQuantity": entry.kept if is_goods else 0,
            "unfulfilledQuantity": unfulfilled,
            "fulfillableQuantity": unfulfilled,
            "nonFulfillableQuantity": line.quantity if not is_goods else entry.returned,
            "isGiftCard": line.kind == "gift_card",
            "requiresShipping": line.requires_shipping,
            "taxable": line.taxable,
            "restockable": line.kind == "article",
            "variant": variant,
            "product": product,
            "originalUnitPriceSet": money_bag(line.unit_cents, currency),
            "originalTotalSet": money_bag(entry.gross, currency),
            "discountedUnitPriceSet": money_bag(_per_piece(after_own, pieces), currency),
            "discountedUnitPriceAfterAllDiscountsSet": money_bag(_per_piece(entry.net, pieces), currency),
            "discountedTotalSet": money_bag(after_own, currency),
            "unfulfilledDiscountedTotalSet": money_bag(after_own * unfulfilled // pieces, currency),
            "totalDiscountSet": money_bag(entry.own_discount, currency),
            "taxLines": [tax_line(tax, currency) for tax in entry.taxes],
            "discountAllocations": allocations,
            "customAttributes": [{"key": key, "value": value} for key, value in line.properties],
            "staffMember": None,
        },
        record=line,
        sums=(entry, sums),
    )


def _per_piece(cents: int, pieces: int) -> int:
    return (2 * cents + pieces) // (2 * pieces)


def shipping_nodes(sums: Reckoning, scene: Scene) -> list[Node]:
    """Return the shipping lines of an order; what was refunded is taken off the first ones."""
    currency, returned = scene.currency_of(sums.order), sums.returned_shipping
    nodes = []
    for entry in sums.order.shippings:
        price = entry.cents - entry.discount_cents
        back = min(price, returned)
        returned -= back
        nodes.append(
            Node(
                {
                    "__typename": "ShippingLine",
                    "id": gid("ShippingLine", entry.number),
                    "title": entry.title or "Verzending",
                    "code": entry.code or entry.title or "Verzending",
                    "source": entry.source,
                    "carrierIdentifier": None,
                    "custom": False,
                    "isRemoved": False,
                    "originalPriceSet": money_bag(entry.cents, currency),
                    "discountedPriceSet": money_bag(price, currency),
                    "currentDiscountedPriceSet": money_bag(price - back, currency),
                    "taxLines": [tax_line(tax, currency) for tax in shipping_taxes(entry)],
                    "discountAllocations": [],
                }
            )
        )
    return nodes
