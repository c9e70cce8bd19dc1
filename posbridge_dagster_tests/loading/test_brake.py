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
