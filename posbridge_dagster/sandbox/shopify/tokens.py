"""Access tokens: the permanent one, and those of the client credentials grant that end."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hmac import compare_digest


class Tokens:
    """Who may call. A token that was handed out does not end earlier tokens."""

    def __init__(self, permanent: str, client_id: str, client_secret: str, clock: Callable[[], datetime]) -> None:
        self._permanent, self._client_id, self._client_secret = permanent, client_id, client_secret
        self._clock = clock
        self._ends: dict[str, datetime] = {}

    def grant(self, form: dict[str, str], life_s: float) -> str | None:
        """Return a new token for the right client id and secret, or None."""
        right = compare_digest(form.get("client_id", "").encode(), self._client_id.encode()) and compare_digest(
            form.get("client_secret", "").encode(), self._client_secret.encode()
        )
        if not right:
            return None
        token = f"shpat_{secrets.token_hex(16)}"
        self._ends[token] = self._clock() + timedelta(seconds=life_s)
        return token

    def is_valid(self, token: str) -> bool:
        """Return whether a token is known and has not ended."""
        if compare_digest(token.encode(), self._permanent.encode()):
            return True
        ends = self._ends.get(token)
        return ends is not None and self._clock() < ends
