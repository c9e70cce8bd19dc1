"""Pairs of ids that mean the same thing on both sides, such as an article and a variant."""

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, or_, select

from posbridge_dagster.ledger.scope import Section, batches
from posbridge_dagster.ledger.tables import LINK


class Links(Section):
    """Links by kind (article, relation, group, order); a source id has one target, a target may have several sources."""

    def link(self, kind: str, pairs: Mapping[str, str]) -> None:
        """Remember pairs of source id and target id; an earlier target of a source id is replaced."""
        statement = self.database.insert(LINK)
        linked = statement.on_conflict_do_update(
            index_elements=list(LINK.primary_key),
            set_={"target_id": statement.excluded.target_id, "linked_at": statement.excluded.linked_at},
        )
        for batch in batches(sorted(pairs)):
            with self.database.writing() as connection:
                moment = self.database.moment(connection)
                common = {**self.scope.columns(), "kind": kind, "linked_at": moment}
                connection.execute(linked, [{**common, "source_id": each, "target_id": pairs[each]} for each in batch])

    def links(self, kind: str, source_ids: Iterable[str]) -> dict[str, str]:
        """Return the target id of each source id that is linked."""
        found: dict[str, str] = {}
        with self.database.reading() as connection:
            for batch in batches(dict.fromkeys(source_ids)):
                query = select(LINK.c.source_id, LINK.c.target_id).where(self.scope.rows_of(LINK, kind=kind), LINK.c.source_id.in_(batch))
                found |= {row.source_id: row.target_id for row in connection.execute(query)}
        return found

    def links_back(self, kind: str, target_ids: Iterable[str]) -> dict[str, list[str]]:
        """Return the source ids, in order, of each target id that is linked."""
        found: dict[str, list[str]] = {}
        with self.database.reading() as connection:
            for batch in batches(dict.fromkeys(target_ids)):
                query = select(LINK.c.source_id, LINK.c.target_id).where(self.scope.rows_of(LINK, kind=kind), LINK.c.target_id.in_(batch))
                for row in connection.execute(query):
                    found.setdefault(row.target_id, []).append(row.source_id)
        return {target_id: sorted(sources) for target_id, sources in found.items()}

    def links_of(self, ids: Iterable[str]) -> list[tuple[str, str, str]]:
        """Return the links of every kind that have one of these ids on either side, as (kind, source id, target id), in order."""
        found: set[tuple[str, str, str]] = set()
        with self.database.reading() as connection:
            for batch in batches(dict.fromkeys(ids)):
                named = or_(LINK.c.source_id.in_(batch), LINK.c.target_id.in_(batch))
                query = select(LINK.c.kind, LINK.c.source_id, LINK.c.target_id).where(self.scope.rows_of(LINK), named)
                found |= {(row.kind, row.source_id, row.target_id) for row in connection.execute(query)}
        return sorted(found)

    def unlink(self, kind: str, source_ids: Iterable[str]) -> int:
        """Forget the links of these source ids; return how many there were."""
        forgotten = 0
        for batch in batches(sorted(set(source_ids))):
            with self.database.writing() as connection:
                these = (self.scope.rows_of(LINK, kind=kind), LINK.c.source_id.in_(batch))
                forgotten += connection.execute(delete(LINK).where(*these)).rowcount
        return forgotten
