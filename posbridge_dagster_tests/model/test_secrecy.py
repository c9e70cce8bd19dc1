import pytest

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.model.secrecy import mask, redact

SECRET = "s3cr3t/with+signs"


@pytest.mark.parametrize(
    "text",
    [
        "https://api.example.nl:1234/?ident=shop&secret=s3cr3t",
        "HTTPConnectionPool: Max retries exceeded with url: /?secret=s3cr3t&ident=shop (Caused by ...)",
        "postgresql://ledger:s3cr3t@db.example.nl/posbridge",
        "token shpat_s3cr3t was refused",
        "client_secret=s3cr3t&grant_type=client_credentials",
    ],
)
def test_no_secret_is_left_in_a_text(text: str) -> None:
    assert "s3cr3t" not in redact(text)


def test_a_known_secret_is_hidden_wherever_it_stands() -> None:
    assert SECRET not in redact(f"the service said: bad pair shop/{SECRET}", SECRET)


def test_a_failure_never_shows_an_address_of_a_person_or_a_secret() -> None:
    failure = Refused("jan.jansen@example.nl at /?secret=abc", system="MplusKASSA", operation="createRelation")
    assert "jan.jansen" not in str(failure)
    assert "abc" not in str(failure)
    assert "createRelation" in str(failure)


def test_a_masked_value_shows_its_first_letter_only() -> None:
    assert mask("Jansen") == "J•••••"
    assert mask("J") == "J"
    assert mask(None) == mask("") == ""
