"""Customers of the Shopify shop and the relations the till had before: mostly the same people, seldom the same spelling."""

import random
import unicodedata
from dataclasses import dataclass, replace

from posbridge_dagster.sandbox.generator import words
from posbridge_dagster.sandbox.seed import AddressSeed, CustomerSeed, RelationSeed

FIRST_CUSTOMER = 6_000_001
FIRST_RELATION = 1001


@dataclass(frozen=True)
class People:
    """Everybody the shop knows. The three single customers are the awkward ones that always exist."""

    customers: tuple[CustomerSeed, ...]
    companies: tuple[CustomerSeed, ...]
    shares_email: CustomerSeed
    spelled_otherwise: CustomerSeed
    relations: tuple[RelationSeed, ...]

    def everyone(self) -> list[CustomerSeed]:
        """Return all Shopify customers."""
        return [*self.customers, *self.companies, self.shares_email, self.spelled_otherwise]


def meet_people(chance: random.Random, persons: int, known_share: float) -> People:
    """Return the customers, and relations for the given share of them; two relations share one customer's e-mail."""
    customers = tuple(person(chance, FIRST_CUSTOMER + place) for place in range(persons))
    first_company = FIRST_CUSTOMER + persons
    companies = tuple(_company(chance, first_company + place, name) for place, name in enumerate(words.COMPANIES))
    first_awkward = first_company + len(companies)
    shared = replace(person(chance, first_awkward), email="familie.bakker@example.com")
    otherwise = replace(person(chance, first_awkward + 1), email="m.dewit@example.net")
    known = [customer for customer in (*customers, *companies) if chance.random() < known_share]
    relations = [relation_of(chance, FIRST_RELATION + place, customer) for place, customer in enumerate(known)]
    number = FIRST_RELATION + len(relations)
    relations += [
        relation_of(chance, number, shared),
        replace(relation_of(chance, number + 1, shared), name="Firma Bakker", company_name="Firma Bakker"),
        replace(relation_of(chance, number + 2, otherwise), email="M.deWit@Example.NET"),
    ]
    return People(customers, companies, shared, otherwise, tuple(relations))


def person(chance: random.Random, number: int) -> CustomerSeed:
    """Return a person under a number of the shop, with an address, an e-mail address and mostly a telephone."""
    first, last = chance.choice(words.FIRST_NAMES), chance.choice(words.LAST_NAMES)
    mobile = f"6{chance.randint(10_000_000, 59_999_999)}"
    address = replace(_address(chance), first_name=first, last_name=last, phone=_as_written(chance, mobile))
    phone = f"+31{mobile}" if chance.random() < 0.5 else ""
    return CustomerSeed(number, _email(chance, first, last, number), first, last, phone, address)


def _company(chance: random.Random, number: int, name: str) -> CustomerSeed:
    contact = person(chance, number)
    assert contact.address is not None
    return replace(contact, email=f"inkoop@{_plain(name)}.example", address=replace(contact.address, company=name))


def _address(chance: random.Random) -> AddressSeed:
    abroad = chance.random()
    number = chance.randint(1, 320)
    if abroad < 0.06:
        postal_code, city = chance.choice(words.BELGIAN_PLACES)
        box = f" bus {chance.randint(1, 12)}" if number % 2 else ""
        return AddressSeed(address1=f"Kerkstraat {number}{box}", postal_code=postal_code, city=city, country="BE")
    if abroad < 0.12:
        postal_code, city = chance.choice(words.GERMAN_PLACES)
        return AddressSeed(address1=f"Hauptstraße {number}", postal_code=postal_code, city=city, country="DE")
    street = chance.choice(words.STREETS)
    postal_code = f"{chance.randint(1011, 9999)} {chance.choice('ABCDEGHJKLMNPRSTVWXZ')}{chance.choice('ABCDEGHJKLMNPRSTVWXZ')}"
    return AddressSeed(
        address1=f"{street} {number}{chance.choice(words.ADDITIONS)}", postal_code=postal_code, city=chance.choice(words.CITIES)
    )


def _email(chance: random.Random, first: str, last: str, number: int) -> str:
    """Return an address that no other customer has; one in eight is written with capitals."""
    domain = chance.choice(words.MAIL_DOMAINS)
    if chance.random() < 0.125:
        return f"{_plain(first).capitalize()}.{_plain(last).capitalize()}{number % 1000}@{domain.capitalize()}"
    return f"{_plain(first)}.{_plain(last)}{number % 1000}@{domain}"


def _plain(text: str) -> str:
    """Return only the letters a to z of a text, accents taken off."""
    decomposed = unicodedata.normalize("NFKD", text).lower()
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalpha())


def _as_written(chance: random.Random, mobile: str) -> str:
    """Return a mobile number (without its 0) in one of the ways people write it."""
    return chance.choice(
        (f"0{mobile}", f"06-{mobile[1:]}", f"+31 6 {mobile[1:5]} {mobile[5:]}", f"0031{mobile}", f"(06) {mobile[1:5]} {mobile[5:]}")
    )


def relation_of(chance: random.Random, number: int, customer: CustomerSeed) -> RelationSeed:
    """Return the relation that a till would have of a customer, written down by somebody else."""
    address = customer.address or AddressSeed()
    person = f"{customer.first_name} {customer.last_name}"
    return RelationSeed(
        number=number,
        name=address.company or person,
        email=customer.email,
        company_name=address.company,
        contact=person if address.company else "",
        address=address.address1,
        zipcode=address.postal_code if chance.random() < 0.7 else address.postal_code.replace(" ", ""),
        city=address.city if chance.random() < 0.8 else address.city.upper(),
        country=address.country,
        telephone=address.phone,
    )
