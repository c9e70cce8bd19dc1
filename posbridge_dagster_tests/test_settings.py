from pathlib import Path

import click
import pytest

from posbridge_dagster.settings import Settings, SettingsError, read_settings

SHOP, TILL = "https://example.myshopify.com", "https://till.example.com:45211"
REAL = {
    "SHOPIFY_API_URL": SHOP,
    "SHOPIFY_ACCESS_TOKEN": "shpat_secret",
    "MPLUS_API_URL": TILL,
    "MPLUS_API_IDENT": "ident-4711",
    "MPLUS_API_SECRET": "secret-4711",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working folder and none of the variables."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    put(monkeypatch, **variables)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    return str(refused.value)


def test_with_nothing_set_it_is_the_own_sandbox_on_loopback(nothing_set: Path) -> None:
    settings = read_settings()
    assert settings.on_own_sandbox and settings.runs_by_itself
    assert (settings.shopify_origin, settings.mplus_origin) == ("http://127.0.0.1:8701", "http://127.0.0.1:8702")
    assert (settings.shop_handle, settings.administration_name) == ("sandbox", "sandbox")
    assert settings.ledger_url == f"sqlite:///{nothing_set / '.posbridge' / 'ledger.db'}"
    assert settings.frames_url == str(nothing_set / ".posbridge" / "frames")


def test_a_real_pair_is_named_after_its_shop_and_does_not_run_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, **REAL)
    settings = read_settings()
    assert (settings.shop_handle, settings.administration_name) == ("example", "main")
    assert not settings.on_own_sandbox and not settings.runs_by_itself
    put(monkeypatch, POSBRIDGE_SHOP="zwolle", POSBRIDGE_ADMINISTRATION="bv", POSBRIDGE_AUTOMATIC="1")
    settings = read_settings()
    assert (settings.shop_handle, settings.administration_name, settings.runs_by_itself) == ("zwolle", "bv", True)


@pytest.mark.parametrize(("given", "missing"), [("SHOPIFY_API_URL", "MPLUS_API_URL"), ("MPLUS_API_URL", "SHOPIFY_API_URL")])
def test_one_address_without_the_other_is_refused(monkeypatch: pytest.MonkeyPatch, given: str, missing: str) -> None:
    said = refusal(monkeypatch, **{given: "http://127.0.0.1:1"})
    assert said == f"{given} is set and {missing} is not: set both for a real pair, or neither for the local sandbox"


@pytest.mark.parametrize(
    ("without", "advice"),
    [
        ("SHOPIFY_ACCESS_TOKEN", "set SHOPIFY_ACCESS_TOKEN, or SHOPIFY_CLIENT_ID with SHOPIFY_CLIENT_SECRET"),
        ("MPLUS_API_SECRET", "set MPLUS_API_IDENT and MPLUS_API_SECRET"),
        ("MPLUS_API_IDENT", "set MPLUS_API_IDENT and MPLUS_API_SECRET"),
    ],
)
def test_a_real_system_needs_its_credentials(monkeypatch: pytest.MonkeyPatch, without: str, advice: str) -> None:
    assert advice in refusal(monkeypatch, **{name: value for name, value in REAL.items() if name != without})


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SHOPIFY_CLIENT_ID": "app"}, "SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET only work together"),
        ({"SHOPIFY_API_URL": "http://example.myshopify.com"}, "must begin with https://"),
        ({"SHOPIFY_API_URL": "example.myshopify.com"}, "SHOPIFY_API_URL: this is no address"),
        ({"MPLUS_API_URL": "till.example.com:45211"}, "MPLUS_API_URL: this is no address"),
        ({"MPLUS_API_URL": "https://till.example.com:port"}, "MPLUS_API_URL: this is no address"),
        ({"POSBRIDGE_TIMEZONE": "Amsterdam"}, "POSBRIDGE_TIMEZONE: Amsterdam is no time zone; write it like Europe/Amsterdam"),
        ({"POSBRIDGE_FIRST_DAY": "soon"}, "POSBRIDGE_FIRST_DAY: Input should be a valid date"),
    ],
)
def test_what_cannot_work_is_said_with_the_variable_and_without_a_secret(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    told = refusal(monkeypatch, **{**REAL, **variables})
    assert said in told
    assert "4711" not in told and "shpat" not in told


def test_several_faults_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    told = refusal(monkeypatch, POSBRIDGE_TIMEZONE="Amsterdam", POSBRIDGE_BULK_ABOVE="many")
    assert "POSBRIDGE_TIMEZONE" in told and "POSBRIDGE_BULK_ABOVE" in told


def test_a_command_line_shows_the_sentence_alone() -> None:
    assert issubclass(SettingsError, click.ClickException)


def test_the_env_file_is_read_and_the_process_wins(nothing_set: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (nothing_set / ".env").write_text("POSBRIDGE_TIMEZONE=Europe/Brussels\nPOSBRIDGE_UNSENT_MINUTES=5\nUNKNOWN=1\n")
    put(monkeypatch, POSBRIDGE_UNSENT_MINUTES="7", POSBRIDGE_STORAGE_URL="")
    settings = read_settings()
    assert (settings.timezone, settings.unsent_minutes) == ("Europe/Brussels", 7)
    assert settings.frames_url.endswith("frames")


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, **REAL)
    assert not any(secret in repr(read_settings()) + str(read_settings()) for secret in ("4711", "shpat_secret"))


def test_every_setting_has_one_line_that_explains_it() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description and "\n" not in field.description, name
        assert str(field.validation_alias).startswith(("POSBRIDGE_", "SHOPIFY_", "MPLUS_")), name
