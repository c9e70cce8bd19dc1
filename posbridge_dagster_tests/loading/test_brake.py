from decimal import Decimal

import pytest

from posbridge_dagster.loading.brake import Brake, Braked

PRICES = Brake(frozenset({"price"}), "products", Decimal(20), least=2)


def test_as_many_as_allowed_go_on_and_one_more_stops_with_a_sentence_that_says_what_to_do() -> None:
    PRICES.check([{"price"}] * 20, known=100)
    with pytest.raises(Braked, match=r"price of 21 of 100 products.*nothing was written.*release_brake"):
        PRICES.check([{"price", "title"}] * 21, known=100)


def test_other_fields_a_few_changes_and_a_released_brake_hold_nothing() -> None:
    PRICES.check([{"title"}] * 100, known=100)
    PRICES.check([{"price"}] * 2, known=2)
    Brake(frozenset({"price"}), "products", Decimal(20), released=True).check([{"price"}] * 100, known=100)
    Brake().check([{"price"}] * 100, known=100)


def test_what_is_done_is_said_and_a_field_of_another_kind_with_the_same_end_is_none() -> None:
    ends = Brake(frozenset({"deleted"}), "collections", Decimal(30), least=0, deed="delete")
    with pytest.raises(Braked, match=r"this run would delete 4 of 10 collections \(40 %\)"):
        ends.check([{"deleted"}] * 4, known=10)
    Brake(frozenset({"price"}), least=0, percent=Decimal(0)).check([{"feature.mplus.price", "1000.feature.mplus.price"}], known=1)
    with pytest.raises(Braked):
        Brake(frozenset({"price"}), least=0, percent=Decimal(0)).check([{"1000.price"}], known=1)
