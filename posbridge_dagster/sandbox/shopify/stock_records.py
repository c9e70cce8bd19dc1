"""What the pretend shop holds of stock: how much of an item is at a location, and who changed it why."""

from dataclasses import dataclass, field
from datetime import datetime

KEPT_NAMES = ("available", "committed", "damaged", "incoming", "quality_control", "reserved", "safety_stock")
ON_HAND = tuple(name for name in KEPT_NAMES if name != "incoming")
NAMES = tuple(sorted((*KEPT_NAMES, "on_hand")))


@dataclass(slots=True)
class Level:
    """The stock of one item at one location (InventoryLevel). An inactive level keeps its quantities and sells nothing."""

    item: int
    location: int
    created_at: datetime
    updated_at: datetime
    active: bool = True
    available: int = 0
    committed: int = 0
    damaged: int = 0
    incoming: int = 0
    quality_control: int = 0
    reserved: int = 0
    safety_stock: int = 0

    @property
    def on_hand(self) -> int:
        """Return what lies at the location: everything but what is on its way."""
        return sum(getattr(self, name) for name in ON_HAND)

    def quantity(self, name: str) -> int:
        """Return a quantity by its name, one of NAMES."""
        return int(getattr(self, name))

    def move(self, name: str, delta: int) -> None:
        """Change a quantity; on hand is what follows from the others, so it moves with what is available."""
        kept = "available" if name == "on_hand" else name
        setattr(self, kept, getattr(self, kept) + delta)


@dataclass(slots=True)
class Change:
    """One quantity that an adjustment changed; ``ledger_document`` is what the change was applied to."""

    name: str
    delta: int
    item: int
    location: int
    ledger_document: str = ""


@dataclass(slots=True)
class Adjustment:
    """Changes that an app made together (InventoryAdjustmentGroup)."""

    number: int
    at: datetime
    reason: str
    reference_document: str = ""
    changes: list[Change] = field(default_factory=list)
