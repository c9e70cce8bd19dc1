import pytest

from posbridge_dagster.model.frames import TEXT, WHOLE, Column, FrameShape

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
