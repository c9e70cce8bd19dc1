"""A small flow to write mapping files for: orders of customers, with lines and refunds."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, Field

from posbridge_dagster.mapping import Mapping as MappingFile
from posbridge_dagster.mapping import SourceFrame, TargetField, TargetFrame, Vocabulary, load_mapping
from posbridge_dagster.mapping.kinds import DAY, DECIMAL
from posbridge_dagster.mapping.vocabulary import TargetKind
from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, YES_NO, Column, FrameShape

KINDS: Mapping[str, pa.DataType] = {
    "note": TEXT,
    "quantity": WHOLE,
    "price": pa.decimal128(19, 4),
    "test": YES_NO,
    "created_at": MOMENT,
    "day": DAY,
    "tags": pa.list_(TEXT),
}


class Limits(BaseModel):
    highest: int = Field(default=10, ge=1)


class Options(BaseModel):
    document: Literal["order", "invoice"] = "order"
    default_debtor: int
    limits: Limits = Limits()
    articles: list[int] = []


class NoOptions(BaseModel):
    pass


def shape(name: str, key: tuple[str, ...], **columns: pa.DataType) -> FrameShape:
    return FrameShape(name, key, {column: Column(kind) for column, kind in columns.items()})


CUSTOMERS = shape("customers", ("customer_id",), customer_id=TEXT, email=TEXT, country=TEXT)
ORDERS = shape(
    "orders", ("order_id",), order_id=TEXT, customer_id=TEXT, source_name=TEXT, status=TEXT, country=TEXT, currency=TEXT, **KINDS
)
LINES = shape(
    "order_lines",
    ("order_id", "line_id"),
    order_id=TEXT,
    line_id=TEXT,
    sku=TEXT,
    title=TEXT,
    quantity=WHOLE,
    price=DECIMAL,
    tax_rate=WHOLE,
    weight=pa.float64(),
)
REFUNDS = shape("refunds", ("refund_id",), refund_id=TEXT, order_id=TEXT, note=TEXT)

VOCABULARY = Vocabulary(
    flow="sales",
    sources={
        "customers": SourceFrame(CUSTOMERS),
        "orders": SourceFrame(ORDERS, {"customers": "customer_id"}),
        "order_lines": SourceFrame(LINES, {"orders": "order_id"}),
        "refunds": SourceFrame(REFUNDS, {"orders": "order_id"}),
    },
    targets={
        "sales": TargetFrame(
            "orders",
            ("order_id",),
            {"reference": TargetField("text"), "debtor": TargetField("whole", required=True), "email": TargetField("text")},
        ),
        "sale_lines": TargetFrame(
            "order_lines",
            ("order_id", "line_id"),
            {
                "article": TargetField("whole"),
                "text": TargetField("text"),
                "vat_code": TargetField("whole"),
                "price": TargetField("decimal"),
                "note": TargetField("text"),
                "day": TargetField("day"),
                "entered_at": TargetField("moment"),
                "gift": TargetField("yes_no"),
            },
        ),
    },
    settings=Options,
    records=("orders", "refunds"),
)
SHAPES = {one.name: one for one in (CUSTOMERS, ORDERS, LINES, REFUNDS)}
DEBTOR = "fields: {sales: {debtor: {value: 1}}}"


def load(text: str, vocabulary: Vocabulary[Any] = VOCABULARY) -> MappingFile[Any]:
    """The mapping that this text declares, through a real file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sales.yaml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return load_mapping(path, vocabulary)


def sales_mapping(text: str) -> MappingFile[Options]:
    """A mapping of this text with what every file of the flow must say."""
    text = textwrap.dedent(text)
    needed = "" if "\nfields:" in f"\n{text}" else DEBTOR
    return load(f"flow: sales\nsettings: {{default_debtor: 1}}\n{needed}\n{text}")


def frames(**rows: Sequence[Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
    """Every source frame, with these rows."""
    return {name: one.frame(rows.get(name, ())) for name, one in SHAPES.items()}


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame with None for what is empty."""
    listed: list[dict[str, Any]] = pa.Table.from_pandas(frame, preserve_index=False).to_pylist()
    return listed


class Bench:
    """One target field filled from columns: what a transform does to values."""

    def __init__(self, steps: str, columns: Mapping[str, pa.DataType], kind: TargetKind = "text") -> None:
        self.columns = columns
        self.shape = shape("rows", ("row",), row=WHOLE, **columns)
        vocabulary = Vocabulary(
            "bench", {"rows": SourceFrame(self.shape)}, {"made": TargetFrame("rows", ("row",), {"made": TargetField(kind)})}, NoOptions
        )
        named = ", ".join(f"rows.{column}" for column in columns)
        source = named if len(columns) == 1 else f"[{named}]"
        self.mapping = load(f"flow: bench\nfields: {{made: {{made: {{from: {source}, transform: {steps}}}}}}}", vocabulary)

    def run(self, *rows: Any) -> tuple[list[Any], list[tuple[int, str, str]]]:
        """What each row (a value, or a tuple of them) becomes, and the problems as (row, code, reason)."""
        listed = [
            {"row": number, **dict(zip(self.columns, row if isinstance(row, tuple) else (row,), strict=True))}
            for number, row in enumerate(rows)
        ]
        mapped = self.mapping.apply("made", {"rows": self.shape.frame(listed)})
        problems = [(problem["row"], problem["code"], problem["reason"]) for problem in records(mapped.problems)]
        return [row["made"] for row in records(mapped.frame)], problems


def bench(steps: str, *kinds: pa.DataType, gives: TargetKind = "text") -> Bench:
    """A bench with a column a, b, ... of each Arrow type; one column of text when none is named."""
    return Bench(steps, dict(zip("abcde", kinds or (TEXT,), strict=False)), gives)


def made(steps: str, *rows: Any, kinds: tuple[pa.DataType, ...] = (), gives: TargetKind = "text") -> list[Any]:
    """What each row becomes; the test fails when there is a problem."""
    values, problems = bench(steps, *kinds, gives=gives).run(*rows)
    assert not problems
    return values


def refused(steps: str, *rows: Any, kinds: tuple[pa.DataType, ...] = (), gives: TargetKind = "text") -> list[str]:
    """The code of the problem of each row; the test fails unless every row has one and is empty."""
    values, problems = bench(steps, *kinds, gives=gives).run(*rows)
    assert [row for row, _, _ in problems] == list(range(len(rows)))
    assert values == [None] * len(rows)
    return [code for _, code, _ in problems]
