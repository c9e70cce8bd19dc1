"""Which differences of a credit follow from how the two sides compute it, and which a person must look at."""

import pandas as pd
import pytest

from posbridge_dagster.balance.shapes import DIFFERENCES
from posbridge_dagster.flows.orders_to_shopify.known_differences import another_way, paid_together, vat_by_share


def differing(kind: str, measure: str, cents: int, part: str = "2100") -> pd.DataFrame:
    row = {"record_id": "a", "name": "C1", "kind": kind, "measure": measure, "part": part, "source": cents, "target": 0}
    return DIFFERENCES.frame([row | {"difference": cents, "code": "", "reason": ""}])


def lines(*totals: int) -> pd.DataFrame:
    rows = [{"record_id": "a", "tax_rate": 2100, "total_minor": total} for total in totals]
    return pd.DataFrame(rows, columns=["record_id", "tax_rate", "total_minor"])


def credit(total: int, rate: int = 2100, included: bool = True) -> pd.DataFrame:
    """Return what a till credited at a rate, all of it in the amount without VAT where that is how prices are stated."""
    row = {
        "record_id": "a",
        "taxes_included": included,
        "vat_rate": rate,
        "vat_minor": -100,
        "excl_minor": -total + (100 if included else 0),
    }
    return pd.DataFrame([row])


@pytest.mark.parametrize(("cents", "follows"), [(3, True), (-3, True), (4, False), (-4, False)])
def test_a_line_that_is_worth_the_same_may_differ_by_two_cents_and_one_for_the_rate(cents: int, follows: bool) -> None:
    assert vat_by_share(differing("refund", "vat", cents), credit(3000), lines(3000)).tolist() == [follows]


@pytest.mark.parametrize(("cents", "follows"), [(-17, True), (-14, True), (-20, True), (-21, False), (-13, False), (0, False), (17, False)])
def test_a_line_that_a_discount_made_worth_a_euro_less_differs_by_the_vat_of_that_euro(cents: int, follows: bool) -> None:
    assert vat_by_share(differing("refund", "vat", cents), credit(3000), lines(2900)).tolist() == [follows]


def test_without_vat_in_the_prices_the_vat_of_a_euro_is_a_full_share() -> None:
    prices = credit(3000, included=False), lines(2900)
    assert vat_by_share(differing("refund", "vat", -24), *prices).tolist() == [True]
    assert vat_by_share(differing("refund", "vat", -17), *prices).tolist() == [False]


def test_a_large_credit_has_no_larger_allowance() -> None:
    assert vat_by_share(differing("refund", "vat", 500), credit(1_000_000), lines(1_000_000)).tolist() == [False]


def test_a_discount_at_another_rate_than_the_goods_that_came_back_is_its_own_vat() -> None:
    assert vat_by_share(differing("refund", "vat", 9), credit(-52), lines()).tolist() == [True]
    assert vat_by_share(differing("refund", "vat", 11), credit(-52), lines()).tolist() == [False]


def test_vat_of_a_rate_that_nothing_was_taken_back_of_may_differ_by_a_cent() -> None:
    assert vat_by_share(differing("refund", "vat", 1, "900"), credit(3000), lines(3000)).tolist() == [True]
    assert vat_by_share(differing("refund", "vat", 2, "900"), credit(3000), lines(3000)).tolist() == [False]


@pytest.mark.parametrize(("kind", "measure"), [("sale", "vat"), ("refund", "gross"), ("refund", "tender")])
def test_nothing_else_is_a_matter_of_vat(kind: str, measure: str) -> None:
    assert vat_by_share(differing(kind, measure, 1), credit(3000), lines(3000)).tolist() == [False]


def test_tenders_that_come_to_nothing_together_went_back_another_way() -> None:
    both = pd.concat([differing("refund", "tender", -500, "cash"), differing("refund", "tender", 500, "card")], ignore_index=True)
    assert another_way(both).tolist() == [True, True]
    assert another_way(differing("refund", "tender", 500, "cash")).tolist() == [False]


def test_payments_that_were_recorded_as_one_are_known_by_the_name_of_it_and_by_their_sum() -> None:
    apart = [differing("sale", "tender", 995, "card"), differing("sale", "tender", 1000, "cash")]
    assert paid_together(pd.concat([*apart, differing("sale", "tender", -1995, "card + cash")], ignore_index=True)).all()
    assert not paid_together(pd.concat([*apart, differing("sale", "tender", -1990, "card + cash")], ignore_index=True)).any()
    assert not paid_together(pd.concat([*apart, differing("sale", "tender", -1995, "bank")], ignore_index=True)).any()
