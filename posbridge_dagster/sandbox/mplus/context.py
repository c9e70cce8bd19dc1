"""What an operation has at hand while it carries out one call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from posbridge_dagster.sandbox.mplus.books import Books
from posbridge_dagster.sandbox.mplus.envelopes import SoapFault
from posbridge_dagster.sandbox.mplus.moments import Parts, as_date, as_moment
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.versions import Version

Moment = TypeVar("Moment", date, datetime)


@dataclass
class Context:
    """One call: the books, the settings of the installation, the moment, and what the call has to report.

    An operation sets ``wrote`` when it changed the books.
    """

    books: Books
    switches: Mapping[str, Any]
    version: Version
    zone: ZoneInfo
    now: datetime
    notes: list[str] = field(default_factory=list)
    wrote: bool = False

    @property
    def today(self) -> date:
        """Return the business day: the date on the wall clock of the installation."""
        return self.now.astimezone(self.zone).date()

    def date_in(self, message: Message, name: str) -> date | None:
        """Return a date member; raises SoapFault (Client) where there is no such day."""
        return self._read(as_date, message, name)

    def moment_in(self, message: Message, name: str) -> datetime | None:
        """Return a moment member in UTC; raises SoapFault (Client) where there is no such moment."""
        return self._read(lambda parts: as_moment(parts, self.zone), message, name)

    def _read(self, convert: Callable[[Parts | None], Moment | None], message: Message, name: str) -> Moment | None:
        try:
            return convert(message.get(name))
        except (ValueError, OverflowError) as error:
            raise SoapFault("Client", f"{name}: {error}") from error


def identifier(text: str | None) -> UUID | None:
    """Return an internal id, dashed or not, whatever its case; None for what cannot be one."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


Perform = Callable[[Message, Context], Message]
