"""Mapping files at work: YAML that says which records go on and what their target rows hold, evaluated on whole frames.

Pure: frames in, frames out; the only thing read is the mapping file.
"""

from posbridge_dagster.mapping.lookups import LookupTable
from posbridge_dagster.mapping.mapping import Mapped, Mapping
from posbridge_dagster.mapping.reading.complaints import Complaint, MappingFileError
from posbridge_dagster.mapping.reading.file import load_mapping
from posbridge_dagster.mapping.schema import json_schema
from posbridge_dagster.mapping.vocabulary import Source, SourceFrame, TargetField, TargetFrame, Vocabulary

__all__ = [
    "Complaint",
    "LookupTable",
    "Mapped",
    "Mapping",
    "MappingFileError",
    "Source",
    "SourceFrame",
    "TargetField",
    "TargetFrame",
    "Vocabulary",
    "json_schema",
    "load_mapping",
]
