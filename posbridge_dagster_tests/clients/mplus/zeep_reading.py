"""What zeep, an independent SOAP client, reads from the same bytes with the same WSDL."""

from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import requests
from zeep import Client
from zeep.xsd import CompoundValue

from posbridge_dagster.clients.mplus.reading import Record

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class ZeepReader:
    """Reads answers with zeep; the client is made once."""

    def __init__(self) -> None:
        self._client: Any = Client(  # type: ignore[no-untyped-call]
            str(files("posbridge_dagster.clients.mplus") / "mplusqapi.wsdl")
        )

    def read(self, operation: str, answer: bytes) -> Any:
        """Return what zeep makes of an answer; like its proxies it gives the only member of an answer itself."""
        response = requests.Response()
        response.status_code = 200
        response.headers["Content-Type"] = "text/xml; charset=utf-8"
        response._content = answer
        binding = self._client.service._binding
        return binding.process_reply(self._client, binding.get(operation), response)


def differences(ours: Any, zeeps: Any, path: str = "answer") -> Iterator[str]:
    """Yield every place where our reading says another thing than zeep's.

    Told apart on purpose, and translated here: zeep keeps the wrapper of a list, gives absent and empty members as None and
    leaves dates of the interface in parts.
    """
    if isinstance(ours, list):
        rows = _rows(zeeps)
        if len(ours) != len(rows):
            yield f"{path}: {len(ours)} entries, zeep has {len(rows)}"
        for number, (our, their) in enumerate(zip(ours, rows, strict=False)):
            yield from differences(our, their, f"{path}[{number}]")
    elif isinstance(ours, dict):
        yield from _member_differences(ours, zeeps, path)
    elif ours != _value(zeeps) and not (ours == "" and zeeps is None):
        yield f"{path}: {ours!r}, zeep has {zeeps!r}"


def _member_differences(ours: Record, zeeps: CompoundValue, path: str) -> Iterator[str]:
    for name in zeeps:
        if name in ours:
            yield from differences(ours[name], zeeps[name], f"{path}.{name}")
        elif zeeps[name] is not None:
            yield f"{path}.{name}: absent, zeep has {zeeps[name]!r}"
    for name in set(ours) - set(zeeps):
        yield f"{path}.{name}: zeep does not have it"


def _rows(zeeps: Any) -> list[Any]:
    if isinstance(zeeps, CompoundValue):
        names = list(zeeps)
        zeeps = zeeps[names[0]]
    return zeeps or []


def _value(zeeps: Any) -> Any:
    if not isinstance(zeeps, CompoundValue):
        return zeeps
    parts = {name: zeeps[name] for name in zeeps}
    if not parts["year"]:
        return None
    if "hour" not in parts:
        return date(parts["year"], parts["mon"], parts["day"])
    return datetime(parts["year"], parts["mon"], parts["day"], parts["hour"], parts["min"], parts["sec"], tzinfo=AMSTERDAM)
