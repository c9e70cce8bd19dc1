from collections import defaultdict

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.flows.line_prices import WHOLE, price_lines

QUANTITIES = st.one_of(st.integers(-20, 20), st.integers(-100_000, 100_000))
TOTALS = st.one_of(st.just(0), st.integers(-500, 500), st.integers(-(10**10), 10**10))


def frame(lines: list[tuple[int, int]]) -> pd.DataFrame:
    """Lines of one order from (quantity, total in cents)."""
    rows = [{"order_id": "1", "line_id": str(n), "position": n, "quantity": q, "total_minor": t} for n, (q, t) in enumerate(lines, 1)]
    empty = pd.DataFrame(rows, columns=["order_id", "line_id", "position", "quantity", "total_minor"])
    return empty.astype({"position": WHOLE, "quantity": WHOLE, "total_minor": WHOLE})


@given(st.lists(st.tuples(QUANTITIES, TOTALS), max_size=8))
def test_quantity_times_price_is_the_total_to_the_cent_in_at_most_two_parts(lines: list[tuple[int, int]]) -> None:
    priced = price_lines(frame(lines))
    parts: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in priced.to_dict("records"):
        assert row["quantity"] * row["price_minor"] == row["total_minor"]
        assert row["part"] == len(parts[row["line_id"]])
        parts[row["line_id"]].append((row["quantity"], row["price_minor"]))
    for number, (quantity, total) in enumerate(lines, 1):
        own = parts.pop(str(number), [])
        if not quantity and not total:
            assert own == []
            continue
        assert 1 <= len(own) <= 2
        assert sum(pieces * price for pieces, price in own) == total
        assert sum(pieces for pieces, _ in own) == (quantity or 1)
        assert all((pieces > 0) == (quantity >= 0) for pieces, _ in own)
        assert max(price for _, price in own) - min(price for _, price in own) <= 1
    assert not parts


def test_a_total_that_does_not_divide_becomes_two_lines_a_cent_apart() -> None:
    priced = price_lines(frame([(3, 1000)]))
    assert priced[["quantity", "price_minor"]].to_numpy().tolist() == [[2, 333], [1, 334]]


def test_money_without_pieces_is_one_piece_and_a_removed_line_is_none() -> None:
    priced = price_lines(frame([(0, -250), (0, 0), (2, 0)]))
    assert priced[["line_id", "quantity", "price_minor"]].to_numpy().tolist() == [["1", 1, -250], ["3", 2, 0]]


def test_lines_keep_the_order_of_the_receipt_beyond_nine() -> None:
    priced = price_lines(frame([(1, 100 + number) for number in range(12)]))
    assert priced["position"].tolist() == list(range(1, 13))
