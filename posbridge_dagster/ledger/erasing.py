"""Taking a person out of the ledger: what it remembers of records stays, what it says of people goes."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, null, or_, select, update

from posbridge_dagster.ledger.directory import normalised_email
from posbridge_dagster.ledger.scope import Section
from posbridge_dagster.ledger.tables import LINK, QUARANTINE, RELATION, RELATION_TEXTS
from posbridge_dagster.model.identity import email_key

ERASED: Mapping[str, Any] = {"erased": True}
_PERSON_KEYS = ("email", "customer_key", "relation_number")


class Erasing(Section):
    """Erases persons. Ids of records and systems stay: without them an order would be written twice."""

    def erase_person(self, emails: Collection[str], keys: Collection[str]) -> dict[str, int]:
        """Empty the copies of their relations, the payloads in quarantine that tell of them, and links by their e-mail address.

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
        self.database.wipe_remains()
        return {"relations": relations, "quarantine entries": len(told), "links": links}


def _tells_of(value: Any, emails: set[str], keys: set[str]) -> bool:
    """Return whether a payload names the person anywhere: an e-mail address, or a key under one of its usual names."""
    if isinstance(value, Mapping):
        named = any(str(value.get(name)) in keys for name in _PERSON_KEYS if value.get(name))
        return named or any(_tells_of(each, emails, keys) for each in value.values())
    if isinstance(value, (list, tuple)):
        return any(_tells_of(each, emails, keys) for each in value)
    return isinstance(value, str) and normalised_email(value) in emails
