import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.mapping.transforms.names import split_name
from posbridge_dagster.model.frames import TEXT
from posbridge_dagster_tests.mapping.shop import made


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Jan Jansen", "Jan", "Jansen"),
        ("Jan van der Berg", "Jan", "van der Berg"),
        ("Jan Willem de Vries", "Jan Willem", "de Vries"),
        ("Jan in 't Veld", "Jan", "in 't Veld"),
        ("Anna Maria Jansen", "Anna Maria", "Jansen"),
        ("Jansen", None, "Jansen"),
        ("Van der Berg", None, "Van der Berg"),
        ("Berg, Jan van den", "Jan", "van den Berg"),
        ("Jansen, Piet", "Piet", "Jansen"),
        ("Berg, van den, J.", "J.", "van den Berg"),
        ("Jansen, ", None, "Jansen"),
        ("  Jan   Jansen ", "Jan", "Jansen"),
        ("   ", None, None),
        (None, None, None),
    ],
)
def test_a_full_name_is_split_at_its_family_name(full: str | None, first: str | None, last: str | None) -> None:
    assert made("first_name", full) == [first]
    assert made("last_name", full) == [last]


def test_parts_of_a_name_become_one_line() -> None:
    rows = [("Jan", "van  der", "Berg "), ("", None, "Berg"), (None, None, None)]
    assert made("join_name", *rows, kinds=(TEXT, TEXT, TEXT)) == ["Jan van der Berg", "Berg", None]


@given(st.text(alphabet="Jandevr'S, ", max_size=30))
def test_no_word_of_a_name_is_lost(full: str) -> None:
    name = split_name(full)
    assert sorted(f"{name.first} {name.last}".split()) == sorted(full.replace(",", " ").split())
