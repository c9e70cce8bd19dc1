import pytest

from posbridge_dagster.model.frames import TEXT
from posbridge_dagster_tests.mapping.shop import bench, made, refused


@pytest.mark.parametrize(
    ("steps", "written", "form"),
    [
        ("phone", "06-12345678", "+31612345678"),
        ("phone", "0031 6 1234 5678", "+31612345678"),
        ("phone", "+32 470 12 34 56", "+32470123456"),
        ("[{phone: national}]", "+31201234567", "020 123 4567"),
        ("[{phone: international}]", "0201234567", "+31 20 123 4567"),
        ("[{phone: {country: BE}}]", "0470 12 34 56", "+32470123456"),
    ],
)
def test_a_phone_number_takes_the_wanted_form(steps: str, written: str, form: str) -> None:
    assert made(steps, written, None, "", " ") == [form, None, None, None]


def test_a_phone_number_is_read_as_one_of_the_country_beside_it() -> None:
    rows = [("0470 12 34 56", "BE"), ("06-12345678", None), ("06-12345678", "nl"), (None, "BE")]
    assert made("phone", *rows, kinds=(TEXT, TEXT)) == ["+32470123456", "+31612345678", "+31612345678", None]


def test_what_cannot_be_dialled_is_a_problem_that_does_not_show_it() -> None:
    assert refused("phone", "12", "geen", "0000000000", "0612345678 of 0687654321") == ["not_a_phone_number"] * 4
    assert bench("phone").run("geen")[1] == [(0, "not_a_phone_number", "rows.a is not a valid telephone number")]


def test_an_email_address_is_compared_without_blanks_and_case() -> None:
    given = [" Jan.Jansen+pos@Example.NL ", "o'neil@sub.example.co.uk", "jan@bücher.example", None, " "]
    assert made("email", *given) == ["jan.jansen+pos@example.nl", "o'neil@sub.example.co.uk", "jan@bücher.example", None, None]


@pytest.mark.parametrize(
    "written",
    [
        "jan",
        "jan@",
        "@example.nl",
        "jan@example",
        "jan@@example.nl",
        "jan@example..nl",
        "jan@-example.nl",
        "jan @example.nl",
        ".jan@example.nl",
        "jan.@example.nl",
        "jan@example.nl, piet@example.nl",
        "jan@example.nl;piet@example.nl",
        "Jan <jan@example.nl>",
        "jan@1.2.3.4",
        f"{'j' * 65}@example.nl",
        f"jan@{'a.' * 130}nl",
        "jan@example.nl\nx",
    ],
)
def test_what_is_not_exactly_one_email_address_is_a_problem(written: str) -> None:
    assert refused("email", written) == ["not_an_email"]
