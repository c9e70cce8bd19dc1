"""Where each column of a mapped frame comes from: from the mapping file, and from what its flow adds to it."""

from collections.abc import Collection, Mapping
from typing import Any

import dagster as dg

from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.mapping import Mapping as MappingFile
from posbridge_dagster.mapping import Source

Sources = Mapping[str, Collection[str]]
"""Snapshot columns, written ``frame.column``, by the column of a mapped frame that is made of them."""


def column_lineage(
    mapping: MappingFile[Any], target: str, columns: Collection[str], beside_the_file: Sources, stands_for: Mapping[str, str]
) -> dg.TableColumnLineage:
    """Return the snapshot columns that each of the ``columns`` of a mapped frame is made of; a constant has none.

    ``beside_the_file`` is what the flow adds itself; ``stands_for`` names the column that a field of the file ends in, where it is
    no column of its own name.
    """
    sources = {column: [Source(*each.split(".")) for each in names] for column, names in beside_the_file.items()}
    for field, read in mapping.column_lineage(target).items():
        column = stands_for.get(field, field)
        if column in columns:
            sources[column] = list(dict.fromkeys([*sources.get(column, []), *(Source(*source) for source in read)]))
    flow = mapping.vocabulary.flow
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(frame_key(flow, source.frame, "snapshot"), source.column) for source in read]
            for column, read in sources.items()
            if read
        }
    )
