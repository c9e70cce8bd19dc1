"""Mapping 100,000 order lines as frames against one pydantic model per row: `python benchmarks/mapping_lines.py [--lines N]`.

Both do the same: trim, shorten, join, look up, check digits, scale money, normalise e-mail and country, read the order of
the line. The frames and the problems they give must be equal, and the mapping at least 20 times as fast (medians of one
run, taken in turns). The exit status is 1 when either does not hold.
"""

import argparse
import gc
import re
import sys
import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from statistics import median
from time import perf_counter

import pandas as pd
from pydantic import BaseModel

from posbridge_dagster.mapping import Mapping, SourceFrame, TargetField, TargetFrame, Vocabulary, load_mapping
from posbridge_dagster.mapping.transforms.countries import find_country
from posbridge_dagster.model.frames import TEXT, WHOLE, Column, FrameShape

BUDGET = 20
LINES_PER_ORDER = 24
VAT_CODES = {"NL:2100": 2, "NL:900": 1, "NL:0": 3, "BE:2100": 4}
SERVICES = {"POST": 900001, "DOT": 900002}
EMAIL = re.compile(r"^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@([^\W_]([\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]$")

MAPPING = """
flow: lines
fields:
  lines:
    article_number: {from: order_lines.sku, transform: [trim, {digits_only: empty}]}
    service_article: {from: order_lines.sku, transform: [trim], lookup: services}
    text: {from: order_lines.title, transform: [trim, {truncate: 30}], required: true}
    quantity: {from: order_lines.quantity}
    price: {from: order_lines.unit_price_minor, transform: [{scale: decimal}]}
    vat_code: {from: [orders.country, order_lines.tax_rate], transform: [{join: ":"}], lookup: vat_codes}
    country: {from: orders.country, transform: [{country: name_nl}]}
    email: {from: orders.email, transform: [email]}
    reference: {from: orders.name, transform: [{prefix: "Shopify "}]}
    employee: {value: 999999}
lookups:
  vat_codes: {values: {"NL:2100": 2, "NL:900": 1, "NL:0": 3, "BE:2100": 4}, missing: quarantine}
  services: {values: {POST: 900001, DOT: 900002}, missing: {default: 0}}
"""

ORDERS = FrameShape("orders", ("order_id",), {name: Column(TEXT) for name in ("order_id", "name", "country", "email")})
LINES = FrameShape(
    "order_lines",
    ("order_id", "line_id"),
    {name: Column(TEXT) for name in ("order_id", "line_id", "sku", "title")}
    | {name: Column(WHOLE) for name in ("quantity", "unit_price_minor", "tax_rate")},
)


class NoSettings(BaseModel):
    """This mapping needs none."""


class Line(BaseModel):
    """What the loop builds for every row."""

    order_id: str
    line_id: str
    article_number: str | None
    service_article: int
    text: str | None
    quantity: int
    price: Decimal
    vat_code: int | None
    country: str | None
    email: str | None
    reference: str | None
    employee: int = 999999


FIELDS = {
    "article_number": TargetField("text"),
    "service_article": TargetField("whole"),
    "text": TargetField("text"),
    "quantity": TargetField("whole"),
    "price": TargetField("decimal"),
    "vat_code": TargetField("whole"),
    "country": TargetField("text"),
    "email": TargetField("text"),
    "reference": TargetField("text"),
    "employee": TargetField("whole"),
}
VOCABULARY = Vocabulary(
    "lines",
    {"orders": SourceFrame(ORDERS), "order_lines": SourceFrame(LINES, {"orders": "order_id"})},
    {"lines": TargetFrame("order_lines", ("order_id", "line_id"), FIELDS)},
    NoSettings,
)


def sales(lines: int) -> dict[str, pd.DataFrame]:
    """Return orders and lines; some rows have a fault."""
    order_count = lines // LINES_PER_ORDER + 1
    orders = [
        {
            "order_id": str(number),
            "name": f"#{number}",
            "country": "BE" if number % 11 == 0 else "NL",
            "email": "no address" if number % 401 == 0 else f" Klant{number % 3000}@Example.NL",
        }
        for number in range(order_count)
    ]
    rows = [
        {
            "order_id": str(number // LINES_PER_ORDER),
            "line_id": str(number),
            "sku": "POST" if number % 50 == 0 else f"{85000 + number % 4000}{'' if number % 3 else 'A'}",
            "title": None if number % 997 == 0 else f" Theelichthouder met hartje en kleur {number % 4000} ",
            "quantity": number % 12 + 1,
            "unit_price_minor": number % 4000 * 5,
            "tax_rate": 900 if number % 7 == 0 else 2100,
        }
        for number in range(lines)
    ]
    return {"orders": ORDERS.frame(orders), "order_lines": LINES.frame(rows)}


@cache
def dutch_name(country: str) -> str:
    return find_country(country).name_nl


def by_row(frames: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return target rows and problems, one model for every row."""
    orders = {order["order_id"]: order for order in frames["orders"].to_dict("records")}
    rows, problems = [], []
    for line in frames["order_lines"].to_dict("records"):
        order = orders[line["order_id"]]
        sku = line["sku"].strip()
        text = None if pd.isna(line["title"]) else line["title"].strip()[:30].rstrip()
        vat_code = VAT_CODES.get(f"{order['country']}:{line['tax_rate']}")
        email = order["email"].strip().lower()
        if not text:
            problems.append((line["line_id"], "required_field_empty"))
        if vat_code is None:
            problems.append((line["line_id"], "lookup_missing"))
        if not EMAIL.match(email):
            problems.append((line["line_id"], "not_an_email"))
            email = None
        mapped = Line(
            order_id=line["order_id"],
            line_id=line["line_id"],
            article_number=sku if sku.isdigit() else None,
            service_article=SERVICES.get(sku, 0),
            text=text,
            quantity=line["quantity"],
            price=Decimal(line["unit_price_minor"]).scaleb(-2),
            vat_code=vat_code,
            country=dutch_name(order["country"]),
            email=email,
            reference=f"Shopify {order['name']}",
        )
        rows.append(mapped.model_dump())
    return VOCABULARY.shape("lines").frame(rows), problems


def by_frame(mapping: Mapping[NoSettings], frames: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return target rows and problems, whole columns at a time."""
    mapped = mapping.apply("lines", frames)
    return mapped.frame, list(zip(mapped.problems["line_id"], mapped.problems["code"], strict=True))


def main() -> int:
    """Run both in turns and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    frames = sales(parser.parse_args().lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.yaml"
        path.write_text(MAPPING, encoding="utf-8")
        mapping = load_mapping(path, VOCABULARY)
    slow, fast = [], []
    for _ in range(3):
        gc.collect()
        begin = perf_counter()
        rows = by_row(frames)
        slow.append(perf_counter() - begin)
        for _ in range(3):
            begin = perf_counter()
            columns = by_frame(mapping, frames)
            fast.append(perf_counter() - begin)
    same = columns[0].equals(rows[0]) and columns[1] == rows[1]
    ratio = median(slow) / median(fast)
    print(
        f"{len(rows[0]):,} lines, {len(rows[1]):,} problems: one model per row {median(slow):.2f} s, mapping {median(fast) * 1000:.0f} ms"
    )
    print(f"same content: {'yes' if same else 'NO'}; {ratio:.1f} times as fast (at least {BUDGET})")
    passed = same and ratio >= BUDGET
    print("PASS" if passed else "FAIL")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
