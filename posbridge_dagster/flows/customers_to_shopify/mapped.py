"""From relations to what the customers of the shop should be: pure functions on frames.

Every relation is in the mapped frame exactly once, with an empty outcome or with the reason why it may not be written.
"""

import pandas as pd

from posbridge_dagster.flows.customers_to_shopify.options import CustomersToShopifyOptions
from posbridge_dagster.flows.customers_to_shopify.shapes import MAPPED_CUSTOMERS
from posbridge_dagster.flows.customers_to_shopify.sharing import shared_emails, shared_phones
from posbridge_dagster.flows.verdicts import first_verdicts, quarantine, verdicts_of_problems
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.outcome import Outcome

Flow = Mapping[CustomersToShopifyOptions]
KEY = "relation_number"
PHONE = "phone"


def map_customers(relations: pd.DataFrame, known: pd.DataFrame, mapping: Flow, shop: str, administration: str) -> pd.DataFrame:
    """Return MAPPED_CUSTOMERS: one customer in Shopify's terms per relation.

    ``relations`` is the snapshot, ``known`` KNOWN_CUSTOMERS, ``shop`` the handle by which relations that came from the shop are
    known, ``administration`` the name in custom ids.
    """
    options, frames = mapping.settings, {"relations": relations}
    mapped = mapping.apply("customers", frames)
    customers = _customers(relations, mapped.frame, known, shop, administration)
    phones = mapped.problems["field"] == PHONE
    waits = mapped.problems if options.unreadable_phone == "quarantine" else mapped.problems[~phones]
    verdicts = [
        _nobody(relations),
        _from_the_shop(customers, options),
        mapping.select(frames, "relations"),
        mapping.judge(frames, "relations"),
        _retired(customers),
        _text_keys(verdicts_of_problems(waits, KEY)),
        _without_contact(customers, options),
    ]
    customers = _judged(customers, verdicts)
    customers = _judged(customers, [_standing(customers), shared_emails(customers)])
    return MAPPED_CUSTOMERS.conform(_without_phones(customers, mapped.problems[phones]))


def _customers(relations: pd.DataFrame, mapped: pd.DataFrame, known: pd.DataFrame, shop: str, administration: str) -> pd.DataFrame:
    """Return the mapped fields with what every customer has whatever the mapping file says."""
    frame = relations[[KEY, "active", "ext_relation_id"]].merge(mapped, on=KEY).merge(known, on=KEY, how="left")
    frame["origin"] = frame["ext_relation_id"].fillna("").str.extract(rf"^shopify:{shop}:customer:(\d+)$", expand=False)
    frame["custom_id"] = administration + ":" + frame[KEY].astype("string[pyarrow]")
    frame["customer_id"] = frame["customer_id"].fillna(frame["origin"])
    return frame.drop(columns="ext_relation_id")


def _nobody(relations: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for relations that say nothing of anybody: a person who was erased, of whom nothing is emptied in the shop."""
    told = relations[["name", "company_name", "contact", "email"]].fillna("").agg("".join, axis=1) if len(relations) else relations["name"]
    return _skip(relations[told.str.strip() == ""], "nothing_known", "nothing is known of it, or not any more")


def _from_the_shop(customers: pd.DataFrame, options: CustomersToShopifyOptions) -> pd.DataFrame:
    rows = customers[customers["origin"].notna() & (options.from_this_shop == "link")]
    return _skip(rows, "came_from_shop", "it came from a customer of this shop and is linked to them")


def _retired(customers: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for retired relations that are no customer: none is made of them."""
    return _skip(customers[~customers["active"] & customers["customer_id"].isna()], "inactive", "it is retired and no customer of the shop")


def _without_contact(customers: pd.DataFrame, options: CustomersToShopifyOptions) -> pd.DataFrame:
    nameless = customers[["first_name", "last_name"]].isna().all(axis=1)
    unreachable = customers[["email", PHONE]].isna().all(axis=1) & customers["customer_id"].isna()
    reason = "it has neither an e-mail address nor a telephone number"
    if options.without_contact == "create":
        return _quarantine(customers[unreachable & nameless], "nothing_to_know_by", f"{reason}, nor a name")
    rows = customers[unreachable]
    return (_skip if options.without_contact == "skip" else _quarantine)(rows, "without_contact", reason)


def _standing(customers: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts that a frame already holds."""
    return _text_keys(customers.loc[customers["outcome"] != "", [KEY, "outcome", "code", "reason"]])


def _without_phones(customers: pd.DataFrame, unreadable: pd.DataFrame) -> pd.DataFrame:
    """Return the customers without the telephone numbers that they may not have, and why they go without."""
    shared = shared_phones(customers)
    notes = pd.concat(
        [
            shared.assign(left_out="shared_phone"),
            unreadable[[KEY]].assign(left_out="unreadable_phone", left_out_reason="its telephone number is none and was left out"),
        ],
        ignore_index=True,
    ).drop_duplicates(KEY)
    customers[PHONE] = customers[PHONE].where(~customers[KEY].isin(shared[KEY]))
    return customers.merge(notes, on=KEY, how="left").fillna({"left_out": "", "left_out_reason": ""})


def _judged(customers: pd.DataFrame, verdicts: list[pd.DataFrame]) -> pd.DataFrame:
    decided = first_verdicts([_text_keys(verdict) for verdict in verdicts], KEY).astype({KEY: "int64[pyarrow]"})
    bare = customers.drop(columns=[name for name in ("outcome", "code", "reason") if name in customers])
    return bare.merge(decided, on=KEY, how="left").fillna({"outcome": "", "code": "", "reason": ""})


def _text_keys(verdicts: pd.DataFrame) -> pd.DataFrame:
    return verdicts.astype({KEY: "string[pyarrow]"})


def _skip(rows: pd.DataFrame, code: str, reason: str) -> pd.DataFrame:
    return _text_keys(rows[[KEY]].assign(outcome=Outcome.SKIPPED.value, code=code, reason=reason))


def _quarantine(rows: pd.DataFrame, code: str, reason: str) -> pd.DataFrame:
    return _text_keys(quarantine(rows[[KEY]], code, reason))
