"""Countries as transaction files write them, and an address in each: such files name a customer's country and no more."""

from typing import NamedTuple

import pycountry

from posbridge_dagster.sandbox.seed import AddressSeed


class Place(NamedTuple):
    """A town of a country. In ``street`` the house number stands where that country writes it, as ``{}``."""

    country: str
    street: str
    postal_code: str
    city: str


PLACES = {
    place.country: place
    for place in (
        Place("AE", "Al Wasl Road {}", "", "Dubai"),
        Place("AT", "Mariahilfer Straße {}", "1060", "Wien"),
        Place("AU", "{} George Street", "2000", "Sydney"),
        Place("BE", "Nieuwstraat {}", "1000", "Brussel"),
        Place("BH", "Government Avenue {}", "317", "Manama"),
        Place("BM", "{} Front Street", "HM 12", "Hamilton"),
        Place("BR", "Avenida Paulista {}", "01310-100", "São Paulo"),
        Place("CA", "{} Queen Street", "M5H 2N2", "Toronto"),
        Place("CH", "Bahnhofstrasse {}", "8001", "Zürich"),
        Place("CY", "Ledra {}", "1011", "Nicosia"),
        Place("DE", "Hauptstraße {}", "50667", "Köln"),
        Place("DK", "Vestergade {}", "1456", "København"),
        Place("ES", "Calle Mayor {}", "28013", "Madrid"),
        Place("FI", "Aleksanterinkatu {}", "00100", "Helsinki"),
        Place("FR", "{} Rue de Rivoli", "75001", "Paris"),
        Place("GB", "{} High Street", "SW1A 1AA", "London"),
        Place("GR", "Ermou {}", "105 63", "Athina"),
        Place("HK", "{} Nathan Road", "", "Kowloon"),
        Place("IE", "{} Grafton Street", "D02 Y006", "Dublin"),
        Place("IL", "{} Dizengoff Street", "6433222", "Tel Aviv"),
        Place("IS", "Laugavegur {}", "101", "Reykjavík"),
        Place("IT", "Via Roma {}", "00184", "Roma"),
        Place("JE", "{} King Street", "JE2 4WE", "St Helier"),
        Place("JM", "{} King Street", "", "Kingston"),
        Place("JP", "{} Ginza", "104-0061", "Tokyo"),
        Place("KR", "Sejong-daero {}", "03172", "Seoul"),
        Place("LB", "Hamra Street {}", "1103", "Beirut"),
        Place("LT", "Gedimino prospektas {}", "01103", "Vilnius"),
        Place("MT", "{} Republic Street", "VLT 1110", "Valletta"),
        Place("NG", "{} Broad Street", "100221", "Lagos"),
        Place("NL", "Kalverstraat {}", "1012 NX", "Amsterdam"),
        Place("NO", "Karl Johans gate {}", "0154", "Oslo"),
        Place("PL", "ulica Nowy Świat {}", "00-029", "Warszawa"),
        Place("PT", "Rua Augusta {}", "1100-048", "Lisboa"),
        Place("SE", "Drottninggatan {}", "111 51", "Stockholm"),
        Place("SG", "{} Orchard Road", "238823", "Singapore"),
        Place("TH", "{} Sukhumvit Road", "10110", "Bangkok"),
        Place("US", "{} Main Street", "10001", "New York"),
        Place("ZA", "{} Long Street", "8001", "Cape Town"),
    )
}

OTHER_NAMES = {
    "Channel Islands": "JE",
    "EIRE": "IE",
    "Korea": "KR",
    "RSA": "ZA",
    "USA": "US",
    "West Indies": "JM",  # a region, written as if it were a country; Jamaica is its largest state
}
NO_COUNTRY = frozenset({"", "European Community", "Unspecified"})


def country_code(name: str) -> str:
    """Return the ISO 3166 alpha-2 code of a country's name; empty where the name is no country at all.

    Raises ValueError when the name looks like a country and is not known.
    """
    if name in NO_COUNTRY:
        return ""
    if name in OTHER_NAMES:
        return OTHER_NAMES[name]
    try:
        return str(pycountry.countries.lookup(name).alpha_2)
    except LookupError as error:
        raise ValueError(f"{name!r} is no country that ISO 3166 knows; add it to OTHER_NAMES with its code") from error


def address_in(country: str, number: int, first_name: str, last_name: str) -> AddressSeed | None:
    """Return a person's address in a country (alpha-2 code), always the same for a number; None without a country.

    A country without a place of its own gets an address that says no more than the country.
    """
    if not country:
        return None
    place = PLACES.get(country, Place(country, "", "", ""))
    return AddressSeed(
        first_name=first_name,
        last_name=last_name,
        address1=place.street.format(1 + number % 240),
        postal_code=place.postal_code,
        city=place.city,
        country=country,
    )
