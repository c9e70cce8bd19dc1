import pycountry
import pytest

from posbridge_dagster.sandbox.countries import PLACES, address_in, country_code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United Kingdom", "GB"),
        ("EIRE", "IE"),
        ("RSA", "ZA"),
        ("USA", "US"),
        ("Channel Islands", "JE"),
        ("Korea", "KR"),
        ("Netherlands", "NL"),
    ],
)
def test_countries_are_known_by_the_names_that_files_use(name: str, code: str) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize("name", ["", "Unspecified", "European Community"])
def test_what_is_no_country_gives_no_address(name: str) -> None:
    assert country_code(name) == ""
    assert address_in(country_code(name), 1, "Customer", "1") is None


def test_a_misspelled_country_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'Nederlant' is no country"):
        country_code("Nederlant")


def test_every_place_is_in_a_country_that_exists_and_has_room_for_a_number() -> None:
    assert [code for code in PLACES if pycountry.countries.get(alpha_2=code) is None] == []
    assert [place.city for place in PLACES.values() if "{}" not in place.street] == []


def test_the_house_number_stands_where_the_country_writes_it() -> None:
    dutch, british = address_in("NL", 11, "Customer", "11"), address_in("GB", 11, "Customer", "11")
    assert dutch is not None
    assert british is not None
    assert (dutch.address1, british.address1) == ("Kalverstraat 12", "12 High Street")


def test_a_country_without_a_place_says_no_more_than_the_country() -> None:
    address = address_in("PE", 1, "Customer", "1")
    assert address is not None
    assert (address.country, address.address1, address.city) == ("PE", "", "")
