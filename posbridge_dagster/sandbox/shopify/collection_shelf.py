"""The collections of a shop, by number and by handle."""

from posbridge_dagster.sandbox.shopify.catalogue import Catalogue
from posbridge_dagster.sandbox.shopify.collection_records import Collection


class Collections(Catalogue[Collection]):
    """All collections. No two have one handle."""

    def __init__(self) -> None:
        super().__init__({"updated_at": lambda collection: collection.updated_at, "id": lambda collection: collection.number})
        self.by_handle: dict[str, int] = {}

    def add(self, record: Collection) -> None:
        """Take a collection in. Raises ValueError where its number is taken."""
        super().add(record)
        self.by_handle[record.handle] = record.number

    def discard(self, record: Collection) -> None:
        """Let go of a collection; others that took members from it do so no longer."""
        super().discard(record)
        del self.by_handle[record.handle]
        for other in self:
            for source in other.sources:
                source.collections = [number for number in source.collections if number != record.number]

    def rename(self, collection: Collection, handle: str) -> None:
        """Give a collection another handle."""
        self.by_handle.pop(collection.handle, None)
        collection.handle = handle
        self.by_handle[handle] = collection.number

    def free_handle(self, handle: str) -> str:
        """Return a handle that no collection has: this one, or with the first free number."""
        number, free = 0, handle
        while free in self.by_handle:
            number += 1
            free = f"{handle}-{number}"
        return free
