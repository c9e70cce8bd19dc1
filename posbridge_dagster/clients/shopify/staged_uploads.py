"""Files of lines for bulk mutations, put where Shopify can read them."""

from typing import Any
from urllib.parse import urlsplit

import requests

from posbridge_dagster.clients.failures import UnknownOutcome
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.clients.shopify.transport import USER_AGENT, is_loopback

KIND = "text/jsonl"


def upload_lines(client: ShopifyClient, filename: str, content: bytes, *, answer_timeout_s: float = 300.0) -> str:
    """Upload JSON lines and return the path by which a bulk mutation names them. Nothing in the shop is changed by it.

    Raises UnknownOutcome when the file did not arrive whole.
    """
    asked = {"resource": "BULK_MUTATION_VARIABLES", "filename": filename, "mimeType": KIND, "httpMethod": "POST"}
    data = client.execute(document("staged_uploads_create"), {"input": [asked]}, repeatable=True)
    target: Node = data["stagedUploadsCreate"]["stagedTargets"][0]
    parameters = {row["name"]: row["value"] for row in target["parameters"]}

    def send() -> None:
        _send(target["url"], parameters, filename, content, answer_timeout_s)

    client.patience.retry(send, repeatable=True)
    return str(parameters["key"])


def _send(url: str, parameters: dict[str, str], filename: str, content: bytes, answer_timeout_s: float) -> None:
    host = urlsplit(url).hostname or ""
    if urlsplit(url).scheme != "https" and not is_loopback(host):
        raise _lost(f"an upload is offered at {host} without encryption")
    form: list[tuple[str, Any]] = [(name, (None, value)) for name, value in parameters.items()]
    with requests.Session() as session:
        session.trust_env = not is_loopback(host)
        try:  # the file comes last in the form, as the store demands
            files = [*form, ("file", (filename, content, KIND))]
            answer = session.post(url, files=files, timeout=(10.0, answer_timeout_s), headers={"User-Agent": USER_AGENT})
        except requests.RequestException as error:
            raise _lost(
                f"the upload to {host} ended without an answer ({type(error).__name__})"
            ) from None  # its text may hold the signature
    if answer.status_code not in (200, 201, 204):
        raise _lost(f"HTTP {answer.status_code} from {host}")


def _lost(message: str) -> UnknownOutcome:
    return UnknownOutcome(message, system="Shopify", operation="StagedUpload", code="upload")
