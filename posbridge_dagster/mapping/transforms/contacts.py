"""Transforms on telephone numbers and e-mail addresses."""

from typing import ClassVar, Literal, TypeAlias

import phonenumbers
import pyarrow.compute as pc
from pydantic import field_validator

from posbridge_dagster.mapping.kinds import Checked, by_distinct, without
from posbridge_dagster.mapping.transforms.registry import SEPARATOR, Columns, Flaw, Parameter, not_empty, side_by_side, transform

PhoneForm: TypeAlias = Literal["e164", "national", "international"]

_FORMS: dict[PhoneForm, int] = {
    "e164": phonenumbers.PhoneNumberFormat.E164,
    "national": phonenumbers.PhoneNumberFormat.NATIONAL,
    "international": phonenumbers.PhoneNumberFormat.INTERNATIONAL,
}
_EMAIL = (
    r"^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]{0,61}[\p{L}\p{N}]$"
)
_EMAIL_LENGTH = 254
_LOCAL_PART = r"^[^@]{65,}@"


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
    values = not_empty(pc.utf8_lower(pc.utf8_trim_whitespace(columns[0])))
    good = pc.and_(pc.match_substring_regex(values, _EMAIL), pc.less_equal(pc.binary_length(values), _EMAIL_LENGTH))
    good = pc.and_(good, pc.invert(pc.match_substring_regex(values, _LOCAL_PART)))
    bad = pc.fill_null(pc.invert(good), False)
    return Checked(without(values, bad), bad)
