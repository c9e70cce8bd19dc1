"""Transforms on names of persons.

A Dutch family name may begin with particles ("van der"). Nothing of a name is lost: first and last name put together hold
the words of the full name.
"""

import re
from typing import NamedTuple

from posbridge_dagster.mapping.kinds import Checked, by_distinct
from posbridge_dagster.mapping.transforms.registry import SEPARATOR, Columns, side_by_side, transform

_WRITTEN = (
    "aan af bij d' da dal dalla de degli dei del della den der des di do dos du el het 't ‘t ’t in la las le les lo los of "
    "onder op over 's ‘s ’s te ten ter tot uijt uit van vom von voor vor y zu zum zur"
)
_PARTICLES = frozenset(_WRITTEN.split())
_AROUND = ", \t\r\n"


class Name(NamedTuple):
    """A person's name in its two parts."""

    first: str
    last: str


def split_name(full: str) -> Name:
    """Return a full name in two parts.

    ``Berg, Jan van den`` and ``Berg, van den, Jan`` have the family name first. Otherwise the family name begins at the first
    particle that follows a word, without particle it is the last word. One word alone, or a name that begins with a particle,
    is a family name.
    """
    before, comma, after = full.strip(_AROUND).partition(",")
    if comma:
        return _family_first(before.split(), after.replace(",", " ").split())
    words = before.split()
    if words and words[0].lower() in _PARTICLES:
        return Name("", " ".join(words))
    starts = (index for index, word in enumerate(words[:-1]) if index and word.lower() in _PARTICLES)
    cut = next(starts, max(len(words) - 1, 0))
    return Name(" ".join(words[:cut]), " ".join(words[cut:]))


def _family_first(family: list[str], others: list[str]) -> Name:
    particle = [word.lower() in _PARTICLES for word in others]
    start = next((index for index, is_one in enumerate(particle) if not is_one), len(others))
    end = next((index for index in range(start, len(others)) if particle[index]), len(others))
    return Name(" ".join(others[start:end]), " ".join([*others[:start], *others[end:], *family]))


@transform("first_name", "the given names of a full name (Jan Willem of Jan Willem van den Berg)")
def first_name(columns: Columns, _: None) -> Checked:
    """Return given names; null where the full name is one word."""
    return by_distinct(columns[0], "text", lambda full: split_name(full).first or None)


@transform("last_name", "the family name of a full name, particles included (van den Berg)")
def last_name(columns: Columns, _: None) -> Checked:
    """Return family names."""
    return by_distinct(columns[0], "text", lambda full: split_name(full).last or None)


@transform("join_name", "the columns as one name, one blank between the words", most=None)
def join_name(columns: Columns, _: None) -> Checked:
    """Return full names of given name, particles and family name; empty parts are left out."""
    return by_distinct(side_by_side(columns), "text", lambda parts: _one_line(parts) or None)


def _one_line(parts: str) -> str:
    return re.sub(r"\s+", " ", parts.replace(SEPARATOR, " ")).strip()
