"""The companies of a shop, found by their places, contacts, customers and external ids without a look at every one."""

from collections.abc import Iterator

from posbridge_dagster.sandbox.shopify.catalogue import Catalogue
from posbridge_dagster.sandbox.shopify.records import Company

Key = tuple[str, int | str]


def _keys(company: Company) -> Iterator[Key]:
    yield "external_id", company.external_id
    for place in company.places:
        yield "place", place.number
        yield "place_external_id", place.external_id
    for contact in company.contacts:
        yield "contact", contact.number
        yield "customer", contact.customer


class Companies(Catalogue[Company]):
    """All companies. One that was changed must be ``touch``ed, or it is found as it was."""

    def __init__(self) -> None:
        super().__init__({"updated_at": lambda company: company.updated_at, "id": lambda company: company.number})
        self._holders: dict[Key, list[int]] = {}
        self._keys: dict[int, list[Key]] = {}

    def add(self, record: Company) -> None:
        """Take a company in. Raises ValueError where its number is taken."""
        super().add(record)
        self._note(record)

    def touch(self, record: Company) -> None:
        """Bring the indexes up to date with a company that was changed."""
        super().touch(record)
        self._forget(record)
        self._note(record)

    def discard(self, record: Company) -> None:
        """Let go of a company."""
        super().discard(record)
        self._forget(record)

    def with_(self, kind: str, value: int | str) -> list[Company]:
        """Return the companies that have a place, contact, customer, external_id or place_external_id."""
        return [self.records[number] for number in self._holders.get((kind, value), ())] if value else []

    def _note(self, company: Company) -> None:
        self._keys[company.number] = list(dict.fromkeys(_keys(company)))
        for key in self._keys[company.number]:
            self._holders.setdefault(key, []).append(company.number)

    def _forget(self, company: Company) -> None:
        for key in self._keys.pop(company.number):
            self._holders[key].remove(company.number)
            if not self._holders[key]:
                del self._holders[key]
