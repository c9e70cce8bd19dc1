import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, Column, FrameShape
from posbridge_dagster.model.outcome import Outcome
from posbridge_dagster.report.tables import amounts, column_schema, preview, reasons, sums

SALES = FrameShape(
    "sales",
    ("id",),
    {
        "id": Column(TEXT, "customer:<id>"),
        "name": Column(TEXT),
        "email": Column(TEXT),
        "at": Column(MOMENT, "when"),
        "total_minor": Column(WHOLE, "cents"),
        "currency": Column(TEXT),
        "share": Column(pa.float32()),
    },
)


def shown(table: object) -> list[dict[str, object]]:
    return [dict(record.data) for record in table.records]  # type: ignore[attr-defined]


def sale(**members: object) -> pd.DataFrame:
    return SALES.frame([{"id": "1", "name": "#1001", "email": "jan@example.com", "total_minor": 1250, "currency": "EUR", **members}])


def test_a_column_says_its_kind_in_words_and_its_markdown_is_not_swallowed() -> None:
    columns = {column.name: column for column in column_schema(SALES).columns}
    assert [columns[name].type for name in ("id", "at", "total_minor", "share")] == ["string", "timestamp", "integer", "float"]
    assert columns["id"].description == "customer:&lt;id>"
    assert columns["name"].description is None


def test_a_preview_shows_amounts_with_their_currency_and_no_person() -> None:
    frame = sale(at=pd.Timestamp("2026-11-20T09:30:00Z"))
    assert shown(preview(frame, ("id", "name", "email", "at", "total_minor"), clear=("name",))) == [
        {"id": "1", "name": "#1001", "email": "j••••••", "at": "2026-11-20 09:30 UTC", "total": "12.50\u00a0EUR"}
    ]
    assert "#1001" not in str(preview(frame, ("name",)))


def test_a_preview_without_a_currency_says_the_unit_in_the_name() -> None:
    assert shown(preview(sale()[["id", "total_minor"]], ("id", "total_minor"))) == [{"id": "1", "total_minor": 1250}]


def test_what_is_empty_stays_empty() -> None:
    assert shown(preview(sale(email=None, total_minor=None, currency=None), ("email", "total_minor"))) == [{"email": None, "total": None}]


@given(st.integers(min_value=0, max_value=60), st.integers(min_value=0, max_value=60))
def test_a_preview_never_has_more_than_twenty_rows(rows: int, wanted: int) -> None:
    frame = pd.concat([sale()] * rows, ignore_index=True) if rows else SALES.frame()
    assert len(preview(frame, ("id",), rows=wanted).records) == min(rows, wanted, 20)


def test_an_empty_day_is_a_table_with_its_columns() -> None:
    table = preview(SALES.frame(), ("id", "total_minor"))
    assert table.records == []
    assert [column.name for column in table.schema.columns] == ["id", "total"]


def test_reasons_are_counted_with_one_example_each_and_what_went_well_has_none() -> None:
    table = reasons(
        result_frame(
            [
                ResultRow("1", Outcome.CREATED),
                ResultRow("2", Outcome.QUARANTINED, code="article_not_found", reason="line 2: no article"),
                ResultRow("3", Outcome.QUARANTINED, code="article_not_found", reason="line 1: no article"),
                ResultRow("4", Outcome.SKIPPED, code="not_selected", reason="a test order"),
            ]
        )
    )
    assert shown(table) == [
        {"outcome": "quarantined", "code": "article_not_found", "records": 2, "example": "2: line 2: no article"},
        {"outcome": "skipped", "code": "not_selected", "records": 1, "example": "4: a test order"},
    ]


@pytest.mark.parametrize(("minor", "text"), [({}, "0.00"), ({"EUR": 1250}, "12.50 EUR"), ({"JPY": 1250, "EUR": -5}, "-0.05 EUR, 1250 JPY")])
def test_amounts_are_written_as_people_write_them(minor: dict[str, int], text: str) -> None:
    assert amounts(minor) == text


def test_sums_never_mix_currencies() -> None:
    frame = pd.concat([sale(), sale(total_minor=5, currency="USD"), sale(total_minor=None), sale(currency=None)], ignore_index=True)
    assert sums(frame, "total_minor") == {"EUR": 1250, "USD": 5}
