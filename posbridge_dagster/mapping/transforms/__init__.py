"""The transforms a mapping file may name; importing this package registers all of them in ``TRANSFORMS``."""

from posbridge_dagster.mapping.transforms import addresses, contacts, countries, moments, names, numbers, texts
from posbridge_dagster.mapping.transforms.registry import TRANSFORMS, Flaw, Parameter, Replacements, Transform

__all__ = [
    "TRANSFORMS",
    "Flaw",
    "Parameter",
    "Replacements",
    "Transform",
    "addresses",
    "contacts",
    "countries",
    "moments",
    "names",
    "numbers",
    "texts",
]
