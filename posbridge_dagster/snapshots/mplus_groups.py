"""The tree of article groups with its members, and which articles the families consist of, kept current by sync marker.

Membership stands on both sides, in the group and in the product, and it is not documented which marker moves with it. So a
group is read again when its own marker moved and when a product that is in it, or came into it, changed; the group's own list
of products is what counts. Deleted groups are kept as such, so that their collections can be dealt with; a group that a whole
reading no longer finds is deleted too.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from posbridge_dagster.clients.mplus.articles import products_since
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.groups import groups as groups_by_number
from posbridge_dagster.clients.mplus.groups import groups_since
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.model.frames import TEXT, WHOLE, YES_NO, Column, FrameShape

MARK = "marker"
OVERLAP = 20
"""Markers that are read again."""

TOP = 0
LONGEST_HANDLE = 200
NUMBERS = pa.list_(WHOLE)

GROUPS = FrameShape(
    "groups",
    ("group_number",),
    {
        "group_number": Column(WHOLE, "number of the group"),
        "parent_number": Column(WHOLE, "group it stands under; 0 at the top"),
        "level": Column(WHOLE, "1 at the top"),
        "name": Column(TEXT, "name"),
        "text": Column(TEXT, "text beside it"),
        "path": Column(TEXT, "names from the top down to its own, with / between them"),
        "path_handle": Column(TEXT, "the path in small letters, digits and hyphens"),
        "sort_order": Column(WHOLE, "its place among its siblings"),
        "families": Column(NUMBERS, "numbers of its products, in their order"),
        "deleted": Column(YES_NO, "it, or a group above it, was deleted"),
        "gone": Column(YES_NO, "it was itself deleted, or is no longer told of"),
        "sync_marker": Column(WHOLE, "marker of its newest state"),
    },
)

FAMILY_ARTICLES = FrameShape(
    "family_articles",
    ("article_number",),
    {
        "article_number": Column(WHOLE, "articleNumber; 0 stands for a family without articles"),
        "family_number": Column(WHOLE, "productNumber"),
        "ext_article_id": Column(TEXT, "extArticleId, a SKU that is no number"),
        "groups": Column(NUMBERS, "groups that its family is in"),
        "sync_marker": Column(WHOLE, "marker of the article, or of the family where that is newer"),
    },
)

Frames = dict[str, pd.DataFrame]


def read_groups(client: MplusClient, stored: Mapping[str, pd.DataFrame | None], *, everything: bool = False) -> Frames:
    """Return the frames ``groups`` and ``family_articles``: what is stored with what changed in its place, or all of it anew.

    ``everything`` reads all again and marks as deleted what is stored and no longer found. Raises the failures of the client.
    """
    known = {"groups": _usable(GROUPS, stored.get("groups")), "family_articles": _usable(FAMILY_ARTICLES, stored.get("family_articles"))}
    articles, touched = _read_articles(client, FAMILY_ARTICLES.frame() if everything else known["family_articles"])
    groups = _read_groups(client, known["groups"], touched, everything=everything)
    return {"groups": groups, "family_articles": articles}


def _usable(shape: FrameShape, stored: pd.DataFrame | None) -> pd.DataFrame:
    return stored if stored is not None and list(stored) == list(shape.columns) else shape.frame()


def _read_articles(client: MplusClient, known: pd.DataFrame) -> tuple[pd.DataFrame, set[int]]:
    """Return FAMILY_ARTICLES, and the groups that changed products are in or were in; none where nothing was known before."""
    mark = marker = int(known.attrs.get(MARK, 0))
    there = set(zip(known["article_number"], known["family_number"], known["sync_marker"], strict=True))
    fresh: dict[int, dict[str, Any]] = {}
    for products, next_marker in products_since(client, max(0, mark - OVERLAP)):
        marker = next_marker
        for row in (row for product in products for row in _articles(product)):
            if (row["article_number"], row["family_number"], row["sync_marker"]) not in there:
                fresh[row["article_number"] or -row["family_number"]] = row
    rows = FAMILY_ARTICLES.frame(fresh.values())
    changed = known["article_number"].isin(rows["article_number"]) & (known["article_number"] != 0)
    families = known["family_number"].isin(rows["family_number"])
    lists = [*known.loc[changed | families, "groups"], *rows["groups"]] if mark else []
    frame = _with_groups(pd.concat([known[~changed], rows], ignore_index=True), rows)
    frame.attrs = {MARK: max(marker, mark)}
    return frame, {int(group) for groups in lists for group in groups}


def _articles(product: Record) -> Iterable[dict[str, Any]]:
    groups, own = sorted(int(group) for group in product["groupNumbers"]), product.get("syncMarker") or 0
    common = {"family_number": product["productNumber"], "groups": groups}
    yield {**common, "article_number": 0, "sync_marker": own}
    for article in product["articleList"]:
        marker = max(own, article.get("syncMarker") or 0)
        external = article.get("extArticleId") or None
        yield {**common, "article_number": article["articleNumber"], "ext_article_id": external, "sync_marker": marker}


def _with_groups(frame: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Return the articles with the newest groups of their family, the newest row of each family kept."""
    frame = frame[(frame["article_number"] != 0) | ~frame.duplicated(["family_number", "article_number"], keep="last")]
    newest = dict(zip(fresh["family_number"], fresh["groups"], strict=True))
    groups = [newest.get(number, old) for number, old in zip(frame["family_number"], frame["groups"], strict=True)]
    frame = frame.assign(groups=pd.Series(groups, index=frame.index, dtype=pd.ArrowDtype(NUMBERS)))
    return FAMILY_ARTICLES.conform(frame.sort_values(["family_number", "article_number"], ignore_index=True))


