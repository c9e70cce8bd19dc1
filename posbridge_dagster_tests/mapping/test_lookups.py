from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from posbridge_dagster.model.frames import TEXT, WHOLE
from posbridge_dagster_tests.mapping.shop import frames, records, sales_mapping

TABLES = """
lookups:
  strict: {values: {2100: 2, "900": 1}, missing: quarantine}
  lenient: {values: {2100: 2}, missing: {default: 9}}
  kept: {values: {2100: high}, missing: keep}
  rates: {values: {NL: 21.0, BE: 21}, missing: quarantine}
  gifts: {values: {GIFT: true, "": false}, missing: {default: false}}
"""


def column(*values: object, kind: pa.DataType = TEXT) -> "pd.Series[Any]":
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values, kind)), index=range(10, 10 + len(values)))


@pytest.mark.parametrize(
    ("name", "given", "found", "missing", "policy"),
    [
        ("strict", ["2100", "900", "0", None, ""], [2, 1, None, None, None], [False, False, True, False, False], "quarantine"),
        ("lenient", ["2100", "0", None], [2, 9, 9], [False, True, False], "default"),
        ("kept", ["2100", "0", None], ["high", "0", None], [False, True, False], "keep"),
        ("rates", ["NL", "BE"], [Decimal("21.0"), Decimal(21)], [False, False], "quarantine"),
        ("gifts", ["GIFT", "", None, "x"], [True, False, False, False], [False, False, False, True], "default"),
    ],
)
def test_a_flow_looks_up_a_column(name: str, given: list[str | None], found: list[object], missing: list[bool], policy: str) -> None:
    table = sales_mapping(TABLES).lookup(name)
    values, lacking = table.apply(column(*given))
    assert [None if pd.isna(value) else value for value in values] == found
    assert lacking.tolist() == missing
    assert values.index.tolist() == list(range(10, 10 + len(given)))
    assert table.policy == policy


def test_whole_numbers_match_keys_written_the_same_way() -> None:
    values, missing = sales_mapping(TABLES).lookup("strict").apply(column(2100, 900, 21, kind=WHOLE))
    assert values.tolist()[:2] == [2, 1]
    assert missing.tolist() == [False, False, True]


def test_a_column_without_rows_or_values_is_looked_up_too() -> None:
    table = sales_mapping(TABLES).lookup("strict")
    assert len(table.apply(column())[0]) == 0
    assert table.apply(pd.Series([None, None]))[1].tolist() == [False, False]


def test_what_cannot_be_looked_up_says_so() -> None:
    mapping = sales_mapping(TABLES)
    with pytest.raises(TypeError, match="lookup strict cannot read a column of double"):
        mapping.lookup("strict").apply(pd.Series([1.5]))
    with pytest.raises(KeyError, match="no lookup vat; it has gifts, kept, lenient, rates, strict"):
        mapping.lookup("vat")


LINES = [{"order_id": "1", "line_id": str(number), "tax_rate": rate} for number, rate in enumerate((2100, 500, None))]


@pytest.mark.parametrize(
    ("lookup", "field", "values", "problems"),
    [
        ("strict", "vat_code", [2, None, None], [("1", "lookup_missing", 'lookup strict has no value for "500"')]),
        ("lenient", "vat_code", [2, 9, 9], []),
        ("kept", "text", ["high", "500", None], []),
        ("strict", "text", ["2", None, None], [("1", "lookup_missing", 'lookup strict has no value for "500"')]),
    ],
)
def test_a_field_is_looked_up_by_policy(lookup: str, field: str, values: list[object], problems: list[tuple[str, str, str]]) -> None:
    text = f"fields: {{sales: {{debtor: {{value: 1}}}}, sale_lines: {{{field}: {{from: order_lines.tax_rate, lookup: {lookup}}}}}}}"
    mapped = sales_mapping(text + TABLES).apply("sale_lines", frames(order_lines=LINES))
    assert [row[field] for row in records(mapped.frame)] == values
    assert [(row["line_id"], row["code"], row["reason"]) for row in records(mapped.problems)] == problems
