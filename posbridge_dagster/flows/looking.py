"""A look at the other system: which of the records that are kept in step were edited there, in fields that the source keeps.

By day only what changed since the last look is read, by moment of change with an overlap because search lags; at night all of
it. What still says what the other system answered when it was last written was not edited, however that system writes it, so a
value that is rewritten there is never corrected twice. Moments of change are whole seconds: an edit in the very second in which
posbridge wrote the record is found by night.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from posbridge_dagster.ledger import Ledger, State
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.result import ResultRow
from posbridge_dagster.loading.seen import seen_at, seen_digest, seen_text
from posbridge_dagster.loading.works import IN_PROGRESS
from posbridge_dagster.model.outcome import Outcome

Node = dict[str, Any]


class Shop(Protocol):
    """How one kind of record is looked at."""

    @property
    def flow(self) -> str:
        """The flow whose ledger records they are."""
        ...

    @property
    def seen(self) -> str:
        """The kind of link that says how a record was when it was last written or looked at."""
        ...

    def changes(self, since: datetime) -> Iterable[tuple[str, str]]:
        """Yield target id and moment of change of what changed at a moment or later."""
        ...

    def read(self, target_ids: Collection[str]) -> Mapping[str, Node]:
        """Return the records with these target ids, those gone left out."""
        ...

    def number(self, item: Kept) -> str:
        """Return what a record is called in links."""
        ...

    def digest(self, node: Node) -> str:
        """Return a digest of what a record says."""
        ...

    def differing(self, item: Kept, node: Node, *, is_edited: bool) -> Collection[str]:
        """Return the fields in which a record is another than it should be; only ``is_edited`` ones can differ in what they say."""
        ...


@dataclass(frozen=True)
class Look:
    """What was found: the fields that drifted by source id, what to remember of the others, and the moment to look from next."""

    drifted: Mapping[str, Collection[str]]
    undrifted: Mapping[str, str]
    begun: datetime | None

    def remember(self, ledger: Ledger, shop: Shop, results: Iterable[ResultRow]) -> None:
        """Move the cursor behind what was looked at, unless something failed; the first look counts from when all is written."""
        if self.begun is None or any(row.outcome is Outcome.FAILED or row.code == IN_PROGRESS for row in results):
            return
        ledger.link(shop.seen, dict(self.undrifted))
        is_first = ledger.cursor(cursor_of(shop)) is None
        ledger.move_cursor(cursor_of(shop), (datetime.now(UTC) if is_first else self.begun).isoformat())


def cursor_of(shop: Shop) -> str:
    """Return the name of the cursor that says from when to look."""
    return f"{shop.flow}/looked_at_shop"


def look_at(shop: Shop, ledger: Ledger, items: Iterable[Kept], overlap: timedelta, *, everything: bool) -> Look:
    """Look at what changed in the shop, or with ``everything`` at every record, and return what drifted.

    Without a record that has a field of policy ``always`` nothing is asked. The first look has nothing to compare with; it
    only begins the count.
    """
    kept = {item.source_id: item for item in items if any(item.policies.get(name, "always") == "always" for name in item.fields)}
    if not kept:
        return Look({}, {}, None)
    begun = datetime.now(UTC)
    since = ledger.cursor(cursor_of(shop))
    if since is None:
        return Look({}, {}, begun)
    records = ledger.records(shop.flow, kept)
    written = {record.target_id: kept[key] for key, record in records.items() if record.state is State.DONE and record.target_id}
    seen = ledger.links(shop.seen, [shop.number(item) for item in written.values()])
    asked = list(written) if everything else _changed(shop, datetime.fromisoformat(since) - overlap, written, seen)
    drifted: dict[str, Collection[str]] = {}
    undrifted: dict[str, str] = {}
    for target_id, node in shop.read(asked).items():
        item = written[target_id]
        digest = shop.digest(node)
        differing = shop.differing(item, node, is_edited=digest != seen_digest(seen.get(shop.number(item), "")))
        if _always(item) & set(differing):
            drifted[item.source_id] = differing
        else:
            undrifted[shop.number(item)] = seen_text(node, digest)
    return Look(drifted, undrifted, begun)


def _changed(shop: Shop, since: datetime, written: Mapping[str, Kept], seen: Mapping[str, str]) -> list[str]:
    """Return what changed since a moment, without what has not changed since it was last written or looked at."""
    changes = {target_id: moment for target_id, moment in shop.changes(since) if target_id in written}
    return sorted(each for each, moment in changes.items() if seen_at(seen.get(shop.number(written[each]), "")) != moment)


def _always(item: Kept) -> set[str]:
    return {name for name in item.fields if item.policies.get(name, "always") == "always"}
