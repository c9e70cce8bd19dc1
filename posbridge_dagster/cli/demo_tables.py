"""The tables that the demo prints, and the sum it is judged by."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich import box
from rich.table import Table

ORDERS = "orders_to_mplus"
_COUNTS = ("read", "created", "updated", "unchanged", "skipped", "quarantined", "failed")
_RARE = ("updated", "failed")  # no column where there are none


def days_table(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return one line per day: how many orders ended how, and the money."""
    table = Table(title=title, show_footer=True, box=box.SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("day", footer="all", no_wrap=True)
    counts = [name for name in _COUNTS if name not in _RARE or any(row[name] for row in rows)]
    for name in counts:
        table.add_column(name, justify="right", footer=str(sum(row[name] for row in rows)))
    for name in ("sold", "written"):
        table.add_column(f"{name} EUR", justify="right", no_wrap=True, footer=_euro(sum(row[name] for row in rows)))
    for row in rows:
        table.add_row(row["day"], *(str(row[name]) for name in counts), _euro(row["sold"]), _euro(row["written"]))
    return table


def flows_table(title: str, flows: Mapping[str, Mapping[str, int]]) -> Table:
    """Return one line per flow: how many of its records ended how."""
    table = Table("flow", title=title, box=box.SIMPLE, padding=(0, 1, 0, 0))
    for name in _COUNTS:
        table.add_column(name, justify="right")
    for flow, ended in flows.items():
        table.add_row(flow, str(sum(ended.values())), *(str(ended.get(name, 0)) for name in _COUNTS[1:]))
    return table


def said_of(what: str, ended: Mapping[str, int]) -> str:
    """Return how the records of a run ended in one line, what is zero left out."""
    counts = {"read": sum(ended.values()), **ended}
    return f"{what}: " + (", ".join(f"{counts[name]} {name}" for name in _COUNTS if counts.get(name)) or "nothing to do")


def quarantine_table(results: Mapping[str, Sequence[Mapping[str, Any]]]) -> Table:
    """Return why records were not written: flow, how many, and one example of each reason."""
    table = Table("flow", "outcome", "code", "records", "example", title="Not written, and why")
    for flow, rows in results.items():
        named = [row for row in rows if row["outcome"] in ("skipped", "quarantined", "failed")]
        for (outcome, code), count in sorted(Counter((row["outcome"], row["code"]) for row in named).items()):
            example = next(row for row in named if (row["outcome"], row["code"]) == (outcome, code))
            table.add_row(flow, outcome, code, str(count), f"{example['name'] or example['source_id']}: {example['reason']}")
    return table


def balance_table(sides: Mapping[str, Any]) -> Table:
    """Return what the shop sold, what was held back and why, and what the administration holds."""
    shop, held, there = _sums(sides)
    table = Table("", "orders", "EUR", title="The balance")
    table.columns[1].justify = table.columns[2].justify = "right"
    table.add_row("POS sales in Shopify", str(shop[0]), _euro(shop[1]))
    for reason, (count, amount) in sorted(held.items()):
        table.add_row(f"  held back: {reason}", str(-count), _euro(-amount))
    table.add_row("orders in MplusKASSA", str(there[0]), _euro(there[1]))
    count, amount = _difference(sides)
    table.add_row("difference", str(count), _euro(amount), style="bold red" if count or amount else "bold green")
    return table


def balanced(sides: Mapping[str, Any]) -> bool:
    """Return whether shop, explained and administration add up to the cent and to the order."""
    return _difference(sides) == (0, 0)


def _difference(sides: Mapping[str, Any]) -> tuple[int, int]:
    shop, held, there = _sums(sides)
    count = shop[0] - sum(each[0] for each in held.values()) - there[0]
    return count, shop[1] - sum(each[1] for each in held.values()) - there[1]


def _sums(sides: Mapping[str, Any]) -> tuple[tuple[int, int], dict[str, tuple[int, int]], tuple[int, int]]:
    """Return (orders, cents) of the shop's POS sales with their cash rounding, of what was held back by reason, and of MplusKASSA."""
    sales = {str(order["id"]).rsplit("/", 1)[-1]: order for order in sides["shopify"]["orders"] if order["sourceName"] == "pos"}
    amounts = {number: _cents(order["total"]) + _cents(order["cashRounding"]) for number, order in sales.items()}
    held: dict[str, tuple[int, int]] = {}
    for row in sides["results"]:
        if row["outcome"] in ("skipped", "quarantined", "failed"):
            reason = f"{row['outcome']}, {row['code']}"
            count, amount = held.get(reason, (0, 0))
            held[reason] = (count + 1, amount + amounts[row["source_id"]])
    orders = [order for order in sides["mplus"]["orders"] if str(order["extOrderId"]).startswith("shopify:")]
    return (len(sales), sum(amounts.values())), held, (len(orders), sum(int(order["totalInclAmount"]) for order in orders))


def _cents(amount: str) -> int:
    return int((Decimal(amount) * 100).to_integral_exact())


def _euro(cents: int) -> str:
    return f"{Decimal(cents).scaleb(-2):,.2f}"
