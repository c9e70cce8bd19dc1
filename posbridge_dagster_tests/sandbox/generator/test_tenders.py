import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.sandbox.generator import tenders

TOTALS = st.integers(3, 5_000_000)


@given(TOTALS, st.integers(0, 1000))
def test_people_pay_the_total_to_the_cent(total: int, seed: int) -> None:
    payments = tenders.as_people_pay(random.Random(seed), total)
    assert tenders.paid_cents(payments) == total
    assert all(payment.amount_cents > 0 for payment in payments)


@given(TOTALS)
def test_change_is_never_more_than_the_note_was(total: int) -> None:
    note, change = tenders.by_cash_with_change(total)
    assert (note.kind, change.kind) == ("SALE", "CHANGE")
    assert note.amount_cents - change.amount_cents == total
    assert 0 < change.amount_cents < note.amount_cents


@pytest.mark.parametrize(
    ("total", "paid", "rounding"), [(1002, 1000, -2), (1001, 1000, -1), (1003, 1005, 2), (1004, 1005, 1), (1005, 1005, 0)]
)
def test_cash_is_rounded_to_the_nearest_five_cents(total: int, paid: int, rounding: int) -> None:
    (payment,) = tenders.by_rounded_cash(total)
    assert (payment.amount_cents, payment.rounding_cents) == (paid, rounding)
    assert tenders.paid_cents((payment,)) == total


@given(TOTALS)
def test_a_split_has_three_different_tenders(total: int) -> None:
    payments = tenders.split(total)
    assert {payment.gateway for payment in payments} == {"gift_card", "cash", "shopify_payments"}
    assert sum(payment.amount_cents for payment in payments) == total


def test_nothing_to_pay_means_no_payment() -> None:
    ways = (tenders.by_card, tenders.by_cash, tenders.by_cash_with_change, tenders.by_rounded_cash)
    assert [pay(0) for pay in ways] == [(), (), (), ()]


def test_two_cents_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="cannot be split"):
        tenders.split(2)
