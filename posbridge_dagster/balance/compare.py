"""Compares two sides record by record and adds them up.

A difference is explained when the flow's result says why the record is not, or not yet, on the other side, or when it is the
rounding of VAT: a shop rounds VAT per line and a till per document, so a document's VAT may differ by half a cent per line
while its gross amount is the same. A refund's VAT is a share of its line's, cut to the cent: up to one cent per line.
"""

import pandas as pd

from posbridge_dagster.balance.shapes import BALANCE, DIFFERENCES

KEY = ["record_id", "measure", "part"]
GROUP = ["kind", "measure", "part"]
VAT_ROUNDING = "vat_rounding"


def differences(source: pd.DataFrame, target: pd.DataFrame, reasons: pd.DataFrame) -> pd.DataFrame:
    """Return DIFFERENCES: one row for each amount in which a record differs, with the reason that is known.

    ``source`` and ``target`` are ENTRIES, ``reasons`` has record_id, code and reason of records that are not as they should be.
    """
    both = pd.concat([source.assign(source=source["amount"], target=0), target.assign(source=0, target=target["amount"])])
    both = both.groupby(KEY, as_index=False).agg(
        name=("name", "first"), kind=("kind", "first"), source=("source", "sum"), target=("target", "sum")
    )
    both["difference"] = both["source"] - both["target"]
    off = both[both["difference"] != 0]
    known = reasons.drop_duplicates("record_id").set_index("record_id")
    off = off.assign(**{column: known[column].reindex(off["record_id"]).array for column in ("code", "reason")})
    rounding = _is_vat_rounding(off, source, target)
    off["code"] = off["code"].where(~rounding, VAT_ROUNDING).fillna("")
    off["reason"] = off["reason"].where(~rounding, "VAT is rounded per line on one side and per document on the other").fillna("")
    return DIFFERENCES.conform(off.sort_values(KEY, ignore_index=True))


def explained(found: pd.DataFrame, where: "pd.Series[bool]", code: str, reason: str) -> pd.DataFrame:
    """Return DIFFERENCES in which those rows of ``where`` that had no reason have this one."""
    rows = where & (found["code"] == "")
    return found.assign(code=found["code"].mask(rows, code), reason=found["reason"].mask(rows, reason))


def balance(source: pd.DataFrame, target: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return BALANCE: both sides added up per kind, measure and part, and how much of a difference is explained."""
    sums = pd.concat(
        [_sums(source, "amount", "source"), _sums(target, "amount", "target"), _sums(found[found["code"] != ""], "difference", "explained")]
    )
    whole = sums.groupby(GROUP, as_index=False).sum()
    whole["difference"] = whole["source"] - whole["target"]
    whole["unexplained"] = whole["difference"] - whole["explained"]
    return BALANCE.conform(whole)


def balances(whole: pd.DataFrame, found: pd.DataFrame) -> bool:
    """Return whether nothing is unexplained, in the sums and in any single record: errors that cancel out are errors."""
    return bool((whole["unexplained"] == 0).all()) and bool((found["code"] != "").all())


def _sums(entries: pd.DataFrame, amount: str, name: str) -> pd.DataFrame:
    sums: pd.DataFrame = entries.groupby(GROUP)[amount].sum().rename(name).reset_index()
    for other in ("source", "target", "explained"):
        if other != name:
            sums[other] = 0
    return sums


def _is_vat_rounding(off: pd.DataFrame, source: pd.DataFrame, target: pd.DataFrame) -> "pd.Series[bool]":
    """Return which differences of VAT are no more than rounding can come to, in records whose gross amounts agree."""
    gross = [side[side["measure"] == "gross"].groupby("record_id")["amount"].sum() for side in (source, target)]
    same = gross[0].index[gross[0].eq(gross[1].reindex(gross[0].index)).fillna(False)]
    lines = source[source["measure"] == "lines"].groupby("record_id")["amount"].sum()
    lines_of = lines.reindex(off["record_id"], fill_value=0).set_axis(off.index)
    allowed = lines_of.where(off["kind"] == "refund", lines_of // 2) + 1
    return (off["measure"] == "vat") & off["record_id"].isin(same) & (off["difference"].abs() <= allowed)
