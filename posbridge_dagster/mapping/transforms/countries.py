"""The transform on countries: any form people write, to the one form that is wanted."""

import re
import unicodedata
from functools import cache
from typing import ClassVar, Literal, NamedTuple, TypeAlias

import pycountry
from babel import Locale

from posbridge_dagster.mapping.kinds import Checked, by_distinct
from posbridge_dagster.mapping.transforms.registry import Columns, Flaw, Parameter, transform

Form: TypeAlias = Literal["alpha2", "alpha3", "name_nl", "name_en"]

_LANGUAGES = ("nl", "en", "de", "fr")
_SPOKEN = {
    "holland": "NL",
    "the netherlands": "NL",
    "uk": "GB",
    "engeland": "GB",
    "england": "GB",
    "schotland": "GB",
    "scotland": "GB",
    "wales": "GB",
    "groot brittannie": "GB",
    "great britain": "GB",
    "usa": "US",
    "vs": "US",
    "amerika": "US",
    "america": "US",
    "verenigde staten van amerika": "US",
    "brd": "DE",
    "tsjechische republiek": "CZ",
    "turkije": "TR",
    "turkey": "TR",
    "kosovo": "XK",
    "xk": "XK",
    "xkx": "XK",
}


class CountryForm(Parameter):
    """The form that is wanted."""

    short: ClassVar[str] = "form"
    form: Form


class Country(NamedTuple):
    """One country in every form."""

    alpha2: str
    alpha3: str
    name_nl: str
    name_en: str


# Shops sell to Kosovo under the code XK, which ISO 3166 leaves free for such use.
_KOSOVO = Country("XK", "XKX", "Kosovo", "Kosovo")


@cache
def _countries() -> dict[str, Country]:
    dutch, english = Locale("nl").territories, Locale("en").territories
    return {
        entry.alpha_2: Country(entry.alpha_2, entry.alpha_3, dutch.get(entry.alpha_2, entry.name), english.get(entry.alpha_2, entry.name))
        for entry in pycountry.countries
    } | {"XK": _KOSOVO}


@cache
def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for entry in pycountry.countries:
        names = [entry.name, getattr(entry, "official_name", ""), getattr(entry, "common_name", "")]
        names += [Locale(language).territories.get(entry.alpha_2, "") for language in _LANGUAGES]
        known |= {_plain(name): entry.alpha_2 for name in names if name}
    codes = {_plain(code): entry.alpha_2 for entry in pycountry.countries for code in (entry.alpha_2, entry.alpha_3)}
    return known | _SPOKEN | codes


def _plain(name: str) -> str:
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    return re.sub(r"[^\w]+", " ", letters.replace(".", "")).strip()


def find_country(written: str) -> Country:
    """Return the country that a code or a name in Dutch, English, German or French means; ValueError where none does."""
    try:
        return _countries()[_known()[_plain(written)]]
    except KeyError:
        raise ValueError("no country") from None


@transform(
    "country",
    "a country by code or name (Dutch, English, German, French) in the wanted form: alpha2, alpha3, name_nl or name_en",
    example="{country: alpha2}",
    parameter=CountryForm,
    flaw=Flaw("unknown_country", "names no country"),
)
def country(columns: Columns, parameter: CountryForm) -> Checked:
    """Return countries in one form; what names no country is bad."""

    def written(value: str) -> str | None:
        return str(getattr(find_country(value), parameter.form)) if value.strip() else None

    return by_distinct(columns[0], "text", written)
