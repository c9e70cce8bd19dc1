"""From groups to what the collections of the shop should be: pure functions on frames.

Every group is in the mapped frame exactly once, with an empty outcome or with the reason why it may not be written.
"""

from collections.abc import Mapping as MappingOf

import pandas as pd

from posbridge_dagster.flows.categories_to_shopify.options import CategoriesToShopifyOptions
from posbridge_dagster.flows.categories_to_shopify.shapes import MAPPED_COLLECTIONS, MAPPED_MEMBERS
from posbridge_dagster.flows.verdicts import first_verdicts, verdicts_of_problems
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.outcome import Outcome

Flow = Mapping[CategoriesToShopifyOptions]
Frames = MappingOf[str, pd.DataFrame]
KEY = "group_number"
_NAMED = 20  # waiting families named; the rest are counted


def map_collections(frames: Frames, mapping: Flow, administration: str) -> dict[str, pd.DataFrame]:
    """Return the frames ``collections`` and ``collection_products`` in Shopify's terms.

    ``frames`` are the snapshots ``groups``, ``known_products`` and ``known_collections``, ``administration`` the name in custom ids.
    """
    options, groups = mapping.settings, frames["groups"]
    mapped = mapping.apply("collections", {"groups": groups})
    families = _families(groups, options).merge(frames["known_products"], on="family_number", how="left")
    members = families[families["product_id"].notna()].drop_duplicates([KEY, "product_id"])
    collections = groups[[KEY, "parent_number", "deleted"]].merge(mapped.frame, on=KEY)
    collections = collections.merge(frames["known_collections"], on=KEY, how="left")
    collections["custom_id"] = administration + ":" + collections[KEY].astype("string[pyarrow]")
    collections["parent_id"] = administration + ":" + collections["parent_number"].astype("string[pyarrow]")
    collections["handle"] = _unique(collections)
    collections["members"] = collections[KEY].map(members[KEY].value_counts()).astype("int64[pyarrow]").fillna(0)
    collections["waiting"] = _waiting(collections[KEY], families[families["product_id"].isna()])
    collections["ending"] = options.deleted
    collections["ending"] = collections["ending"].where(collections["deleted"] & (options.deleted != "keep"), "")
    verdicts = [
        _deleted(collections, options),
        _text_keys(mapping.select({"groups": groups}, "groups")),
        _text_keys(mapping.judge({"groups": groups}, "groups")),
        _text_keys(verdicts_of_problems(mapped.problems, KEY)),
    ]
    decided = first_verdicts(verdicts, KEY).astype({KEY: "int64[pyarrow]"})
    judged = collections.merge(decided, on=KEY, how="left").fillna({"outcome": "", "code": "", "reason": ""})
    return {"collections": MAPPED_COLLECTIONS.conform(judged), "collection_products": MAPPED_MEMBERS.conform(members)}


def _families(groups: pd.DataFrame, options: CategoriesToShopifyOptions) -> pd.DataFrame:
    """Return ``group_number`` and ``family_number`` of the groups that are not deleted, those of sub-groups where they count."""
    live = groups[~groups["deleted"]]
    held: dict[int, dict[int, None]] = {int(row[KEY]): dict.fromkeys(map(int, row["families"])) for row in live.to_dict("records")}
    if options.members == "with_sub_groups":
        for row in reversed(live.to_dict("records")):  # parents come first in the snapshot, so here the deepest do
            if int(row["parent_number"]) in held:
                held[int(row["parent_number"])] |= held[int(row[KEY])]
    pairs = [(group, family) for group, families in held.items() for family in families]
    return pd.DataFrame(pairs, columns=[KEY, "family_number"]).astype("int64[pyarrow]")


def _unique(collections: pd.DataFrame) -> pd.Series:
    """Return the handles; of several groups with the same one, all but the first end in their own number."""
    ranked = collections.sort_values(["deleted", KEY])
    again = ranked["handle"].notna() & ranked.duplicated("handle")
    numbered = ranked["handle"] + "-" + ranked[KEY].astype("string[pyarrow]")
    return ranked["handle"].where(~again, numbered).sort_index()


def _waiting(group_numbers: pd.Series, families: pd.DataFrame) -> pd.Series:
    waiting: dict[int, list[str]] = {}
    for group, family in zip(families[KEY], families["family_number"], strict=True):
        waiting.setdefault(int(group), []).append(str(family))
    texts = [_listed(waiting.get(int(number), [])) for number in group_numbers]
    return pd.Series(texts, index=group_numbers.index, dtype="string[pyarrow]")


def _listed(numbers: list[str]) -> str:
    rest = len(numbers) - _NAMED
    return ", ".join(numbers[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _deleted(collections: pd.DataFrame, options: CategoriesToShopifyOptions) -> pd.DataFrame:
    """Return the verdict ``skipped`` for deleted groups without a collection, or whose collection stays as it is."""
    gone = collections[collections["deleted"]]
    kept = gone if options.deleted == "keep" else gone[gone["collection_id"].isna()]
    reasons = kept["collection_id"].isna().map({True: "it was deleted and has no collection", False: "it was deleted; deleted: keep"})
    verdict = kept[[KEY]].assign(outcome=Outcome.SKIPPED.value, code="deleted", reason=reasons.astype("string[pyarrow]"))
    return _text_keys(verdict)


def _text_keys(verdicts: pd.DataFrame) -> pd.DataFrame:
    return verdicts.astype({KEY: "string[pyarrow]"})
