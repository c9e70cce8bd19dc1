"""From seeds to the shop's own records: what a sale, a customer or a family is once Shopify holds it."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

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
from posbridge_dagster.sandbox.shopify.order_records import (
    Fulfillment,
    Line,
    Order,
    Refund,
    RefundLine,
    Return,
    ReturnedLine,
    Shipping,
    Transaction,
)
from posbridge_dagster.sandbox.shopify.records import (
    Address,
    Customer,
    OptionValue,
    Product,
    ProductOption,
    Published,
    Variant,
)

DEFAULT_TITLE = "Default Title"
CHANNELS = (1, 2)
KNOWN_TO_SEARCH = timedelta(days=1)  # what a shop opens with was indexed before, whatever the lag


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
        seen_at=at - KNOWN_TO_SEARCH,
        addresses=[found] if (found := address(seed.address)) else [],
    )


def product(family: FamilySeed, number: int, first_variant: int, at: datetime) -> tuple[Product, list[Variant]] | None:
    """Return a product with the variants whose articles have a code; None where no article of the family is in the shop."""
    articles = [article for article in family.articles if article.code]
    if not articles:
        return None
    names = [name for name, used in (("Kleur", any(a.colour for a in articles)), ("Maat", any(a.size for a in articles))) if used]
    variants = [_variant(article, number, first_variant + index, index + 1, names, at) for index, article in enumerate(articles)]
    handle = f"{re.sub(r'[^a-z0-9]+', '-', family.description.lower()).strip('-')}-{family.number}"
    shown = Product(
        number,
        family.description,
        handle,
        family.brand,
        [variant.number for variant in variants],
        _options(number, names or ["Title"], variants),
        created_at=at,
        updated_at=at,
        seen_at=at - KNOWN_TO_SEARCH,
        status="ACTIVE" if any(article.active for article in articles) else "ARCHIVED",
        published=[Published(channel, at) for channel in CHANNELS],
    )
    return shown, variants


def _options(product_number: int, names: list[str], variants: list[Variant]) -> list[ProductOption]:
    """Return the options of a seed's product; their numbers follow from the product's."""
    options = []
    for position, name in enumerate(names, 1):
        used = dict.fromkeys(variant.options[position - 1] for variant in variants)
        first = (product_number * 10 + position) * 10_000
        values = [OptionValue(first + index, value) for index, value in enumerate(used, 1)]
        options.append(ProductOption(product_number * 10 + position, name, values))
    return options


def _variant(article: ArticleSeed, product_number: int, number: int, position: int, names: list[str], at: datetime) -> Variant:
    values = {"Kleur": article.colour or "-", "Maat": article.size or "-"}
    return Variant(
        number,
        product_number,
        article.code,
        article.price_cents,
        [values[name] for name in names] or [DEFAULT_TITLE],
        created_at=at,
        updated_at=at,
        seen_at=at - KNOWN_TO_SEARCH,
        inventory_policy="CONTINUE",
        barcode=article.barcode,
        position=position,
        tracked=article.stock_article,
    )


def variant_title(variant: Variant) -> str:
    """Return the options of a variant as its title."""
    return " / ".join(variant.options)


def order(seed: OrderSeed, variants_by_sku: dict[str, Variant], buyer: Customer | None, seen_at: datetime | None = None) -> Order:
    """Return a sale. ``seen_at`` is when the shop hears of it; without it the sale is as old as it says."""
    returned = [*seed.refunds, *(swap.refund for swap in seed.exchanges)]
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
        note=seed.note,
        tags=sorted(set(seed.tags), key=str.lower),
        test=seed.test,
        billing=address(seed.billing),
        shipping=address(seed.shipping),
        cancelled_at=seed.cancelled_at,
    )
    tip = [LineSeed("Tip", 1, seed.tip_cents, 0, kind="tip")] if seed.tip_cents else []
    sale.lines.extend(_lines([*seed.lines, *tip], sale, variants_by_sku))
    if seed.shipping_cents or seed.shipping_title:
        sale.shippings.append(Shipping(sale.part(1), seed.shipping_title, seed.shipping_cents))
    if seed.fulfilled:
        handed_over = [(line.number, line.quantity) for line in sale.goods]
        sale.fulfillments.append(Fulfillment(sale.part(1), seed.created_at, sale.location, handed_over))
    for payment in seed.payments:
        pay(sale, payment, payment.kind, seed.created_at)
    for refund in seed.refunds:
        give_back(sale, refund)
    for swap in seed.exchanges:
        exchange(sale, swap, variants_by_sku)
    return sale


def sold_at(sale: Order, position: int) -> Line:
    """Return the line at a position of a sale, 0 for the first. Raises ValueError where there are no goods."""
    if not 0 <= position < len(sale.lines) or sale.lines[position].kind == "tip":
        raise ValueError(f"order {sale.name} has no line {position}")
    return sale.lines[position]


def give_back(sale: Order, seed: RefundSeed) -> Refund:
    """Note a refund on a sale and return it.

    Raises ValueError when it gives back a line, or more pieces of it, than the sale has left.
    """
    back: list[RefundLine] = []
    for position, line in enumerate(seed.lines, 1):
        sold = sold_at(sale, line.line)
        earlier = [entry for made in sale.refunds for entry in made.lines] + back
        left = sold.quantity - sold.removed - sum(entry.quantity for entry in earlier if entry.line == sold.number)
        if not 0 < line.quantity <= left:
            raise ValueError(f"line {line.line} of order {sale.name} has {left} pieces left, so {line.quantity} cannot come back")
        back.append(RefundLine(seed.number * 1000 + position, sold.number, line.quantity, line.restock))
    paid = [pay(sale, payment, "REFUND", seed.created_at) for payment in seed.payments]
    refund = Refund(seed.number, seed.created_at, back, paid, seed.shipping_cents, seed.note)
    sale.refunds.append(refund)
    sale.stated_status = ""
    return refund


def exchange(sale: Order, seed: ExchangeSeed, variants_by_sku: dict[str, Variant]) -> Return:
    """Note an exchange on a sale and return it: what comes back, the new lines, and what was paid for them."""
    at = seed.refund.created_at
    refund = give_back(sale, seed.refund)
    taken = add_lines(sale, seed.lines, variants_by_sku, at, hand_over=True)
    paid = [pay(sale, payment, payment.kind, at) for payment in seed.payments]
    back = [ReturnedLine(entry.number, entry.line, entry.quantity, seed.refund.note) for entry in refund.lines]
    numbers = [line.number for line in taken]
    made = Return(seed.number, at, back, numbers, [refund.number], [*refund.transactions, *paid], closed_at=at)
    sale.returns.append(made)
    sale.edited = sale.edited or bool(taken)
    return made


def add_lines(sale: Order, seeds: Iterable[LineSeed], variants_by_sku: dict[str, Variant], at: datetime, *, hand_over: bool) -> list[Line]:
    """Add lines to a sale that was made before, handed over at once or to be sent, and return them."""
    lines = list(_lines(seeds, sale, variants_by_sku))
    for line in lines:
        line.added = line.quantity
    sale.lines.extend(lines)
    if hand_over and lines:
        quantities = [(line.number, line.quantity) for line in lines]
        sale.fulfillments.append(Fulfillment(sale.part(len(sale.fulfillments) + 1), at, sale.location, quantities))
    return lines


def _lines(seeds: Iterable[LineSeed], sale: Order, variants_by_sku: dict[str, Variant]) -> Iterator[Line]:
    for position, line in enumerate(seeds, len(sale.lines) + 1):
        yield sold_line(line, sale.part(position), variants_by_sku)


def sold_line(seed: LineSeed, number: int, variants_by_sku: dict[str, Variant]) -> Line:
    """Return a line of a sale."""
    variant = variants_by_sku.get(seed.code) if seed.code else None
    title = "" if variant is None else variant_title(variant)
    return Line(
        number,
        seed.title,
        seed.quantity,
        seed.unit_price_cents,
        seed.vat_rate,
        seed.kind,
        seed.code,
        variant.number if variant else None,
        "" if title == DEFAULT_TITLE else title,
        seed.discount_cents,
        requires_shipping=seed.kind == "article",
        taxable=seed.kind in ("article", "custom"),
    )


def pay(sale: Order, payment: PaymentSeed, kind: str, at: datetime) -> int:
    """Add a movement of money to a sale and return its number."""
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
