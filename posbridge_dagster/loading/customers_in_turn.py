"""E-mail addresses and telephone numbers that change hands: who gives one up is written before who takes it, for each is unique."""

from collections.abc import Iterator, Sequence

from posbridge_dagster.clients.shopify.customers import current
from posbridge_dagster.loading.works import Work

Contact = tuple[str, str]

_CONTACTS = ("email", "phone")


def in_turn(works: Sequence[Work]) -> Iterator[list[Work]]:
    """Yield works in groups that can be written at the same time, one group after the other; those that wait for each other together.

    ``found`` of a work is the customer as ``clients.shopify.customers`` reads them.
    """
    waiting = [work for work in works if _given_up(work)]
    while waiting:
        owner = {contact: work.item.source_id for work in waiting for contact in _given_up(work)}
        ready = [work for work in waiting if {owner.get(contact, "") for contact in _wanted(work)} <= {"", work.item.source_id}]
        yield ready or waiting
        done = {work.item.source_id for work in ready or waiting}
        waiting = [work for work in waiting if work.item.source_id not in done]
    if others := [work for work in works if not _given_up(work)]:
        yield others


def _given_up(work: Work) -> set[Contact]:
    """Return the contacts that the customer has and may have no more after this work."""
    has = {name: current(work.found, name) for name in _CONTACTS if name in work.fields} if work.found else {}
    return {(name, str(value).casefold()) for name, value in has.items() if value}


def _wanted(work: Work) -> set[Contact]:
    return {(name, str(work.item.fields[name]).casefold()) for name in _CONTACTS if name in work.fields}
