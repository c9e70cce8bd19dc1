"""How a record of the other system was when it was last written or looked at, as one short text: when it changed, and a digest."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_BETWEEN = " "


def digest_of(told: Mapping[str, Any]) -> str:
    """Return a digest of what a record says."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def seen_text(node: Mapping[str, Any], digest: str) -> str:
    """Return the text to remember of a record as it was answered."""
    return f"{node['updatedAt']}{_BETWEEN}{digest}"


def seen_at(text: str) -> str:
    """Return the moment of change in a remembered text, empty for none."""
    return text.partition(_BETWEEN)[0]


def seen_digest(text: str) -> str:
    """Return the digest in a remembered text, empty for none."""
    return text.partition(_BETWEEN)[2]
