"""Whatever a till books, what goes to Shopify comes to the same total and the same VAT by rate, to the cent."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.flows.orders_to_shopify.amounts import Amount, Kind, Rate, Unbalanced, settled

HIGH, LOW, NONE = (2, 2100), (1, 900), (3, 0)


def line(number: int, total: int, rate: Rate = HIGH, kind: Kind = "article", quantity: str = "1") -> Amount:
    return Amount(f"l{number}", number, kind, Decimal(quantity), total, rate)


def vat_of(lines: list[Amount]) -> dict[Rate, int]:
    """Return the VAT by rate as a till computes it: once per rate, halves away from zero."""
    sums: dict[Rate, int] = {}
    for each in lines:
        sums[each.rate] = sums.get(each.rate, 0) + each.total
    return {rate: round(total * rate[1] / (10000 + rate[1])) for rate, total in sums.items()}


goods = st.builds(
    line,
    st.integers(1, 10_000),
    st.integers(0, 250_000),
    st.sampled_from([HIGH, LOW, NONE]),
    st.sampled_from(["article", "custom", "shipping"]),
    st.sampled_from(["1", "2", "3", "0.53", "1.25"]),
)


@settings(deadline=None)
@given(st.lists(goods, min_size=1, max_size=12, unique_by=lambda each: each.line_id), st.data())
def test_the_total_and_the_vat_of_each_rate_are_those_of_the_till(lines: list[Amount], data: st.DataObject) -> None:
    rate = data.draw(st.sampled_from(sorted({each.rate for each in lines})))
    reach = sum(each.total for each in lines if each.rate == rate and each.kind != "shipping")
    discount = data.draw(st.integers(0, reach))
    booked = [*lines, line(20_000, -discount, rate, "discount")] if discount else lines
    total = sum(each.total for each in booked)
    sent = settled(booked, vat_of(booked), total)
    assert sum(each.total for each in sent) == total
    assert all(each.total >= 0 and each.tax >= 0 for each in sent)
    shared: dict[Rate, int] = {}
    for each in sent:
        shared[each.rate] = shared.get(each.rate, 0) + each.tax
    assert {rate: vat for rate, vat in shared.items() if vat} == {rate: vat for rate, vat in vat_of(booked).items() if vat}


@settings(deadline=None)
@given(st.lists(goods, min_size=2, max_size=8, unique_by=lambda each: each.line_id), st.integers(1, 400_000))
def test_a_discount_never_makes_a_line_cost_less_than_nothing(lines: list[Amount], discount: int) -> None:
    booked = [*lines, line(20_000, -discount, HIGH, "discount")]
    total = sum(each.total for each in booked)
    if total < 0:
        with pytest.raises(Unbalanced) as refused:
            settled(booked, {}, total)
        assert refused.value.code == "discount_too_high"
    else:
        assert min(each.total for each in settled(booked, {}, total)) >= 0


def test_a_discount_is_taken_off_the_lines_of_its_own_rate_first() -> None:
    sent = settled([line(1, 1000, HIGH), line(2, 500, LOW), line(3, 500, HIGH), line(4, -300, HIGH)], {}, 1700)
    assert [each.total for each in sent] == [800, 500, 400]


def test_a_discount_that_its_own_rate_cannot_bear_is_taken_off_all() -> None:
    sent = settled([line(1, 100, HIGH), line(2, 900, LOW), line(3, -500, HIGH)], {}, 500)
    assert [each.total for each in sent] == [50, 450]


def test_goods_that_come_back_on_a_sale_are_named() -> None:
    with pytest.raises(Unbalanced, match=r"lines 2, 3 takes goods back for 6.00 and the others come to 30.00") as refused:
        settled([line(1, 3000), line(2, -500, quantity="-1"), line(3, -100, quantity="-2")], {}, 2400)
    assert refused.value.code == "return_line"


def test_goods_that_are_sold_on_a_credit_are_named() -> None:
    with pytest.raises(Unbalanced, match=r"line 2 sells goods for 5.00 and the others come to 30.00") as refused:
        settled([line(1, 3000), line(2, -500, quantity="-1")], {}, 2500, credit=True)
    assert refused.value.code == "sale_line"


def test_lines_that_are_not_the_total_are_refused_with_the_difference() -> None:
    with pytest.raises(Unbalanced, match="differ from its total by 7 cents") as refused:
        settled([line(1, 1007)], {HIGH: 175}, 1000)
    assert refused.value.code == "lines_differ"


def test_vat_without_a_line_of_its_rate_is_refused() -> None:
    with pytest.raises(Unbalanced, match="9 %") as refused:
        settled([line(1, 1000, HIGH)], {HIGH: 174, LOW: 3}, 1000)
    assert refused.value.code == "vat_without_lines"


def test_vat_of_a_credit_needs_no_line_for_shopify_knows_it_from_the_order() -> None:
    sent = settled([line(1, 1250, LOW), line(2, -52, HIGH, "discount")], {LOW: 103, HIGH: -9}, 1198, credit=True)
    assert [(each.total, each.tax) for each in sent] == [(1198, 103)]
    with pytest.raises(Unbalanced, match="give it theirs"):
        settled([line(1, 1250, LOW), line(2, -52, HIGH, "discount")], {LOW: 103, HIGH: -9}, 1198)
