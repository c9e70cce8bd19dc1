import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.balance.compare import balance, balances, differences
from posbridge_dagster.balance.shapes import ENTRIES

NO_REASONS = pd.DataFrame({"record_id": [], "code": [], "reason": []}).astype("string[pyarrow]")


def entries(kind: str = "sale", /, **amounts: int) -> pd.DataFrame:
    """Return entries written as record__measure__part=amount."""
    rows = []
    for name, amount in amounts.items():
        record, measure, part = (*name.split("__"), "")[:3]
        rows.append({"record_id": record, "name": f"#{record}", "kind": kind, "measure": measure, "part": part, "amount": amount})
    return ENTRIES.frame(rows)


def reasons(**codes: str) -> pd.DataFrame:
    rows = [{"record_id": record, "code": code, "reason": f"because of {code}"} for record, code in codes.items()]
    return pd.DataFrame(rows).astype("string[pyarrow]")


def test_two_equal_sides_balance_and_no_record_is_named() -> None:
    side = entries(a__gross=1000, a__documents=1, a__tender__PIN=1000)
    found = differences(side, side, NO_REASONS)
    whole = balance(side, side, found)
    assert found.empty
    assert balances(whole, found)
    assert whole["difference"].tolist() == [0, 0, 0]


def test_an_order_on_one_side_only_is_named_and_breaks_the_balance() -> None:
    found = differences(entries(a__gross=1000, b__gross=500), entries(a__gross=1000), NO_REASONS)
    whole = balance(entries(a__gross=1000, b__gross=500), entries(a__gross=1000), found)
    assert found[["record_id", "source", "target", "difference"]].to_numpy().tolist() == [["b", 500, 0, 500]]
    assert whole["unexplained"].tolist() == [500]
    assert not balances(whole, found)


def test_a_record_held_back_for_a_reason_explains_its_difference() -> None:
    source, target = entries(a__gross=1000, b__gross=500), entries(a__gross=1000)
    found = differences(source, target, reasons(b="article_not_found"))
    whole = balance(source, target, found)
    assert found["code"].tolist() == ["article_not_found"]
    assert whole[["difference", "explained", "unexplained"]].to_numpy().tolist() == [[500, 500, 0]]
    assert balances(whole, found)


def test_errors_that_cancel_out_are_errors() -> None:
    source, target = entries(a__gross=1000, b__gross=500), entries(a__gross=990, b__gross=510)
    found = differences(source, target, NO_REASONS)
    whole = balance(source, target, found)
    assert whole["difference"].tolist() == [0]
    assert not balances(whole, found)


@pytest.mark.parametrize(("there", "code"), [(209, "vat_rounding"), (208, "vat_rounding"), (200, "")])
def test_vat_may_differ_by_its_rounding_and_by_no_more(there: int, code: str) -> None:
    source = entries(a__gross=1210, a__lines=3, a__vat__2100=210)
    target = entries(a__gross=1210, a__lines=3, a__vat__2100=there)
    assert differences(source, target, NO_REASONS)["code"].tolist() == [code]


@pytest.mark.parametrize(("there", "code"), [(207, "vat_rounding"), (206, "vat_rounding"), (205, "")])
def test_the_vat_of_a_refund_is_cut_to_the_cent_on_each_line(there: int, code: str) -> None:
    source = entries("refund", a__gross=1210, a__lines=3, a__vat__2100=210)
    target = entries("refund", a__gross=1210, a__lines=3, a__vat__2100=there)
    assert differences(source, target, NO_REASONS)["code"].tolist() == [code]


def test_vat_that_differs_with_the_gross_amount_is_no_rounding() -> None:
    source = entries(a__gross=1210, a__lines=3, a__vat__2100=210)
    target = entries(a__gross=1209, a__lines=3, a__vat__2100=209)
    assert set(differences(source, target, NO_REASONS)["code"]) == {""}


def test_an_empty_day_balances() -> None:
    found = differences(entries(), entries(), NO_REASONS)
    assert balances(balance(entries(), entries(), found), found)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)), max_size=6))
def test_the_named_differences_add_up_to_the_difference_of_the_sums(amounts: dict[str, tuple[int, int]]) -> None:
    source = entries(**{f"{record}__gross": pair[0] for record, pair in amounts.items()})
    target = entries(**{f"{record}__gross": pair[1] for record, pair in amounts.items()})
    found = differences(source, target, NO_REASONS)
    whole = balance(source, target, found)
    assert int(found["difference"].sum()) == int(whole["difference"].sum())
    assert balances(whole, found) == all(here == there for here, there in amounts.values())
