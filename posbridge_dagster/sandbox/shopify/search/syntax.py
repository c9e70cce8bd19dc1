"""Reading a search query: ``field:value``, quotes, comparators, AND, OR, NOT, ``-`` and parentheses.

Terms beside each other are joined by AND, which binds tighter than OR.
"""

import re
from dataclasses import dataclass
from typing import Any

TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\() | (?P<close>\)) |
        (?P<term>-?(?:[A-Za-z_][\w.\-]*:(?:<=|>=|<|>)?)?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s()"']+|(?<=:)))
    )""",
    re.VERBOSE,
)
TERM = re.compile(r"(?P<not>-?)(?:(?P<field>[A-Za-z_][\w.\-]*):)?(?P<comparator><=|>=|<|>)?(?P<value>.*)", re.DOTALL)
LIMITS = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}


@dataclass(frozen=True)
class Term:
    """One condition; ``field`` None is a word that may stand anywhere. ``quoted`` values are taken as a whole."""

    field: str | None
    comparator: str
    value: str
    quoted: bool

    def parsed(self) -> dict[str, Any]:
        """Return how Shopify shows the term among its warnings."""
        if self.field is None:
            return {"match_all": self.value}
        if self.comparator:
            return {"field": self.field, "range": {LIMITS[self.comparator]: self.value}}
        return {"field": self.field, "match_all": self.value}


@dataclass(frozen=True)
class Not:
    """Everything that the inner expression does not find."""

    inner: "Expression"

    def parsed(self) -> dict[str, Any]:
        """Return how Shopify shows the negation among its warnings."""
        return {"not": self.inner.parsed()}


@dataclass(frozen=True)
class Group:
    """Several expressions joined by one word, ``and`` or ``or``."""

    word: str
    members: "tuple[Expression, ...]"

    def parsed(self) -> dict[str, Any]:
        """Return how Shopify shows the group among its warnings."""
        return {self.word: [member.parsed() for member in self.members]}


Expression = Term | Not | Group


def parse(query: str) -> Expression | None:
    """Return what a query says; None where it says nothing. Text that fits no rule is read as a word."""
    reader = _Reader([match for match in TOKEN.finditer(query) if match.group().strip()])
    members = []
    while not reader.ended:
        member = reader.alternatives()
        if member is not None:
            members.append(member)
        reader.skip_close()
    return _joined("and", members)


def _joined(word: str, members: list[Expression]) -> Expression | None:
    if len(members) > 1:
        return Group(word, tuple(members))
    return members[0] if members else None


class _Reader:
    def __init__(self, tokens: list[re.Match[str]]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def ended(self) -> bool:
        return self._at >= len(self._tokens)

    def skip_close(self) -> None:
        if not self.ended and self._tokens[self._at]["close"]:
            self._at += 1

    def _word(self) -> str | None:
        return None if self.ended else self._tokens[self._at]["term"]

    def alternatives(self) -> Expression | None:
        """Return what stands up to the next closing parenthesis, or the end: conjunctions joined by OR."""
        members = []
        while True:
            member = self._conjunction()
            if member is not None:
                members.append(member)
            if self._word() != "OR":
                return _joined("or", members)
            self._at += 1

    def _conjunction(self) -> Expression | None:
        members = []
        while not self.ended and not self._tokens[self._at]["close"] and self._word() != "OR":
            if self._word() == "AND":
                self._at += 1
                continue
            member = self._one()
            if member is not None:
                members.append(member)
        return _joined("and", members)

    def _one(self) -> Expression | None:
        token = self._tokens[self._at]
        self._at += 1
        if token["open"]:
            inner = self.alternatives()
            self.skip_close()
            return inner
        if token["term"] == "NOT":
            negated = None if self.ended else self._one()
            return None if negated is None else Not(negated)
        if token["term"] == "-":
            return None if self.ended else self._negated()
        return _term(token["term"])

    def _negated(self) -> Expression | None:
        inner = self._one()
        return None if inner is None else Not(inner)


def _term(text: str) -> Expression:
    match = TERM.fullmatch(text)
    if match is None:
        return Term(None, "", text, False)
    value = match["value"]
    quoted = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
    if quoted:
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    term = Term(match["field"], match["comparator"] or "", value, quoted)
    return Not(term) if match["not"] else term
