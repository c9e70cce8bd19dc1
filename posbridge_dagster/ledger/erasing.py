"""Taking a person out of the ledger: what it remembers of records stays, what it says of people goes."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, delete, null, or_, select, update

from posbridge_dagster.ledger.directory import normalised_email
from posbridge_dagster.ledger.entries import BEFORE
from posbridge_dagster.ledger.scope import Section
from posbridge_dagster.ledger.tables import CHANGE, LINK, QUARANTINE, RECORD, RELATION, RELATION_TEXTS
from posbridge_dagster.model.identity import email_key

ERASED: Mapping[str, Any] = {"erased": True}
_PERSON_KEYS = ("email", "customer_key", "relation_number")
_RELATION = "relation:"  # before the number, the id of a relation as a record


class Erasing(Section):
    """Erases persons. Ids of records and systems stay: without them an order would be written twice."""

    def erase_person(self, emails: Collection[str], keys: Collection[str]) -> dict[str, int]:
        """Empty the copies of their relations and the payloads in quarantine that tell of them, and take away what names them.

        That is links by their e-mail address, and the trail of what was changed of them.
        ``emails`` are e-mail addresses, ``keys`` customer keys and relation numbers. Returns how many of each there were.
        """
        addresses = {normalised_email(email) for email in emails}
        numbers = [int(key) for key in keys if key.isdigit()]
        with self.database.writing() as connection:
            theirs = or_(RELATION.c.email.in_(addresses), RELATION.c.relation_number.in_(numbers))
            emptied = update(RELATION).where(self.scope.rows_of(RELATION), theirs).values(dict.fromkeys(RELATION_TEXTS, ""))
            relations = connection.execute(emptied).rowcount
            known = select(QUARANTINE.c.flow, QUARANTINE.c.source_id, QUARANTINE.c.source_payload, QUARANTINE.c.target_payload)
            told = [
                row
                for row in connection.execute(known.where(self.scope.rows_of(QUARANTINE)))
                if _tells_of((row.source_payload, row.target_payload), addresses, set(keys))
            ]
            for row in told:
                these = self.scope.rows_of(QUARANTINE, flow=row.flow, source_id=row.source_id)
                connection.execute(update(QUARANTINE).where(these).values(source_payload=dict(ERASED), target_payload=null()))
            by_email = LINK.c.source_id.in_([email_key(email) for email in addresses])
            links = connection.execute(delete(LINK).where(self.scope.rows_of(LINK), by_email)).rowcount
            changes = self._erase_changes(connection, addresses, keys)
        self.database.wipe_remains()
        return {"relations": relations, "quarantine entries": len(told), "links": links, "changes": changes}

    def _erase_changes(self, connection: Connection, addresses: Collection[str], keys: Collection[str]) -> int:
        """Take away what was changed of a person, known by keys or by an e-mail address they have or had; return how much."""
        emails = select(CHANGE.c.source_id, CHANGE.c.before, CHANGE.c.after).where(self.scope.rows_of(CHANGE, field="email"))
        named = {row.source_id for row in connection.execute(emails) if _tells_of((row.before, row.after), set(addresses), set())}
        theirs = sorted(named | {f"{_RELATION}{key}" if key.isdigit() else key for key in keys})
        columns = (RECORD.c.flow, RECORD.c.source_id, RECORD.c.detail, RECORD.c.earlier)
        for row in connection.execute(select(*columns).where(self.scope.rows_of(RECORD), RECORD.c.source_id.in_(theirs))).all():
            this = self.scope.rows_of(RECORD, flow=row.flow, source_id=row.source_id)
            earlier = row.earlier and {**row.earlier, "detail": _without_values(row.earlier["detail"])}
            connection.execute(update(RECORD).where(this).values(detail=_without_values(row.detail), earlier=earlier))
        return connection.execute(delete(CHANGE).where(self.scope.rows_of(CHANGE), CHANGE.c.source_id.in_(theirs))).rowcount


def _without_values(detail: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a record's detail without the values of a write that has not ended."""
    return None if detail is None else {name: value for name, value in detail.items() if name != BEFORE}


def _tells_of(value: Any, emails: set[str], keys: set[str]) -> bool:
    """Return whether a payload names the person anywhere: an e-mail address, or a key under one of its usual names."""
    if isinstance(value, Mapping):
        named = any(str(value.get(name)) in keys for name in _PERSON_KEYS if value.get(name))
        return named or any(_tells_of(each, emails, keys) for each in value.values())
    if isinstance(value, (list, tuple)):
        return any(_tells_of(each, emails, keys) for each in value)
    return isinstance(value, str) and normalised_email(value) in emails
