"""The content of a document as one short hash per part, so that a later change is seen and can be named."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def parts_fingerprint(parts: Mapping[str, Any]) -> str:
    """Return the hash of each part as JSON with sorted keys, to be compared with ``fingerprint.changed_parts``."""
    hashes = {name: hashlib.sha256(json.dumps(part, default=str).encode()).hexdigest()[:12] for name, part in parts.items()}
    return json.dumps(hashes, sort_keys=True)
