"""One line of the doctor's report: well, note, ill, or not asked because something it needs is ill."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from posbridge_dagster.clients.failures import RemoteFailure
from posbridge_dagster.flows.failures import sentence
from posbridge_dagster.ledger import LedgerFailure
from posbridge_dagster.mapping import MappingFileError
from posbridge_dagster.storage import StorageFailure


class Health(StrEnum):
    """How a check ended. ``note`` is worth knowing and stops nothing; ``ill`` has to be mended before a run can be right."""

    WELL = "well"
    NOTE = "note"
    ILL = "ill"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Finding:
    """What a check found, in one sentence; where it is ill, with what to do."""

    health: Health
    says: str


def well(says: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(Health.WELL, says)


def note(says: str) -> Finding:
    """Return a finding that is worth knowing."""
    return Finding(Health.NOTE, says)


def ill(says: str) -> Finding:
    """Return a finding that somebody has to mend."""
    return Finding(Health.ILL, says)


@dataclass(frozen=True)
class Check:
    """One line to be filled in. ``needs`` names earlier checks without which this one can tell nothing new."""

    name: str
    look: Callable[[], Finding]
    needs: tuple[str, ...] = ()


def examine(checks: Iterable[Check]) -> Iterator[tuple[str, Finding]]:
    """Yield each check's name and finding. A check that fails is ill itself and hides no other but those that need it."""
    lame: set[str] = set()
    for check in checks:
        missing = [name for name in check.needs if name in lame]
        finding = Finding(Health.NOT_ASKED, f"needs: {', '.join(missing)}") if missing else _looked(check)
        if finding.health in (Health.ILL, Health.NOT_ASKED):
            lame.add(check.name)
        yield check.name, finding


def _looked(check: Check) -> Finding:
    try:
        return check.look()
    except (RemoteFailure, MappingFileError, LedgerFailure, StorageFailure, OSError) as failure:
        return ill(sentence(failure))
