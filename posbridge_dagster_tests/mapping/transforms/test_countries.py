import pycountry
import pytest

from posbridge_dagster.mapping.transforms.countries import find_country
from posbridge_dagster_tests.mapping.shop import made, refused

NETHERLANDS = ["NL", "nl", "NLD", "Nederland", "NEDERLAND", "Netherlands", "The Netherlands", "Holland", "Niederlande", "Pays-Bas", " nl "]


@pytest.mark.parametrize(("form", "expected"), [("alpha2", "NL"), ("alpha3", "NLD"), ("name_nl", "Nederland"), ("name_en", "Netherlands")])
def test_a_country_in_any_form_takes_the_wanted_one(form: str, expected: str) -> None:
    assert made(f"[{{country: {form}}}]", *NETHERLANDS, None, "") == [expected] * len(NETHERLANDS) + [None, None]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("België", "BE"),
        ("Belgie", "BE"),
        ("Duitsland", "DE"),
        ("Deutschland", "DE"),
        ("UK", "GB"),
        ("Verenigd Koninkrijk", "GB"),
        ("U.S.A.", "US"),
        ("Verenigde Staten", "US"),
        ("Tsjechië", "CZ"),
        ("Kosovo", "XK"),
    ],
)
def test_names_people_use_are_known(written: str, code: str) -> None:
    assert made("[{country: alpha2}]", written) == [code]


def test_every_country_is_found_by_its_codes_and_names() -> None:
    for entry in pycountry.countries:
        country = find_country(entry.alpha_2)
        assert {find_country(form) for form in country} == {country}


def test_what_names_no_country_is_a_problem() -> None:
    assert refused("[{country: alpha2}]", "Atlantis", "ZZ", "EU", "?") == ["unknown_country"] * 4
