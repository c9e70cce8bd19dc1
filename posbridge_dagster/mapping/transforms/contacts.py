"""Transforms on telephone numbers and e-mail addresses."""

import re
from typing import ClassVar, Literal, TypeAlias

import phonenumbers
from pydantic import field_validator

from posbridge_dagster.mapping.kinds import Checked, by_distinct
from posbridge_dagster.mapping.transforms.registry import SEPARATOR, Columns, Flaw, Parameter, side_by_side, transform

PhoneForm: TypeAlias = Literal["e164", "national", "international"]

_FORMS: dict[PhoneForm, int] = {
    "e164": phonenumbers.PhoneNumberFormat.E164,
    "national": phonenumbers.PhoneNumberFormat.NATIONAL,
    "international": phonenumbers.PhoneNumberFormat.INTERNATIONAL,
}
# Letters and digits of every script, as RFC 6531 allows them; no comments, no quoted local part, no address literal.
_LOCAL = r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*"
_LABEL = r"[^\W_]([\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf"(?=.{{1,64}}@)(?=.{{6,254}}$){_LOCAL}@({_LABEL}\.)+[^\W\d_]([\w-]{{0,61}}[^\W_])")


class Phone(Parameter):
    """The wanted form, and the country of a number that does not name one."""

    short: ClassVar[str] = "form"
    form: PhoneForm = "e164"
    country: str = "NL"

    @field_validator("country")
    @classmethod
    def _region(cls, country: str) -> str:
        if country not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError("must be the two capital letters of a country, such as NL")
        return country


@transform(
    "phone",
    "a telephone number as +31612345678 (e164), 06 12345678 (national) or +31 6 12345678 (international); a number without "
    "country is of the country in the second column (two letters), else of `country`",
    example="phone or {phone: {form: national, country: BE}}",
    parameter=Phone,
    optional=True,
    most=2,
    flaw=Flaw("not_a_phone_number", "is not a valid telephone number"),
)
def phone(columns: Columns, parameter: Phone) -> Checked:
    """Return telephone numbers in one form; what is no number that can be dialled is bad."""

    def written(parts: str) -> str | None:
        number, _, region = parts.partition(SEPARATOR)
        if not number.strip():
            return None
        try:
            parsed = phonenumbers.parse(number, region.strip().upper() or parameter.country)
        except phonenumbers.NumberParseException as error:
            raise ValueError("no telephone number") from error
        if not phonenumbers.is_valid_number(parsed):
            raise ValueError("no number that can be dialled")
        return phonenumbers.format_number(parsed, _FORMS[parameter.form])

    return by_distinct(side_by_side(columns), "text", written)


@transform(
    "email",
    "an e-mail address without blanks around it and in small letters",
    flaw=Flaw("not_an_email", "is not one valid e-mail address"),
)
def email(columns: Columns, _: None) -> Checked:
    """Return e-mail addresses as they are compared; what is not exactly one address is bad."""

    def written(value: str) -> str | None:
        address = value.strip().lower()
        if address and not _EMAIL.fullmatch(address):
            raise ValueError("no e-mail address")
        return address or None

    return by_distinct(columns[0], "text", written)
