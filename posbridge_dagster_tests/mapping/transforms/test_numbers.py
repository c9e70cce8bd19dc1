from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.mapping.kinds import DECIMAL
from posbridge_dagster.model.frames import TEXT, WHOLE
from posbridge_dagster.model.money import decimal_amount, minor_units
from posbridge_dagster_tests.mapping.shop import bench, made, refused


def test_text_becomes_an_exact_number() -> None:
    texts = ["1.50", " 12 ", "-0.001", "+3", "1,234.5", "1.2300000000000000", "", None]
    numbers = ["1.5", "12", "-0.001", "3", "1234.5", "1.23", None, None]
    assert made("number", *texts, gives="decimal") == [None if number is None else Decimal(number) for number in numbers]
    dutch = made('[{number: ","}]', "1,50", "1.234,56", "12", "1.234.567", gives="decimal")
    assert dutch == [Decimal("1.5"), Decimal("1234.56"), Decimal(12), Decimal(1234567)]


def test_text_that_is_no_number_is_a_problem() -> None:
    assert refused("number", "een", "1.2.3", "1e3", "1,5", "--1", "NaN", "0.1234567891", "9" * 30, gives="decimal") == ["not_a_number"] * 8
    assert refused('[{number: ","}]', "1.5", "1,5,5", "12.34,5", gives="decimal") == ["not_a_number"] * 3


def test_a_number_is_written_without_needless_zeros_or_with_so_many_decimals() -> None:
    prices = [Decimal("1.5"), Decimal("20"), Decimal("0.000000001"), Decimal("-0.10"), Decimal(0), None]
    assert made("text", *prices, kinds=(DECIMAL,)) == ["1.5", "20", "0.000000001", "-0.1", "0", None]
    assert made("[{text: 2}]", Decimal("1.5"), Decimal("20"), kinds=(DECIMAL,)) == ["1.50", "20.00"]
    assert refused("[{text: 2}]", Decimal("1.505"), kinds=(DECIMAL,)) == ["too_many_decimals"]
    assert made("text", 7, kinds=(WHOLE,)) == ["7"]


def test_a_whole_number_is_never_rounded_unless_down_is_asked() -> None:
    assert made("integer", Decimal("7.0"), None, kinds=(DECIMAL,), gives="whole") == [7, None]
    assert refused("integer", Decimal("7.5"), Decimal("1e20"), kinds=(DECIMAL,), gives="whole") == ["not_a_whole_number"] * 2
    assert made("[{integer: down}]", Decimal("7.9"), Decimal("-0.1"), kinds=(DECIMAL,), gives="whole") == [7, -1]


def test_amounts_are_scaled_by_the_currency_beside_them() -> None:
    rows = [(Decimal("10.50"), "EUR"), (Decimal("1050"), "JPY"), (Decimal("1.050"), "KWD"), (Decimal("1.5"), None), (None, "EUR")]
    assert made("[{scale: minor}]", *rows, kinds=(DECIMAL, TEXT), gives="whole") == [1050, 1050, 1050, 150, None]
    back = [(1050, "EUR"), (1050, "JPY"), (1050, "KWD")]
    amounts = [Decimal("10.50"), Decimal("1050"), Decimal("1.05")]
    assert made("[{scale: decimal}]", *back, kinds=(WHOLE, TEXT), gives="decimal") == amounts


def test_an_amount_the_currency_cannot_hold_is_a_problem() -> None:
    assert refused("[{scale: minor}]", Decimal("1.005"), Decimal("1e25"), kinds=(DECIMAL,), gives="whole") == ["amount_not_exact"] * 2
    unknown = [(Decimal("1.5"), "eur"), (Decimal("1.5"), "XYQ")]
    assert refused("[{scale: minor}]", *unknown, kinds=(DECIMAL, TEXT), gives="whole") == ["amount_not_exact"] * 2
    yen = "[{scale: {to: minor, currency: JPY}}]"
    assert refused(yen, Decimal("1.5"), kinds=(DECIMAL,), gives="whole") == ["amount_not_exact"]
    assert refused("[{scale: decimal}]", Decimal("1.5"), kinds=(DECIMAL,), gives="decimal") == ["amount_not_exact"]


TO_MINOR = bench("[{scale: minor}]", DECIMAL, TEXT, gives="whole")
TO_DECIMAL = bench("[{scale: decimal}]", WHOLE, TEXT, gives="decimal")
CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD"])


@given(st.lists(st.tuples(st.integers(-(10**15), 10**15), CURRENCIES), max_size=8))
def test_scaling_there_and_back_is_exact_and_agrees_with_the_money_of_the_model(rows: list[tuple[int, str]]) -> None:
    amounts, problems = TO_DECIMAL.run(*rows)
    assert not problems
    assert amounts == [decimal_amount(minor, currency) for minor, currency in rows]
    minors, problems = TO_MINOR.run(*[(amount, currency) for amount, (_, currency) in zip(amounts, rows, strict=True)])
    assert not problems
    assert minors == [minor for minor, _ in rows]
    assert minors == [minor_units(amount, currency) for amount, (_, currency) in zip(amounts, rows, strict=True)]


def test_a_column_of_another_precision_is_read_exactly() -> None:
    assert made("[{scale: minor}]", Decimal("12345.6700"), kinds=(pa.decimal128(19, 4),), gives="whole") == [1234567]
