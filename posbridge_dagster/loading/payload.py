"""The fingerprint of what is sent, so that a request that was refused is not sent again unchanged."""

import hashlib

import pandas as pd

_IGNORED = ("source_fingerprint", "created_at", "changed_at", "outcome", "code", "reason", "payload_fingerprint")


def payload_fingerprints(documents: pd.DataFrame, *parts: pd.DataFrame, key: str = "order_id") -> pd.Series:
    """Return one hash per document over its own columns and its rows in ``parts`` (lines, payments), in their order."""
    digests = {document: hashlib.sha256() for document in documents[key]}
    for frame in (documents.drop(columns=[name for name in _IGNORED if name in documents]), *parts):
        texts = frame.astype("string").fillna("\x00").agg("\x1f".join, axis=1) if len(frame) else pd.Series(dtype="string")
        for document, text in zip(frame[key], texts, strict=True):
            if document in digests:
                digests[document].update(text.encode() + b"\x1e")
    return documents[key].map({document: digest.hexdigest() for document, digest in digests.items()})
