"""What the pretend shop holds of collections: where their members come from, since 2026-07 as a list of sources."""

from dataclasses import dataclass, field
from datetime import datetime

from posbridge_dagster.sandbox.shopify.records import Metafield, Published


@dataclass(slots=True)
class Condition:
    """A rule about products. ``kind`` is the input's name of it, ``productTag``; numbers stand as text among the values."""

    number: int
    kind: str
    relation: str = ""
    match_type: str = ""
    values: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Selection:
    """A product that somebody chose by hand; without variants all of them."""

    product: int
    variants: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Side:
    """What a source takes in, or leaves out: by conditions (all of them or any), and by hand."""

    match_type: str = ""
    conditions: list[Condition] = field(default_factory=list)
    selections: list[Selection] = field(default_factory=list)


@dataclass(slots=True)
class Source:
    """Where members come from: a source with conditions and selections, or (without a ``target``) other collections."""

    number: int
    title: str
    target: str = "PRODUCTS"
    description: str = ""
    inclusion: Side = field(default_factory=Side)
    exclusion: Side = field(default_factory=Side)
    collections: list[int] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """Return the name of the source's type."""
        return "CollectionConditionsSource" if self.target else "CollectionSubCollectionsSource"


@dataclass(slots=True)
class Collection:
    """A collection of products.

    ``order`` is the order of a collection that is sorted by hand. ``before`` are the members it had before a change of its
    sources that is not worked off yet, None where nothing waits.
    """

    number: int
    title: str
    handle: str
    created_at: datetime
    updated_at: datetime
    seen_at: datetime
    sources: list[Source] = field(default_factory=list)
    description_html: str = ""
    sort_order: str = "BEST_SELLING"
    template_suffix: str = ""
    seo_title: str = ""
    seo_description: str = ""
    order: list[int] = field(default_factory=list)
    before: list[int] | None = None
    published: list[Published] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)

    @property
    def is_smart(self) -> bool:
        """Return whether conditions choose members of it."""
        return any(source.inclusion.conditions for source in self.sources)
