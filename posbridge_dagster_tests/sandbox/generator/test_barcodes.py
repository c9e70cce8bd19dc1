import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from posbridge_dagster.sandbox.generator.barcodes import barcode, check_digit


@given(st.integers(0, 999_999_999))
def test_every_article_number_gets_a_barcode_that_an_independent_check_accepts(article_number: int) -> None:
    code = barcode(article_number)
    assert len(code) == 13
    assert ean.is_valid(code)


def test_the_check_digit_of_a_known_book() -> None:
    assert check_digit("978020137962") == 4


@pytest.mark.parametrize("wrong", ["12345678901", "1234567890123", "12345678901a"])
def test_what_is_not_twelve_digits_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="not twelve digits"):
        check_digit(wrong)
