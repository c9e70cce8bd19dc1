"""The brake: a run that would change more than a set share of something stops before its first write."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from posbridge_dagster.loading.fields import field_of


class Braked(Exception):
    """Too much would change; the text says how much, and how to let the run go on."""


@dataclass(frozen=True)
class Brake:
    """Allows changes of ``fields`` in at most ``percent`` of the known records; ``least`` changes are always allowed.

    A field of a part of a record is named ``<part>.<field>`` and watched by its own name. Without fields, or when a person has
    ``released`` it for this run, nothing is held. ``deed`` says what is done to ``what``, where that is more than a change of fields.
    """

    fields: frozenset[str] = frozenset()
    what: str = "records"
    percent: Decimal = Decimal(100)
    least: int = 10
    released: bool = False
    deed: str = ""

    def check(self, changes: Sequence[Collection[str]], known: int) -> None:
        """Raise Braked when too many of the changes (the changed fields, one collection per record) touch the watched fields."""
        touched = sum(1 for fields in changes if self.fields.intersection(map(field_of, fields)))
        self.allow(touched, known)

    def allow(self, changed: int, known: int) -> None:
        """Raise Braked when ``changed`` of ``known`` records is more than the brake allows."""
        if not self.fields or self.released or changed <= self.least or changed * 100 <= self.percent * known:
            return
        deed = self.deed or f"change {', '.join(sorted(self.fields))} of"
        share = Decimal(changed * 100) / max(known, 1)
        raise Braked(
            f"this run would {deed} {changed} of {known} {self.what} ({share:.0f} %); more than "
            f"{self.percent.normalize():f} % is not done unasked, and nothing was written. Look at the plan (dry_run: true), then run it "
            f"again with release_brake: true in the run's config if it is meant"
        )
