"""Local copies of MplusKASSA's articles and relations, kept current by sync marker.

One look-up here replaces a call per order line or customer. Relations hold personal data (name, addresses, e-mail,
telephone); they are kept because exact matching by e-mail cannot be asked of the administration.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Column, ColumnElement, Table, select

from posbridge_dagster.ledger.cursors import Cursors
from posbridge_dagster.ledger.scope import Section, batches
from posbridge_dagster.ledger.tables import ARTICLE, RELATION, columns_beside_scope

ARTICLES_MARKER = "mplus_articles"
RELATIONS_MARKER = "mplus_relations"


class Directory:
    """The articles and relations that are known of an administration."""

    def __init__(self, ledger: Section) -> None:
        self._database = ledger.database
        self._scope = ledger.scope
        self._cursors = Cursors(ledger.database, ledger.scope)

    def articles_marker(self) -> int | None:
        """Return the sync marker to ask articles from next (inclusive), None before the first read."""
        return self._marker(ARTICLES_MARKER)

    def store_articles(self, rows: Sequence[Mapping[str, object]], next_marker: int) -> None:
        """Store read articles and the marker to go on from, in one transaction.

        A copy never replaces one with a higher sync marker and the marker never goes back, so pages may be stored twice and
        by two runs at once. A member that a row lacks is empty; one that no column holds raises KeyError.
        """
        self._store(ARTICLE, "article_number", rows, ARTICLES_MARKER, next_marker)

    def articles(
        self, numbers: Iterable[int] = (), external_ids: Iterable[str] = (), barcodes: Iterable[str] = ()
    ) -> list[dict[str, object]]:
        """Return the articles that have one of the numbers, external ids or barcodes, by number, each once."""
        asked = {"article_number": numbers, "ext_article_id": filter(None, external_ids), "barcode": filter(None, barcodes)}
        return self._find(ARTICLE, "article_number", asked)

    def relations_marker(self) -> int | None:
        """Return the sync marker to ask relations from next (inclusive), None before the first read."""
        return self._marker(RELATIONS_MARKER)

    def store_relations(self, rows: Sequence[Mapping[str, object]], next_marker: int) -> None:
        """Store read relations and the marker to go on from, as ``store_articles`` does; e-mail addresses are normalised."""
        normal = [{**row, "email": normalised_email(row.get("email"))} for row in rows]
        self._store(RELATION, "relation_number", normal, RELATIONS_MARKER, next_marker)

    def relations(
        self, emails: Iterable[str] = (), numbers: Iterable[int] = (), external_ids: Iterable[str] = ()
    ) -> list[dict[str, object]]:
        """Return the relations that have one of the e-mail addresses, numbers or external ids, by number, each once."""
        asked = {
            "email": filter(None, map(normalised_email, emails)),
            "relation_number": numbers,
            "ext_relation_id": filter(None, external_ids),
        }
        return self._find(RELATION, "relation_number", asked)

    def _marker(self, name: str) -> int | None:
        marker = self._cursors.cursor(name)
        return None if marker is None else int(marker)

    def _store(self, table: Table, key: str, rows: Sequence[Mapping[str, object]], marker_name: str, next_marker: int) -> None:
        columns = columns_beside_scope(table)
        newest = _newest_copies(rows, key)
        full = [{**self._scope.columns(), **_full_row(columns, newest[number])} for number in sorted(newest)]
        statement = self._database.insert(table)
        stored = statement.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={column.name: statement.excluded[column.name] for column in columns if not column.primary_key},
            where=table.c.sync_marker <= statement.excluded.sync_marker,
        )
        with self._database.writing() as connection:
            for batch in batches(full):
                connection.execute(stored, batch)
            self._cursors.advance_cursor(connection, marker_name, next_marker)

    def _find(self, table: Table, key: str, asked: Mapping[str, Iterable[object]]) -> list[dict[str, object]]:
        columns = columns_beside_scope(table)
        found: dict[int, dict[str, object]] = {}
        with self._database.reading() as connection:
            for name, values in asked.items():
                for batch in batches(dict.fromkeys(values)):
                    matches: ColumnElement[bool] = table.c[name].in_(batch)
                    rows = connection.execute(select(*columns).where(self._scope.rows_of(table), matches)).mappings()
                    found |= {row[key]: dict(row) for row in rows}
        return [found[number] for number in sorted(found)]


def normalised_email(email: object) -> str:
    """Return an e-mail address as it is compared: without surrounding space, in lower case; empty for None."""
    return str(email or "").strip().lower()


def _newest_copies(rows: Iterable[Mapping[str, object]], key: str) -> dict[int, Mapping[str, object]]:
    newest: dict[int, Mapping[str, object]] = {}
    for row in sorted(rows, key=lambda row: int(str(row["sync_marker"]))):
        newest[int(str(row[key]))] = row
    return newest


def _full_row(columns: Sequence[Column[object]], row: Mapping[str, object]) -> dict[str, object]:
    unknown = set(row) - {column.name for column in columns}
    if unknown:
        raise KeyError(f"the directory has no column {', '.join(sorted(unknown))}")
    return {column.name: _value(column, row.get(column.name)) for column in columns}


def _value(column: Column[object], value: object) -> object:
    return "" if value is None and not column.nullable else value
