"""The mapping file of the flow, looked at when a run needs it, so that an edit holds from the next run on."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.flows.orders_to_mplus.vocabulary import VOCABULARY
from posbridge_dagster.mapping import Mapping, load_mapping
from posbridge_dagster.settings import Settings


def read_mapping(settings: Settings) -> Mapping[OrdersToMplusOptions]:
    """Return the checked mapping; raises MappingFileError naming every fault with file, line and column."""
    file = settings.mapping_file(FLOW)
    return _checked(file, _digest(file))


@lru_cache(maxsize=8)
def _checked(file: Path, digest: str) -> Mapping[OrdersToMplusOptions]:
    """Return the mapping of a file; checked once for what it says, every step of a run asks for it."""
    return load_mapping(file, VOCABULARY)


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
