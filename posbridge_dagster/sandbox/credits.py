"""Credit invoices of a transaction file: which earlier sale each line gives back."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

import pandas as pd

from posbridge_dagster.sandbox.seed import OrderSeed, PaymentSeed, RefundLineSeed, RefundSeed

NUMBERS_WITHOUT_RECEIPT = 900_000_000
"""Added to a credit's number for the order that stands for it; no sale of a file has a number as high."""

SAME_GOODS = ["customer", "code", "price_cents"]


@dataclass(frozen=True)
class Return:
    """Pieces of a sale's line that a credit line gives back; ``line`` is its position in the sale, the price is in cents."""

    credit: str
    moment: pd.Timestamp
    sale: str
    line: int
    quantity: int
    price_cents: int


@dataclass
class MatchedCredits:
    """The returns found, and the positions (in the frame of credit lines) of the lines for which there is no earlier sale."""

    returns: list[Return] = field(default_factory=list)
    without_sale: list[int] = field(default_factory=list)


@dataclass
class _Open:
    """A line of a sale and how many of its pieces have not come back yet."""

    sale: str
    line: int
    pieces: int


def match_credits(sales: pd.DataFrame, credit_lines: pd.DataFrame) -> MatchedCredits:
    """Find the sale that each credit line gives back: same customer, same code, same price, sold before; the newest first.

    ``sales`` has ``invoice``, ``moment``, ``customer`` (missing = a walk-in), ``code``, ``price_cents``, ``quantity`` and
    ``line`` (position in its invoice); ``credit_lines`` has the same but ``line``, with negative quantities. A line comes back
    whole, from as many sales as it takes, or not at all: half a credit line would be a document that nobody wrote. The
    lines of walk-ins have no customer to go by and stay without a sale.
    """
    matched = MatchedCredits()
    open_lines: dict[Hashable, list[_Open]] = defaultdict(list)
    for row in _by_time(sales, credit_lines):
        goods = (row.customer, row.code, row.price_cents)
        if row.quantity > 0:
            open_lines[goods].append(_Open(row.invoice, row.line, row.quantity))
        elif sum(line.pieces for line in open_lines[goods]) < -row.quantity:
            matched.without_sale.append(row.position)
        else:
            matched.returns += [
                Return(row.invoice, row.moment, sale, line, pieces, row.price_cents)
                for sale, line, pieces in _taken(open_lines[goods], -row.quantity)
            ]
    matched.without_sale += [place for place, known in enumerate(_returnable(credit_lines)) if not known]
    return matched


def refunds_by_sale(matched: MatchedCredits, gateways: dict[str, str], zone: str) -> dict[str, tuple[RefundSeed, ...]]:
    """Return the refunds of each sale, oldest first, paid back through the gateway the sale was paid with.

    A credit that gives back several sales is one refund of each; their numbers are the credit's with two digits more.
    """
    refunds: dict[str, list[RefundSeed]] = defaultdict(list)
    in_order = sorted(matched.returns, key=lambda found: (found.moment, found.credit, found.sale))
    parts: dict[str, int] = defaultdict(int)
    for (credit, sale), members in groupby(in_order, key=lambda found: (found.credit, found.sale)):
        parts[credit] += 1
        refunds[sale].append(_refund(list(members), gateways.get(sale, ""), parts[credit], zone))
    return {sale: tuple(found) for sale, found in refunds.items()}


def returns_without_receipt(credit_lines: pd.DataFrame, location: int, zone: str) -> Iterator[OrderSeed]:
    """Yield an order without lines for each credit, with a refund of the money of its lines; a credit of no money is left out.

    ``credit_lines`` are those that give back no known sale. The money goes back by card, to a walk-in in cash.
    """
    amounts = -(credit_lines["quantity"] * credit_lines["price_cents"]).groupby(credit_lines["invoice"]).sum()
    rows: Iterator[Any] = credit_lines.drop_duplicates("invoice").itertuples(index=False)
    for row in rows:
        amount = int(amounts[row.invoice])
        if amount <= 0:
            continue
        number = int(str(row.invoice).lstrip("C"))
        walk_in = bool(pd.isna(row.customer))
        moment = _utc(row.moment, zone)
        payment = PaymentSeed("cash" if walk_in else "shopify_payments", amount, kind="REFUND")
        refund = RefundSeed(number * 100, moment, payments=(payment,), note=f"credit {row.invoice}")
        yield OrderSeed(
            NUMBERS_WITHOUT_RECEIPT + number,
            f"#{row.invoice}",
            moment,
            location,
            lines=(),
            customer_number=None if walk_in else int(row.customer),
            refunds=(refund,),
        )


def _utc(moment: pd.Timestamp, zone: str) -> datetime:
    return moment.tz_localize(zone, ambiguous=True, nonexistent="shift_forward").tz_convert("UTC").to_pydatetime()


def _refund(returns: list[Return], gateway: str, part: int, zone: str) -> RefundSeed:
    pieces: dict[int, int] = defaultdict(int)
    for found in returns:
        pieces[found.line] += found.quantity
    amount = sum(found.quantity * found.price_cents for found in returns)
    first = returns[0]
    return RefundSeed(
        number=int(first.credit.lstrip("C")) * 100 + part,
        created_at=_utc(first.moment, zone),
        lines=tuple(RefundLineSeed(line, quantity) for line, quantity in sorted(pieces.items())),
        payments=(PaymentSeed(gateway, amount, kind="REFUND"),) if amount else (),
        note=f"credit {first.credit}",
    )


def _by_time(sales: pd.DataFrame, credit_lines: pd.DataFrame) -> Iterator[Any]:
    """Yield the lines of goods that come back at all, sales and credits together, oldest first, sales first in a tie."""
    returned = credit_lines.assign(position=range(len(credit_lines)))[_returnable(credit_lines)]
    sold = sales.merge(returned[SAME_GOODS].drop_duplicates(), on=SAME_GOODS)
    lines = pd.concat([sold, returned], ignore_index=True).fillna({"line": -1, "position": -1})
    whole = lines.astype({"line": "int64", "position": "int64", "quantity": "int64", "price_cents": "int64"})
    return whole.sort_values("moment", kind="stable").itertuples(index=False)


def _returnable(credit_lines: pd.DataFrame) -> "pd.Series[bool]":
    return credit_lines["customer"].notna() & (credit_lines["quantity"] < 0)


def _taken(lines: list[_Open], wanted: int) -> Iterator[tuple[str, int, int]]:
    """Take pieces from the newest lines first and yield (sale, line, pieces); lines that are used up are dropped."""
    while wanted:
        newest = lines[-1]
        pieces = min(newest.pieces, wanted)
        newest.pieces -= pieces
        wanted -= pieces
        yield newest.sale, newest.line, pieces
        if not newest.pieces:
            lines.pop()
