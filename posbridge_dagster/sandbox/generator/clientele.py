"""More relations than a shop meets in a week: a file of years, with all that such a file has wrong."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from posbridge_dagster.sandbox.generator import words
from posbridge_dagster.sandbox.generator.people import person, relation_of
from posbridge_dagster.sandbox.seed import CustomFieldSeed, RelationSeed

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2)
_LANGUAGES = ("nl", "nl", "nl", "en", "de", "fr")


def clientele(seed: int, count: int, first_number: int) -> list[RelationSeed]:
    """Return ``count`` relations: persons and, one in four, companies with their contact; the same seed gives the same.

    Some have no e-mail, some neither e-mail nor telephone, some share a telephone or an e-mail address (spelled otherwise) with an
    earlier one, and some are inactive.
    """
    chance = random.Random(f"{seed}/clientele")
    known: list[RelationSeed] = []
    for number in range(first_number, first_number + count):
        someone = _company(chance, number) if chance.random() < 0.25 else _person(chance, number)
        known.append(_spoiled(chance, someone, known))
    return known


def _person(chance: random.Random, number: int) -> RelationSeed:
    someone = relation_of(chance, number, person(chance, number))
    home = replace(someone, mobile=someone.telephone, telephone="")
    if chance.random() < 0.3:
        home = replace(home, birth_date=date(1940, 1, 1) + timedelta(days=chance.randint(0, 24_000)))
    return replace(home, custom_fields=tuple(_fields(chance)))


def _company(chance: random.Random, number: int) -> RelationSeed:
    contact = person(chance, number)
    name = f"{chance.choice(words.COMPANIES)} {chance.choice(words.CITIES)} {number}"
    company = replace(relation_of(chance, number, contact), name=name, company_name=name, email=f"inkoop{number}@example.com")
    colleague = person(chance, number)
    return replace(
        company,
        contact=f"{contact.first_name} {contact.last_name}",
        vat_number=vat_number(chance) if company.country == "NL" else "",
        commerce_number=str(chance.randint(10_000_000, 99_999_999)),
        website=f"https://www.bedrijf{number}.example" if chance.random() < 0.5 else "",
        delivery=colleague.address if chance.random() < 0.3 else None,
        contacts=(RelationSeed(0, f"{contact.first_name} {contact.last_name}", email=contact.email, telephone=company.telephone),),
    )


def _fields(chance: random.Random) -> Iterator[CustomFieldSeed]:
    if chance.random() < 0.4:
        yield CustomFieldSeed("Taal", chance.choice(_LANGUAGES))
    if chance.random() < 0.4:
        yield CustomFieldSeed("Nieuwsbrief", chance.random() < 0.5)
    if chance.random() < 0.2:
        yield CustomFieldSeed("Klant sinds", date(2005, 1, 1) + timedelta(days=chance.randint(0, 7000)))


def _spoiled(chance: random.Random, relation: RelationSeed, known: list[RelationSeed]) -> RelationSeed:
    """Return a relation as it stands in a real file."""
    fate = chance.random()
    other = chance.choice(known) if known else relation
    if fate < 0.12:
        return replace(relation, email="")
    if fate < 0.15:
        return replace(relation, email="", telephone="", mobile="")
    if fate < 0.20:
        return replace(relation, telephone=other.telephone, mobile=other.mobile)
    if fate < 0.22:
        return replace(relation, email=other.email.swapcase())
    return replace(relation, active=False) if fate < 0.26 else relation


def vat_number(chance: random.Random) -> str:
    """Return a Dutch VAT number: nine digits that pass the eleven test (weights 9 to 2, and the last digit as remainder)."""
    while True:
        digits = [chance.randint(1, 9), *(chance.randint(0, 9) for _ in range(7))]
        check = sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11
        if check < 10:
            return f"NL{''.join(map(str, digits))}{check}B01"
