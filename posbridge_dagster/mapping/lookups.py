"""Tables of values in a mapping file, matched as text, with what to do when a value is missing."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from posbridge_dagster.mapping.conversions import convert
from posbridge_dagster.mapping.kinds import ARROW, Kind, kind_of, series_of, values_of

Policy: TypeAlias = Literal["quarantine", "keep", "default"]


@dataclass(frozen=True)
class Found:
    """What a lookup gave: the values, and which rows held something the table does not hold."""

    values: pa.Array
    missing: pa.Array


@dataclass(frozen=True)
class LookupTable:
    """A table of values: what a key becomes, and the policy for a value that is no key.

    ``quarantine`` leaves it empty, ``keep`` passes it on as text, ``default`` gives ``default``, also for an empty value. An
    empty value is never missing; it is looked up when the table has the empty text as a key.
    """

    name: str
    kind: Kind
    values: dict[str, Any]
    policy: Policy
    default: Any = None

    @property
    def gives(self) -> Kind:
        """Return the kind of the values that come out."""
        return "text" if self.policy == "keep" else self.kind

    def apply(self, series: "pd.Series[Any]") -> tuple["pd.Series[Any]", "pd.Series[bool]"]:
        """Return the value of every row by policy, and the mask of rows that hold something the table does not.

        A whole number matches the key that is written the same way. Raises TypeError for a column no lookup can read.
        """
        arrow = pa.array(series, from_pandas=True).type
        kind = "text" if pa.types.is_null(arrow) else kind_of(arrow)
        if kind is None or not self.reads(kind):
            raise TypeError(f"lookup {self.name} cannot read a column of {arrow}; give it text or whole numbers")
        found = self.find(values_of(series, arrow, kind), kind)
        values, missing = series_of(found.values), series_of(found.missing)
        values.index = missing.index = series.index
        return values, missing

    @staticmethod
    def reads(kind: Kind) -> bool:
        """Tell whether values of a kind can be looked up."""
        return kind != "texts"

    def find(self, values: pa.Array, kind: Kind) -> Found:
        """Return what every value of a kind becomes, and which are missing."""
        texts = convert(values, kind, "text").result
        keys = pc.fill_null(texts, "")
        places = pc.index_in(keys, value_set=pa.array(self.values, ARROW["text"]))
        missing = pc.and_(pc.is_null(places), pc.not_equal(keys, ""))
        results = pa.array(list(self.values.values()), ARROW[self.kind]).take(places)
        if self.policy == "default":
            results = pc.fill_null(results, pa.scalar(self.default, ARROW[self.kind]))
        if self.policy == "keep":
            results = pc.if_else(missing, texts, convert(results, self.kind, "text").result)
        return Found(results, missing)
