"""From seeds to the shop's own records: what a sale, a customer or a family is once Shopify holds it."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from posbridge_dagster.sandbox.seed import (
    AddressSeed,
    ArticleSeed,
    CustomerSeed,
    ExchangeSeed,
    FamilySeed,
    LineSeed,
    OrderSeed,
    PaymentSeed,
    RefundSeed,
)
from posbridge_dagster.sandbox.shopify.records import (
    Address,
    Customer,
    Exchange,
    Line,
    Order,
    Product,
    Refund,
    RefundLine,
    Transaction,
    Variant,
)

DEFAULT_TITLE = "Default Title"


def address(seed: AddressSeed | None) -> Address | None:
    """Return an address."""
    if seed is None:
        return None
    return Address(
        seed.first_name,
        seed.last_name,
        seed.company,
        seed.address1,
        seed.address2,
        seed.postal_code,
        seed.city,
        seed.country,
        seed.phone,
    )


def customer(seed: CustomerSeed, at: datetime) -> Customer:
    """Return a customer who is known since a moment."""
    return Customer(
        seed.number,
        seed.email,
        seed.first_name,
        seed.last_name,
        seed.phone,
        created_at=at,
        updated_at=at,
        seen_at=at,
        address=address(seed.address),
    )


def product(family: FamilySeed, number: int, first_variant: int, at: datetime) -> tuple[Product, list[Variant]] | None:
    """Return a product with the variants whose articles have a code; None where no article of the family is in the shop."""
    articles = [article for article in family.articles if article.code]
    if not articles:
        return None
    names = [name for name, used in (("Kleur", any(a.colour for a in articles)), ("Maat", any(a.size for a in articles))) if used]
    variants = [_variant(article, number, first_variant + index, index + 1, names) for index, article in enumerate(articles)]
    handle = f"{re.sub(r'[^a-z0-9]+', '-', family.description.lower()).strip('-')}-{family.number}"
    shown = Product(
        number,
        family.description,
        handle,
        family.brand,
        [variant.number for variant in variants],
        names or ["Title"],
        created_at=at,
        updated_at=at,
        status="ACTIVE" if any(article.active for article in articles) else "ARCHIVED",
    )
    return shown, variants


def _variant(article: ArticleSeed, product_number: int, number: int, position: int, names: list[str]) -> Variant:
    values = {"Kleur": article.colour or "-", "Maat": article.size or "-"}
    return Variant(
        number,
        product_number,
        article.code,
        article.price_cents,
        [values[name] for name in names] or [DEFAULT_TITLE],
        barcode=article.barcode,
        position=position,
        tracked=article.stock_article,
        quantity=article.stock,
    )


def variant_title(variant: Variant) -> str:
    """Return the options of a variant as its title."""
    return " / ".join(variant.options)


def order(seed: OrderSeed, variants_by_sku: dict[str, Variant], buyer: Customer | None, seen_at: datetime | None = None) -> Order:
    """Return a sale. ``seen_at`` is when the shop hears of it; without it the sale is as old as it says."""
    returned = [*seed.refunds, *(exchange.refund for exchange in seed.exchanges)]
    moments = [seed.created_at, *(refund.created_at for refund in returned), *filter(None, [seed.cancelled_at])]
    changed = max(moments) if seen_at is None else max(*moments, seen_at)
    sale = Order(
        seed.number,
        seed.name,
        created_at=seed.created_at,
        updated_at=changed,
        seen_at=seen_at or changed,
        source_name=seed.source_name,
        lines=[],
        transactions=[],
        refunds=[],
        location=seed.location_number,
        customer=buyer.number if buyer else None,
        email=buyer.email if buyer else "",
        phone=buyer.phone if buyer else "",
        discount_cents=seed.order_discount_cents,
        discount_code=seed.discount_code,
        shipping_cents=seed.shipping_cents,
        shipping_title=seed.shipping_title,
        note=seed.note,
        tags=sorted(set(seed.tags), key=str.lower),
        test=seed.test,
        fulfilled=seed.fulfilled,
        billing=address(seed.billing),
        shipping=address(seed.shipping),
        cancelled_at=seed.cancelled_at,
    )
    tip = [LineSeed("Tip", 1, seed.tip_cents, 0, kind="tip")] if seed.tip_cents else []
    sale.lines.extend(_lines([*seed.lines, *tip], sale, variants_by_sku))
    for payment in seed.payments:
        _pay(sale, payment, payment.kind, seed.created_at)
    for refund in seed.refunds:
        give_back(sale, refund)
    for swap in seed.exchanges:
        exchange(sale, swap, variants_by_sku)
    return sale


def give_back(sale: Order, refund: RefundSeed, settles: int | None = None) -> Refund:
    """Note a refund on a sale and return it; ``settles`` is the return of an exchange it belongs to.

    Raises ValueError when it gives back a line, or more pieces of it, than the sale has left.
    """
    for line in refund.lines:
        if not 0 <= line.line < len(sale.lines):
            raise ValueError(f"order {sale.name} has no line {line.line}")
        sold = sale.lines[line.line]
        left = sold.quantity - sum(back.quantity for made in sale.refunds for back in made.lines if back.line == sold.number)
        if not 0 < line.quantity <= left:
            raise ValueError(f"line {line.line} of order {sale.name} has {left} pieces left, so {line.quantity} cannot come back")
    paid = [_pay(sale, payment, "REFUND", refund.created_at) for payment in refund.payments]
    back = [
        RefundLine(refund.number * 1000 + position, sale.lines[line.line].number, line.quantity, line.restock)
        for position, line in enumerate(refund.lines, 1)
    ]
    made = Refund(refund.number, refund.created_at, back, paid, refund.shipping_cents, refund.note, settles)
    sale.refunds.append(made)
    return made


def exchange(sale: Order, swap: ExchangeSeed, variants_by_sku: dict[str, Variant]) -> Exchange:
    """Note an exchange on a sale and return it: what comes back, the new lines, and what was paid for them."""
    give_back(sale, swap.refund, swap.number)
    lines = list(_lines(swap.lines, sale, variants_by_sku))
    sale.lines.extend(lines)
    for payment in swap.payments:
        _pay(sale, payment, payment.kind, swap.refund.created_at)
    made = Exchange(swap.number, swap.refund.created_at, [line.number for line in lines])
    sale.exchanges.append(made)
    return made


def _lines(seeds: Iterable[LineSeed], sale: Order, variants_by_sku: dict[str, Variant]) -> Iterator[Line]:
    for position, line in enumerate(seeds, len(sale.lines) + 1):
        variant = variants_by_sku.get(line.code) if line.code else None
        title = "" if variant is None else variant_title(variant)
        yield Line(
            sale.part(position),
            line.title,
            line.quantity,
            line.unit_price_cents,
            line.vat_rate,
            line.kind,
            line.code,
            variant.number if variant else None,
            "" if title == DEFAULT_TITLE else title,
            line.discount_cents,
        )


def _pay(sale: Order, payment: PaymentSeed, kind: str, at: datetime) -> int:
    number = sale.part(len(sale.transactions) + 1)
    parent = next((entry.number for entry in sale.transactions if entry.kind == "SALE" and entry.gateway == payment.gateway), None)
    sale.transactions.append(
        Transaction(
            number,
            kind,
            payment.status,
            payment.gateway,
            payment.amount_cents,
            payment.rounding_cents,
            at,
            sale.location if sale.source_name == "pos" else None,
            parent if kind in ("REFUND", "CHANGE") else None,
        )
    )
    return number
