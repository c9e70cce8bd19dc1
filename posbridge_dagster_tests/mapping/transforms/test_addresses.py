import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.mapping.transforms.addresses import join_parts, split_address
from posbridge_dagster.model.frames import TEXT
from posbridge_dagster_tests.mapping.shop import made, refused

CASES = [
    ("Dorpsstraat 12", None, "Dorpsstraat", "12", None),
    ("Dorpsstraat 12-A", None, "Dorpsstraat", "12", "A"),
    ("Dorpsstraat 12A", "", "Dorpsstraat", "12", "A"),
    ("Kerkstraat, 12", None, "Kerkstraat", "12", None),
    ("Dorpsstraat nr. 12", None, "Dorpsstraat", "12", None),
    ("Plein 1944", None, "Plein", "1944", None),
    ("Plein 1944 7 bis", None, "Plein 1944", "7", "bis"),
    ("Plein 1944", "7 bis", "Plein 1944", "7", "bis"),
    ("Plein '40-'45 3", None, "Plein '40-'45", "3", None),
    ("Laan 1940-1945 12", None, "Laan 1940-1945", "12", None),
    ("2e Hugo de Grootstraat 15 hs", None, "2e Hugo de Grootstraat", "15", "hs"),
    ("Van 't Hoffstraat 3A-2", None, "Van 't Hoffstraat", "3", "A-2"),
    ("Herengracht 100 3 hoog", None, "Herengracht", "100", "3 hoog"),
    ("Kerkstraat 12-14", None, "Kerkstraat", "12", "14"),
    ("Kerkstraat 12 III", None, "Kerkstraat", "12", "III"),
    ("Kerkstraat 12 (achter)", None, "Kerkstraat", "12", "achter"),
    ("Rijksweg A2 12", None, "Rijksweg A2", "12", None),
    ("Julianaplein 10 unit 5", None, "Julianaplein", "10", "unit 5"),
    ("Dorpsstraat", "12 B", "Dorpsstraat", "12", "B"),
    ("Dorpsstraat", "nr 12 B", "Dorpsstraat", "12", "B"),
    ("Dorpsstraat", "1500 3", "Dorpsstraat", "1500", "3"),
    ("Huize Welgelegen", "12 t.a.v. inkoop", "Huize Welgelegen", "12", "t.a.v. inkoop"),
    ("Bakkerij Jansen", "5 Meiplein 12", "Bakkerij Jansen 5 Meiplein", "12", None),
    ("Dorpsstraat 12", "B", "Dorpsstraat", "12", "B"),
    ("Dorpsstraat 12", "t.a.v. afdeling inkoop", "Dorpsstraat", "12", "t.a.v. afdeling inkoop"),
    ("Huize Welgelegen", None, "Huize Welgelegen", None, None),
    ("Huize Welgelegen", "Kamer 3", "Huize Welgelegen", None, "Kamer 3"),
    ("10 Downing Street", None, "10 Downing Street", None, None),
    ("Rue de la Loi 16 boîte 3", None, "Rue de la Loi", "16", "boîte 3"),
    ("Kerkstraat 16 bus 4A", None, "Kerkstraat", "16", "bus 4A"),
    ("Musterstraße 5b", None, "Musterstraße", "5", "b"),
    ("Straße des 17. Juni 135", None, "Straße des 17. Juni", "135", None),
    (None, None, None, None, None),
    ("", "", None, None, None),
]


@pytest.mark.parametrize(("first", "second", "street", "number", "addition"), CASES)
def test_address_lines_come_apart(
    first: str | None, second: str | None, street: str | None, number: str | None, addition: str | None
) -> None:
    both = (TEXT, TEXT)
    assert made("street", (first, second), kinds=both) == [street]
    assert made("house_number", (first, second), kinds=both) == [number]
    assert made("house_number_addition", (first, second), kinds=both) == [addition]
    if second is None:
        assert made("street", first) == [street]


def test_a_house_number_can_be_a_number_in_the_target() -> None:
    assert made("house_number", "Dorpsstraat 12-A", gives="whole") == [12]


def test_parts_become_a_line() -> None:
    rows = [("Dorpsstraat", "12", "A"), ("Dorpsstraat", "12", "3 hoog"), ("Dorpsstraat", "12", None), ("Hoeve", "", ""), (None, None, None)]
    lines = ["Dorpsstraat 12 A", "Dorpsstraat 12-3 hoog", "Dorpsstraat 12", "Hoeve", None]
    assert made("join_address", *rows, kinds=(TEXT, TEXT, TEXT)) == lines
    assert refused("join_address", (None, "12"), kinds=(TEXT, TEXT)) == ["no_street"]


def letters(*parts: str) -> str:
    return re.sub(r"[\W_]", "", "".join(parts))


@given(st.text(alphabet="aB7 12-/.,éß'k\t", max_size=40), st.text(alphabet="aB7 12-/.,éß'k", max_size=15))
def test_no_letter_or_digit_of_an_address_is_lost(first: str, second: str) -> None:
    assert letters(*split_address(first, second)) == letters(first, second)


STREETS = st.from_regex(r"(?:[A-Z][a-z]{3,9}|[1-9]e [A-Z][a-z]{3,9})(?: [a-z]{4,8}straat)?", fullmatch=True)
ADDITIONS = st.sampled_from(["", "A", "b", "bis", "hs", "A-2", "3", "3 hoog", "boîte 3", "III", "2-B", "bus 4A", "t/o"])


@given(STREETS, st.integers(1, 9999).map(str), ADDITIONS)
def test_a_joined_address_comes_apart_into_the_same_parts(street: str, number: str, addition: str) -> None:
    assert split_address(join_parts(street, number, addition)) == (street, number, addition)
    assert split_address(street, f"{number} {addition}")[:2] == (street, number)


def test_a_line_that_no_shop_would_take_is_not_searched() -> None:
    line = "straat 12 " * 2000
    assert split_address(line).number == ""