def _read_groups(client: MplusClient, known: pd.DataFrame, touched: set[int], *, everything: bool) -> pd.DataFrame:
    mark = marker = 0 if everything else int(known.attrs.get(MARK, 0))
    there = set() if everything else set(zip(known["group_number"], known["sync_marker"], strict=True))
    fresh: dict[int, Record] = {}
    for rows, next_marker in groups_since(client, max(0, mark - OVERLAP)):
        marker = next_marker
        fresh |= {row["groupNumber"]: row for row in rows if (row["groupNumber"], row["syncMarker"]) not in there}
    again = sorted(touched - fresh.keys())
    fresh |= {row["groupNumber"]: row for row in groups_by_number(client, again)} if again else {}
    kept = known[~known["group_number"].isin(list(fresh))]
    if everything:
        kept = kept.assign(gone=True)
    frame = _placed(pd.concat([kept, GROUPS.frame(_group(row) for row in fresh.values())], ignore_index=True))
    frame.attrs = {MARK: max(marker, mark)}
    return frame


def _group(row: Record) -> dict[str, Any]:
    return {
        "group_number": row["groupNumber"],
        "parent_number": row.get("parentGroupNumber") or TOP,
        "name": row.get("name") or None,
        "text": row.get("text") or None,
        "sort_order": row.get("sortOrder") or 0,
        "families": [int(number) for number in row["productNumbers"]],
        "gone": bool(row.get("isDeleted")),
        "sync_marker": row.get("syncMarker") or 0,
    }


def _placed(groups: pd.DataFrame) -> pd.DataFrame:
    """Return the groups with level, path and whether they are deleted, which hang on those above them; parents come first."""
    rows = {int(row["group_number"]): row for row in groups.to_dict("records")}
    for number, row in rows.items():
        line = _line(number, rows)
        names = [str(each["name"]) if each["name"] is not pd.NA and each["name"] else str(each["group_number"]) for each in line]
        row["level"], row["path"] = len(line), " / ".join(names)
        row["path_handle"] = handle_of(names)
        row["deleted"] = any(bool(each["gone"]) for each in line)
    frame = GROUPS.frame({name: _plain(row[name]) for name in GROUPS.columns} for row in rows.values())
    return frame.sort_values(["level", "parent_number", "sort_order", "group_number"], ignore_index=True)


def _line(number: int, rows: Mapping[int, dict[Any, Any]]) -> list[dict[Any, Any]]:
    """Return the groups from the top down to one; a parent that is unknown, or stands below its own child, counts as the top."""
    line: list[dict[Any, Any]] = []
    seen: set[int] = set()
    while number in rows and number not in seen:
        seen.add(number)
        line.insert(0, rows[number])
        number = int(rows[number]["parent_number"])
    return line


def handle_of(names: Iterable[str]) -> str:
    """Return names as a handle of Shopify: small letters, digits and hyphens, accents taken off; of a long path its end."""
    text = unicodedata.normalize("NFKD", "-".join(names)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", text)[-LONGEST_HANDLE:].strip("-")


def _plain(value: Any) -> Any:
    return None if value is None or value is pd.NA else value
