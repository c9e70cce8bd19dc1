"""The two systems, the ledger and the frames as Dagster resources, made from the settings when a run starts.

Assets ask for a client by type (``shopify: dg.ResourceParam[ShopifyClient]``), so a test can pass any other.
"""

from collections.abc import Iterator

import dagster as dg

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.token import ClientCredentials, FixedToken, TokenSource
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.settings import Settings, read_settings
from posbridge_dagster.storage import FrameStore, ParquetFrames


def shopify_client(settings: Settings) -> ShopifyClient:
    """Return a client of the shop."""
    return ShopifyClient(
        settings.shopify_origin,
        _tokens(settings),
        version=settings.shopify_version,
        patience=Patience(budget_s=settings.retry_budget_s),
        answer_timeout_s=settings.read_timeout_s,
    )


def _tokens(settings: Settings) -> TokenSource:
    if not settings.shopify_client_id:
        return FixedToken(settings.shopify_credential)
    return ClientCredentials(settings.shopify_origin, settings.shopify_client_id, settings.shopify_client_secret.get_secret_value())


def mplus_client(settings: Settings) -> MplusClient:
    """Return a client of the administration."""
    ident, secret = settings.mplus_credentials
    return MplusClient(
        settings.mplus_origin,
        ident,
        secret,
        timezone=settings.timezone,
        read_timeout_s=settings.read_timeout_s,
        patience=Patience(budget_s=settings.retry_budget_s),
    )


def open_ledger(settings: Settings) -> Ledger:
    """Return the ledger of this pair of systems; its folder is made where it is missing. Raises LedgerFailure."""
    return Ledger.open(settings.ledger_url, shop=settings.shop_handle, administration=settings.administration_name)


@dg.resource
def settings_resource(_: dg.InitResourceContext) -> Settings:
    """Return the settings of this run's environment."""
    return read_settings()


@dg.resource(required_resource_keys={"settings"})
def shopify_resource(context: dg.InitResourceContext) -> Iterator[ShopifyClient]:
    """Hold a client of the shop for the run."""
    client = shopify_client(context.resources.settings)
    yield client
    client.close()


@dg.resource(required_resource_keys={"settings"})
def mplus_resource(context: dg.InitResourceContext) -> Iterator[MplusClient]:
    """Hold a client of the administration for the run."""
    client = mplus_client(context.resources.settings)
    yield client
    client.close()


@dg.resource(required_resource_keys={"settings"})
def ledger_resource(context: dg.InitResourceContext) -> Iterator[Ledger]:
    """Hold the ledger open for the run."""
    with open_ledger(context.resources.settings) as ledger:
        yield ledger


@dg.resource(required_resource_keys={"settings"})
def frame_store_resource(context: dg.InitResourceContext) -> FrameStore:
    """Return the store of the frames."""
    return FrameStore(context.resources.settings.frames_url)


@dg.io_manager(required_resource_keys={"frame_store"})
def frames_io_manager(context: dg.InitResourceContext) -> ParquetFrames:
    """Return the IO manager over the frame store."""
    return ParquetFrames(context.resources.frame_store)


RESOURCES = {
    "settings": settings_resource,
    "shopify": shopify_resource,
    "mplus": mplus_resource,
    "ledger": ledger_resource,
    "frame_store": frame_store_resource,
    "io_manager": frames_io_manager,
}
