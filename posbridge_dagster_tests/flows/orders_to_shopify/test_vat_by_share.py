"""How far the VAT of a credit may differ before a person must look."""

import pandas as pd
import pytest

from posbridge_dagster.balance.shapes import DIFFERENCES
from posbridge_dagster.flows.orders_to_shopify.balance import vat_by_share


def differing(kind: str, measure: str, cents: int) -> pd.DataFrame:
    row = {
        "record_id": "a",
        "name": "C1",
        "kind": kind,
        "measure": measure,
        "part": "2100",
        "source": 0,
        "target": -cents,
        "difference": cents,
    }
    return DIFFERENCES.frame([row | {"code": "", "reason": ""}])


def booked(total: int | None) -> pd.DataFrame:
    return pd.DataFrame({"external_id": ["a"], "total_minor": pd.array([total], dtype="int64[pyarrow]")})


@pytest.mark.parametrize(("cents", "shared"), [(1, True), (-31, True), (31, True), (32, False)])
def test_a_hundredth_of_the_credit_and_a_cent_is_a_matter_of_sharing_out(cents: int, shared: bool) -> None:
    assert vat_by_share(differing("refund", "vat", cents), booked(3000)).tolist() == [shared]


@pytest.mark.parametrize(("kind", "measure"), [("sale", "vat"), ("refund", "gross"), ("refund", "tender")])
def test_nothing_else_is(kind: str, measure: str) -> None:
    assert vat_by_share(differing(kind, measure, 1), booked(3000)).tolist() == [False]


def test_a_credit_whose_money_differs_is_no_matter_of_vat() -> None:
    both = pd.concat([differing("refund", "vat", 1), differing("refund", "gross", 5)], ignore_index=True)
    assert vat_by_share(both, booked(3000)).tolist() == [False, False]


def test_a_credit_without_a_total_has_a_cent() -> None:
    assert vat_by_share(differing("refund", "vat", 1), booked(None)).tolist() == [True]
    assert vat_by_share(differing("refund", "vat", 2), booked(None)).tolist() == [False]
