"""Relations that share an e-mail address or a telephone number, of which a shop can have only one.

An e-mail address is who somebody is: where it is not clear which of the relations is the customer, all of them wait for a
person. A telephone number is not: the relation that is a customer already, else the oldest, keeps it and the others go without.
"""

import pandas as pd

from posbridge_dagster.flows.verdicts import quarantine

KEY = "relation_number"
_NAMED = 5


def shared_emails(customers: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for every relation that shares its e-mail address and is not the one it clearly belongs to.

    It belongs to the only one that is linked to a customer, else to the only one that is not retired. Rows with an outcome
    do not take part.
    """
    sharing = _sharing(customers, "email")
    owner = _only(sharing, sharing["customer_id"].notna())
    owner = owner.where(owner.notna(), _only(sharing, sharing["active"].fillna(True)))
    rows = sharing[owner.isna() | (sharing[KEY] != owner)]
    named = rows["email"].map(_names(sharing, "email"))
    reasons = "relations " + named + " share an e-mail address: merge them in MplusKASSA, or give each its own"
    return quarantine(rows[[KEY]].astype({KEY: "string[pyarrow]"}), "shared_email", list(reasons))


def shared_phones(customers: pd.DataFrame) -> pd.DataFrame:
    """Return ``relation_number`` and ``left_out_reason`` of the relations whose telephone number another one keeps."""
    sharing = _sharing(customers, "phone")
    ranked = sharing.assign(rank=sharing["customer_id"].isna()).sort_values(["rank", KEY])
    keeper = ranked.drop_duplicates("phone").set_index("phone")[KEY].to_dict()
    rows = sharing[[KEY]].assign(keeper=[keeper[phone] for phone in sharing["phone"]])
    rows = rows[rows[KEY] != rows["keeper"]]
    reasons = [f"relation {number} has the same telephone number, which was left out here" for number in rows["keeper"]]
    return rows[[KEY]].assign(left_out_reason=reasons)


def _sharing(customers: pd.DataFrame, column: str) -> pd.DataFrame:
    rows = customers[(customers["outcome"] == "") & customers[column].notna()]
    return rows[rows.duplicated(column, keep=False)]


def _only(sharing: pd.DataFrame, among: pd.Series) -> pd.Series:
    """Return for each row the one relation of its group that is among the given ones, empty where there are none or several."""
    few = sharing[among].drop_duplicates("email", keep=False)
    numbers = dict(zip(few["email"], few[KEY], strict=True))
    return pd.Series([numbers.get(email) for email in sharing["email"]], index=sharing.index, dtype="int64[pyarrow]")


def _names(sharing: pd.DataFrame, column: str) -> dict[str, str]:
    """Return the numbers of each group in words; of very many the first ones."""
    groups: dict[str, list[str]] = {}
    for value, number in sharing.sort_values(KEY)[[column, KEY]].itertuples(index=False):
        groups.setdefault(value, []).append(str(number))
    return {value: _listed(numbers) for value, numbers in groups.items()}


def _listed(numbers: list[str]) -> str:
    named = ", ".join(numbers[:_NAMED])
    return named + (f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else "")
