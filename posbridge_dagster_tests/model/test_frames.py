from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, Column, FrameShape, to_arrow, to_pandas

SHAPE = FrameShape("orders", ("order_id",), {"order_id": Column(TEXT), "total_minor": Column(WHOLE)})


def test_an_empty_frame_has_the_types_of_a_full_one() -> None:
    full = SHAPE.frame([{"order_id": "1", "total_minor": 2**60}, {"order_id": "2"}])
    assert SHAPE.frame().dtypes.equals(full.dtypes)
    assert full["total_minor"].tolist()[0] == 2**60


def test_a_column_nobody_declared_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="tip_minor"):
        SHAPE.frame([{"order_id": "1", "tip_minor": 3}])


def test_a_frame_is_brought_into_its_shape_and_a_missing_column_is_refused() -> None:
    loose = SHAPE.frame([{"order_id": "1", "total_minor": 5}]).assign(other="x")
    assert list(SHAPE.conform(loose)) == ["order_id", "total_minor"]
    with pytest.raises(KeyError):
        SHAPE.conform(loose.drop(columns="total_minor"))


def test_what_is_noted_on_a_frame_stays_on_it() -> None:
    noted = SHAPE.frame([{"order_id": "1"}])
    noted.attrs = {"read_through": 7}
    assert SHAPE.conform(noted).attrs == {"read_through": 7}


@pytest.mark.parametrize("rows", [0, 3])
def test_a_frame_of_any_columns_is_the_table_that_pyarrow_makes_of_it(rows: int) -> None:
    moment = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    frame = pd.DataFrame(
        {
            "arrow_text": pd.Series(["a", None, "c"], dtype=pd.ArrowDtype(TEXT)),
            "text": pd.Series(["a", None, "c"], dtype="string[pyarrow]"),
            "objects": pd.Series(["a", None, "c"], dtype=object),
            "whole": [1, 2, 3],
            "large": pd.Series([2**62, None, 0], dtype=pd.ArrowDtype(WHOLE)),
            "exact": pd.Series([Decimal("0.10"), None, Decimal("2.00")], dtype=pd.ArrowDtype(pa.decimal128(20, 2))),
            "zoned": pd.Series([moment, pd.NaT, moment], dtype="datetime64[us, UTC]"),
            "moments": pd.Series([moment, None, moment], dtype=pd.ArrowDtype(MOMENT)),
            "listed": pd.Series([["a"], None, []], dtype=pd.ArrowDtype(pa.list_(TEXT))),
        }
    ).iloc[:rows]
    table = to_arrow(frame)
    assert table.equals(pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None))
    pd.testing.assert_frame_equal(to_pandas(table), table.to_pandas(types_mapper=pd.ArrowDtype))


def test_a_column_that_does_not_fit_its_type_is_refused() -> None:
    with pytest.raises(pa.ArrowInvalid):
        to_arrow(pd.DataFrame({"order_id": ["1"], "total_minor": ["twelve"]}), SHAPE.schema)
    with pytest.raises(pa.ArrowInvalid):
        to_arrow(pd.DataFrame({"order_id": ["1"], "total_minor": [0.5]}), SHAPE.schema)
