"""The fixed part of a Dutch administration: VAT, employees, ways to pay and to deliver, the walk-in relation."""

from collections.abc import Iterable
from typing import Any, NamedTuple

SUPER_USER = 999999
WALK_IN_RELATION = 1
MAIN_BRANCH = 1
HOME_COUNTRY = "NLD"


class Country(NamedTuple):
    """A country with the VAT rates that the till has for it, by VAT code."""

    iso3: str
    number: int
    name: str
    rates: dict[int, int]


COUNTRIES = {
    "NL": Country("NLD", 528, "Nederland", {1: 900, 2: 2100, 3: 0}),
    "BE": Country("BEL", 56, "België", {1: 600, 2: 2100, 3: 0}),
    "DE": Country("DEU", 276, "Duitsland", {1: 700, 2: 1900, 3: 0}),
}
COUNTRY_BY_ISO3 = {country.iso3: country for country in COUNTRIES.values()}


def with_rates(branch_countries: Iterable[str]) -> dict[str, Country]:
    """Return the countries, by ISO 3166 alpha-3 code, whose VAT rates the till has: the home country and those of its branches."""
    return {COUNTRIES[code].iso3: COUNTRIES[code] for code in ("NL", *branch_countries)}


EMPLOYEES = {1: "Anna de Vries", 2: "Bram Jansen", SUPER_USER: "Supergebruiker"}


def _method(code: str, text: str, kind: str, *, negative: bool, active: bool = True) -> dict[str, Any]:
    return {
        "method": code,
        "description": text,
        "buttonText": text,
        "allowNegativeAmount": negative,
        "active": active,
        "type": f"PAYMENT-METHOD-TYPE-{kind}",
    }


PAYMENT_METHODS = {
    method["method"]: method
    for method in (
        _method("CONTANT", "Contant", "PAYMENT", negative=True),
        _method("PIN", "Pinpas", "EFT", negative=True),
        _method("CADEAUBON", "Cadeaubon", "PAYMENT", negative=False),
        _method("OPREKENING", "Op rekening", "SUSPENSE", negative=True),
        _method("IDEAL", "iDEAL", "PAYMENT", negative=False),
        _method("TEGOED", "Winkeltegoed", "DEPOSIT", negative=True),
        _method("TIKKIE", "Tikkie", "PAYMENT", negative=False, active=False),
    )
}

ARTICLE_FIELDS = {
    "Materiaal": "DATA-TYPE-STRING",
    "Garantie maanden": "DATA-TYPE-INT",
    "Gewicht kg": "DATA-TYPE-DECIMAL",
    "Duurzaam": "DATA-TYPE-BOOL",
    "Leverbaar vanaf": "DATA-TYPE-DATE",
    "Laatst geteld": "DATA-TYPE-DATETIME",
    "Seizoen": "DATA-TYPE-MULTISELECTINT",
    "Trefwoorden": "DATA-TYPE-TEXT-ARRAY",
    "Afmetingen": "DATA-TYPE-ARRAY",
    "Vrij veld": "DATA-TYPE-UNKNOWN",
}
"""Custom fields of articles with their data type, one of every type that there is."""
RELATION_FIELDS = {"Taal": "DATA-TYPE-STRING", "Nieuwsbrief": "DATA-TYPE-BOOL", "Klant sinds": "DATA-TYPE-DATE"}

SALES_PRICES = {1: "Actieprijs", 2: "Adviesprijs"}
PRICE_GROUPS = {1: "Groothandel"}

DELIVERY_METHODS = {
    code: {"deliveryMethod": code, "description": text, "buttonText": text, "enabled": True}
    for code, text in {"AFHALEN": "Afhalen", "BEZORGEN_MET_AUTO": "Bezorgen met auto"}.items()
}


def vat_code_of(rate: int, country: str = "NL") -> int:
    """Return the VAT code of a rate in hundredths of a percent; raises LookupError where the country has none."""
    for code, known in COUNTRIES[country].rates.items():
        if known == rate:
            return code
    raise LookupError(f"no VAT code of {country} has the rate {rate / 100} %; the sandbox knows {COUNTRIES[country].rates}")
