"""The flows there are: the packages beside this module. A new flow is a new package and a mapping file; nothing else names it.

Each package has ``SCOPES``, ``automation.DEFINITIONS`` (its assets, job, sensors and schedules) and ``vocabulary.VOCABULARY`` (what its
mapping file may say).
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import dagster as dg

from posbridge_dagster.mapping import Vocabulary

_FLOWS = "posbridge_dagster.flows"


def flow_names() -> list[str]:
    """Return the names of all flows, in order."""
    return sorted(module.name for module in iter_modules([str(Path(__file__).parent)]) if module.ispkg)


def flow_definitions() -> Iterator[dg.Definitions]:
    """Yield what each flow brings to Dagster."""
    for flow in flow_names():
        yield import_module(f"{_FLOWS}.{flow}.automation").DEFINITIONS


def vocabularies() -> dict[str, Vocabulary[Any]]:
    """Return the vocabulary of each flow's mapping file, by the name of the flow."""
    return {flow: import_module(f"{_FLOWS}.{flow}.vocabulary").VOCABULARY for flow in flow_names()}


def scopes_of(flow: str) -> tuple[str, ...]:
    """Return the access scopes of the shop that a flow needs."""
    scopes: tuple[str, ...] = import_module(f"{_FLOWS}.{flow}").SCOPES
    return scopes
