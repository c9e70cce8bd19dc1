"""Every environment variable of posbridge: its type, default and unit.

With neither `SHOPIFY_API_URL` nor `MPLUS_API_URL` set, both point at posbridge's own sandbox on loopback. With one set and
the other not, posbridge refuses to start: half a sandbox and half a real shop is never what anybody wants.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SANDBOX_SHOPIFY_URL = "http://127.0.0.1:8701"
SANDBOX_MPLUS_URL = "http://127.0.0.1:8702"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(click.ClickException, ValueError):
    """The environment says something that cannot work; the text says which variable and what to do.

    A command line made with click, as Dagster's is, shows it as this one sentence and without a trace.
    """


class Settings(BaseSettings):
    """The settings of one pair of systems. Field descriptions are the lines of the table in the README."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    home: Path = Field(
        default=Path(".posbridge"), validation_alias="POSBRIDGE_HOME", description="folder of the embedded databases and frames"
    )
    mappings: Path = Field(default=Path("mappings"), validation_alias="POSBRIDGE_MAPPINGS", description="folder of the mapping files")
    database_url: str = Field(default="", validation_alias="POSBRIDGE_DATABASE_URL", description="ledger; empty = SQLite in the home")
    storage_url: str = Field(
        default="", validation_alias="POSBRIDGE_STORAGE_URL", description="frames as Parquet; empty = a folder in the home"
    )
    dry_run: bool = Field(default=False, validation_alias="POSBRIDGE_DRY_RUN", description="plan only: no run writes to the other system")
    shop: str = Field(default="", validation_alias="POSBRIDGE_SHOP", description="handle of the shop in external ids; empty = from the URL")
    administration: str = Field(
        default="", validation_alias="POSBRIDGE_ADMINISTRATION", description="name of the administration in the ledger"
    )
    timezone: str = Field(
        default="Europe/Amsterdam", validation_alias="POSBRIDGE_TIMEZONE", description="zone of the shop's day and of MplusKASSA"
    )
    first_day: date = Field(
        date(2009, 12, 1), validation_alias="POSBRIDGE_FIRST_DAY", description="first day that can be read or backfilled"
    )
    bulk_above: int = Field(
        default=2000, validation_alias="POSBRIDGE_BULK_ABOVE", description="orders a day above which one bulk query reads them"
    )
    unsent_minutes: int = Field(
        30, validation_alias="POSBRIDGE_UNSENT_MINUTES", description="age in minutes at which an unsent order fails a check"
    )
    overlap_minutes: int = Field(
        default=10, validation_alias="POSBRIDGE_OVERLAP_MINUTES", description="how far each read of changes looks back"
    )
    retry_budget_s: float = Field(
        120.0, validation_alias="POSBRIDGE_RETRY_BUDGET_S", description="seconds one call may be tried again in all"
    )
    read_timeout_s: float = Field(default=120.0, validation_alias="POSBRIDGE_READ_TIMEOUT_S", description="seconds to wait for one answer")

    automatic: bool = Field(
        default=False, validation_alias="POSBRIDGE_AUTOMATIC", description="sensors and schedules run from the start (sandbox: always)"
    )

    shopify_url: str = Field(default="", validation_alias="SHOPIFY_API_URL", description="origin of the shop; empty = the local sandbox")
    shopify_token: SecretStr = Field(default=SecretStr(""), validation_alias="SHOPIFY_ACCESS_TOKEN", description="fixed access token")
    shopify_client_id: str = Field(
        default="", validation_alias="SHOPIFY_CLIENT_ID", description="client credentials, with the secret below"
    )
    shopify_client_secret: SecretStr = Field(
        default=SecretStr(""), validation_alias="SHOPIFY_CLIENT_SECRET", description="renewed before they end"
    )
    shopify_version: str = Field(default="2026-10", validation_alias="SHOPIFY_API_VERSION", description="pinned version of the Admin API")

    mplus_url: str = Field(
        default="", validation_alias="MPLUS_API_URL", description="https://host:port of the administration; empty = sandbox"
    )
    mplus_ident: SecretStr = Field(default=SecretStr(""), validation_alias="MPLUS_API_IDENT", description="ident of the API partner")
    mplus_secret: SecretStr = Field(default=SecretStr(""), validation_alias="MPLUS_API_SECRET", description="secret of the API partner")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value} is no time zone; write it like Europe/Amsterdam") from error
        return value

    @field_validator("shopify_url", "mplus_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            right = not value or (parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0)
        except ValueError:
            right = False
        if not right:
            raise ValueError("this is no address; write it like https://example.myshopify.com or https://host:port")
        return value

    @model_validator(mode="after")
    def _both_systems_or_none(self) -> Self:
        if bool(self.shopify_url) != bool(self.mplus_url):
            given, missing = ("SHOPIFY_API_URL", "MPLUS_API_URL") if self.shopify_url else ("MPLUS_API_URL", "SHOPIFY_API_URL")
            raise ValueError(f"{given} is set and {missing} is not: set both for a real pair, or neither for the local sandbox")
        if not self.shopify_on_loopback and urlsplit(self.shopify_url).scheme != "https":
            raise ValueError("SHOPIFY_API_URL must begin with https://, so that the token is not sent in clear")
        if not self.shopify_on_loopback and not (self.shopify_token.get_secret_value() or self.shopify_client_id):
            raise ValueError("set SHOPIFY_ACCESS_TOKEN, or SHOPIFY_CLIENT_ID with SHOPIFY_CLIENT_SECRET, for the shop at SHOPIFY_API_URL")
        if bool(self.shopify_client_id) != bool(self.shopify_client_secret.get_secret_value()):
            raise ValueError("SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET only work together: set both")
        if not self.mplus_on_loopback and not (self.mplus_ident.get_secret_value() and self.mplus_secret.get_secret_value()):
            raise ValueError("set MPLUS_API_IDENT and MPLUS_API_SECRET for the administration at MPLUS_API_URL")
        return self

    @property
    def shopify_origin(self) -> str:
        """The origin the Shopify client talks to."""
        return (self.shopify_url or SANDBOX_SHOPIFY_URL).rstrip("/")

    @property
    def mplus_origin(self) -> str:
        """The address the MplusKASSA client talks to."""
        return (self.mplus_url or SANDBOX_MPLUS_URL).rstrip("/")

    @property
    def shopify_on_loopback(self) -> bool:
        """Whether the shop is a sandbox on this machine, whose credentials are known."""
        return urlsplit(self.shopify_origin).hostname in _LOOPBACK

    @property
    def mplus_on_loopback(self) -> bool:
        """Whether the administration is a sandbox on this machine, whose credentials are known."""
        return urlsplit(self.mplus_origin).hostname in _LOOPBACK

    @property
    def on_own_sandbox(self) -> bool:
        """Whether neither address is set, so that posbridge talks to its own sandbox at the usual ports."""
        return not (self.shopify_url or self.mplus_url)

    @property
    def shopify_credential(self) -> str:
        """The fixed access token, or an empty text where client credentials are used."""
        if self.shopify_client_id:
            return ""
        return self.shopify_token.get_secret_value() or "shpat_sandbox"

    @property
    def mplus_credentials(self) -> tuple[str, str]:
        """Ident and secret; on loopback those of the sandbox unless set."""
        return self.mplus_ident.get_secret_value() or "sandbox", self.mplus_secret.get_secret_value() or "sandbox-secret"

    @property
    def shop_handle(self) -> str:
        """The shop's part of external ids: `POSBRIDGE_SHOP`, else the name before `.myshopify.com`, else `sandbox`."""
        return self.shop or ("sandbox" if self.shopify_on_loopback else (urlsplit(self.shopify_origin).hostname or "shop").split(".")[0])

    @property
    def administration_name(self) -> str:
        """The administration's name in the ledger: `POSBRIDGE_ADMINISTRATION`, else `sandbox` or `main`."""
        return self.administration or ("sandbox" if self.mplus_on_loopback else "main")

    @property
    def ledger_url(self) -> str:
        """The SQLAlchemy URL of the ledger."""
        return self.database_url or f"sqlite:///{(self.home / 'ledger.db').absolute()}"

    @property
    def frames_url(self) -> str:
        """Where the frames live: a folder or an object store URL."""
        return self.storage_url or str((self.home / "frames").absolute())

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def runs_by_itself(self) -> bool:
        """Whether sensors and schedules are on until somebody turns them off: asked for, or a sandbox."""
        return self.automatic or (self.shopify_on_loopback and self.mplus_on_loopback)

    def mapping_file(self, flow: str) -> Path:
        """Return the mapping file of a flow."""
        return self.mappings / f"{flow}.yaml"


def read_settings() -> Settings:
    """Return the settings of this process's environment and `.env`; raises SettingsError in one sentence per fault."""
    try:
        return Settings()
    except ValidationError as error:
        faults = [f"{fault['loc'][0]}: {fault['msg']}" if fault["loc"] else fault["msg"] for fault in error.errors(include_input=False)]
        raise SettingsError("; ".join(fault.replace("Value error, ", "") for fault in faults)) from None


@lru_cache(maxsize=1)
def current_settings() -> Settings:
    """Return the settings, read once in a process (partition calendars need them when the definitions load)."""
    return read_settings()
