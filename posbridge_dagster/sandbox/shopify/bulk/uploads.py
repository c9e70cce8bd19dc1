"""Files that an app uploads for a bulk mutation: a signed address, one try to fill it, 24 hours to do so.

By POST the file comes as a form with all parameters of the target before it; by PUT it is the body, and the address itself is
signed. The store that Shopify uses speaks XML.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, unquote
from uuid import uuid4

from posbridge_dagster.sandbox.system import Answer, Request

UPLOAD_PATH = "/staged-uploads/"
LEAST_BYTES, MOST_BYTES = 1, 104_857_600
LIFE = timedelta(hours=24)
FOLDERS = {"BULK_MUTATION_VARIABLES": "bulk", "URL_REDIRECT_IMPORT": "redirects"}
DISPOSITION = re.compile(rb'name="([^"]*)"(?:;\s*filename="([^"]*)")?', re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """Where one file may be put: the address and what must be sent with the file."""

    url: str
    resource_url: str
    parameters: tuple[tuple[str, str], ...]


class StagedUploads:
    """The addresses that were handed out, and the files that came."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._files: dict[str, bytes] = {}

    def file(self, path: str) -> bytes | None:
        """Return the file at a ``stagedUploadPath``; None where nobody put one."""
        return self._files.get(path)

    def target(self, origin: str, shop: int, resource: str, filename: str, mime_type: str, method: str) -> Target:
        """Hand out an address for a file."""
        key = f"tmp/{shop}/{FOLDERS.get(resource, 'files')}/{uuid4()}/{filename}"
        now = self._clock()
        if method == "PUT":
            ends = f"{now + LIFE:%Y%m%dT%H%M%SZ}"
            place = f"{origin}{UPLOAD_PATH}{quote(key)}"
            url = f"{place}?X-Goog-Expires={ends}&X-Goog-Signature={self._sign(key, ends)}"
            return Target(url, place, (("content_type", mime_type), ("acl", "private")))
        fields = {
            "Content-Type": mime_type,
            "success_action_status": "201",
            "acl": "private",
            "key": key,
            "x-goog-date": f"{now:%Y%m%dT%H%M%SZ}",
            "x-goog-credential": f"sandbox/{now:%Y%m%d}/auto/storage/goog4_request",
            "x-goog-algorithm": "GOOG4-HMAC-SHA256",
        }
        policy = self._policy(fields, now)
        parameters = (*fields.items(), ("x-goog-signature", self._sign(policy)), ("policy", policy))
        return Target(f"{origin}{UPLOAD_PATH}", f"{origin}{UPLOAD_PATH}", parameters)

    def _policy(self, fields: Mapping[str, str], now: datetime) -> str:
        conditions: list[object] = [{name: value} for name, value in fields.items()]
        conditions.append(["content-length-range", LEAST_BYTES, MOST_BYTES])
        policy = {"conditions": conditions, "expiration": f"{now + LIFE:%Y-%m-%dT%H:%M:%SZ}"}
        return base64.b64encode(json.dumps(policy, separators=(",", ":")).encode()).decode()

    def _sign(self, *texts: str) -> str:
        return hmac.new(self._secret, "\n".join(texts).encode(), hashlib.sha256).hexdigest()

    def take(self, request: Request) -> Answer:
        """Take a file in, or say why not."""
        if request.method == "PUT":
            return self._put(request)
        fields, file = read_form(request.headers.get("content-type", ""), request.body)
        policy = fields.get("policy", "")
        if not hmac.compare_digest(self._sign(policy), fields.get("x-goog-signature", "")):
            return _refused(403, "SignatureDoesNotMatch", "The request signature does not match the policy.")
        wanted = json.loads(base64.b64decode(policy))
        if f"{self._clock():%Y-%m-%dT%H:%M:%SZ}" > wanted["expiration"]:
            return _refused(400, "ExpiredToken", "Invalid argument: the policy document has expired.")
        for condition in wanted["conditions"]:
            if isinstance(condition, dict) and any(fields.get(name) != value for name, value in condition.items()):
                message = f"Policy did not match: the form must hold {next(iter(condition))} as it was handed out, before the file."
                return _refused(400, "InvalidPolicyDocument", message)
        if file is None:
            return _refused(400, "InvalidArgument", "The form must hold exactly one file, as its last field.")
        return self._keep(fields["key"], file, 201)

    def _put(self, request: Request) -> Answer:
        key, ends = unquote(request.path.removeprefix(UPLOAD_PATH)), request.query.get("X-Goog-Expires", "")
        if not hmac.compare_digest(self._sign(key, ends), request.query.get("X-Goog-Signature", "")):
            return _refused(403, "SignatureDoesNotMatch", "The request signature does not match.")
        if f"{self._clock():%Y%m%dT%H%M%SZ}" > ends:
            return _refused(400, "ExpiredToken", "The address has expired.")
        return self._keep(key, request.body, 200)

    def _keep(self, key: str, file: bytes, status: int) -> Answer:
        if len(file) < LEAST_BYTES:
            return _refused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size.")
        if len(file) > MOST_BYTES:
            return _refused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
        self._files[key] = file
        digest = hashlib.md5(file, usedforsecurity=False).hexdigest()
        body = f'<PostResponse><Bucket>sandbox-staged-uploads</Bucket><Key>{key}</Key><ETag>"{digest}"</ETag></PostResponse>'
        return Answer(f"<?xml version='1.0' encoding='UTF-8'?>{body}".encode(), status, "application/xml", wrote=True)


def _refused(status: int, code: str, message: str) -> Answer:
    text = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Answer(text.encode(), status, "application/xml")


def read_form(content_type: str, body: bytes) -> tuple[dict[str, str], bytes | None]:
    """Return the fields of a multipart form that stand before its file, and the file; None where there is none."""
    match = re.search(r'boundary="?([^";]+)"?', content_type)
    fields: dict[str, str] = {}
    if match is None:
        return fields, None
    for part in body.split(b"--" + match[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        named = DISPOSITION.search(head)
        value = content.removesuffix(b"\r\n")
        if named is None:
            continue
        if named[1] == b"file":
            return fields, value
        fields[named[1].decode()] = value.decode("utf-8", "replace")
    return fields, None
