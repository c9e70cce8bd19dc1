from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.sandbox.credits import MatchedCredits, match_credits, refunds_by_sale

COLUMNS = ["invoice", "moment", "customer", "code", "price_cents", "quantity", "line"]


def lines(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Return lines from (invoice, day, customer, code, price, quantity, line)."""
    frame = pd.DataFrame(rows, columns=COLUMNS[: len(rows[0])] if rows else COLUMNS)
    moments = pd.to_datetime("2009-12-" + frame["moment"].astype("str").str.zfill(2) + " 10:00")
    return frame.assign(moment=moments, customer=frame["customer"].astype("Int64"))


def found(matched: MatchedCredits) -> list[tuple[str, str, int, int]]:
    return [(one.credit, one.sale, one.line, one.quantity) for one in matched.returns]


def test_the_newest_earlier_sale_is_given_back_first() -> None:
    sales = lines(("1", 1, 7, "A", 100, 3, 0), ("2", 2, 7, "A", 100, 2, 4), ("3", 9, 7, "A", 100, 5, 0))
    matched = match_credits(sales, lines(("C1", 5, 7, "A", 100, -4)))
    assert found(matched) == [("C1", "2", 4, 2), ("C1", "1", 0, 2)]


def test_customer_code_and_price_must_all_agree() -> None:
    sales = lines(("1", 1, 7, "A", 100, 9, 0))
    others = lines(("C1", 5, 8, "A", 100, -1), ("C2", 5, 7, "B", 100, -1), ("C3", 5, 7, "A", 99, -1))
    matched = match_credits(sales, others)
    assert (found(matched), sorted(matched.without_sale)) == ([], [0, 1, 2])


def test_walk_ins_and_positive_credit_lines_have_no_sale() -> None:
    sales = lines(("1", 1, None, "A", 100, 9, 0), ("2", 1, 7, "A", 100, 9, 0))
    matched = match_credits(sales, lines(("C1", 5, None, "A", 100, -1), ("C2", 5, 7, "A", 100, 1)))
    assert (found(matched), sorted(matched.without_sale)) == ([], [0, 1])


def test_a_line_comes_back_whole_or_not_at_all() -> None:
    sales = lines(("1", 1, 7, "A", 100, 3, 0))
    matched = match_credits(sales, lines(("C1", 5, 7, "A", 100, -4), ("C2", 6, 7, "A", 100, -3)))
    assert (found(matched), matched.without_sale) == ([("C2", "1", 0, 3)], [0])


def test_a_credit_over_two_sales_is_a_refund_of_each() -> None:
    sales = lines(("1", 1, 7, "A", 100, 1, 0), ("2", 2, 7, "B", 250, 2, 3))
    matched = match_credits(sales, lines(("C90", 5, 7, "A", 100, -1), ("C90", 5, 7, "B", 250, -2)))
    refunds = refunds_by_sale(matched, {"1": "cash", "2": "shopify_payments"}, "Europe/Amsterdam")
    assert {
        sale: [(one.number, one.payments[0].gateway, one.payments[0].amount_cents) for one in many] for sale, many in refunds.items()
    } == {
        "1": [(9001, "cash", 100)],
        "2": [(9002, "shopify_payments", 500)],
    }


SALES = st.lists(st.tuples(st.integers(1, 28), st.integers(1, 2), st.sampled_from("AB"), st.integers(1, 5)), max_size=12)


@given(sold=SALES, returned=SALES)
def test_nothing_comes_back_twice_and_every_credit_line_is_accounted_for(sold: list[Any], returned: list[Any]) -> None:
    sales = lines(*[(str(n), day, customer, code, 100, pieces, 0) for n, (day, customer, code, pieces) in enumerate(sold)])
    credit_lines = lines(*[(f"C{n}", day, customer, code, 100, -pieces) for n, (day, customer, code, pieces) in enumerate(returned)])
    matched = match_credits(sales, credit_lines)
    for n, (day, customer, code, pieces) in enumerate(sold):
        back = [one for one in matched.returns if one.sale == str(n)]
        assert sum(one.quantity for one in back) <= pieces
        assert all(returned[int(one.credit[1:])][1:3] == (customer, code) and one.moment.day >= day for one in back)
    given_back = {n: sum(one.quantity for one in matched.returns if one.credit == f"C{n}") for n in range(len(returned))}
    assert given_back == {n: 0 if n in matched.without_sale else pieces for n, (_, _, _, pieces) in enumerate(returned)}
