"""The mapping file of the flow, read when a run needs it, so that an edit holds from the next run on."""

from posbridge_dagster.flows.products_to_mplus import FLOW
from posbridge_dagster.flows.products_to_mplus.options import ProductsToMplusOptions
from posbridge_dagster.flows.products_to_mplus.vocabulary import VOCABULARY
from posbridge_dagster.mapping import Mapping, load_mapping
from posbridge_dagster.settings import Settings


def read_mapping(settings: Settings) -> Mapping[ProductsToMplusOptions]:
    """Return the checked mapping; raises MappingFileError naming every fault with file, line and column."""
    return load_mapping(settings.mapping_file(FLOW), VOCABULARY)
