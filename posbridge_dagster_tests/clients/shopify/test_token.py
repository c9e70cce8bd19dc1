import json
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import parse_qs

import pytest

from posbridge_dagster.clients.failures import Busy, Misconfigured
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.pace import Pace
from posbridge_dagster.clients.shopify.token import ClientCredentials, FixedToken
from posbridge_dagster_tests.clients.shopify.scripted import QUICK, TOKEN, Received, Scripted, ScriptedShop, data


class Grants:
    """A shop that grants numbered tokens and answers only to the newest."""

    def __init__(self, life_s: int = 86_399) -> None:
        self.life_s = life_s
        self.numbers = count(1)
        self.valid = ""
        self.grants = 0
        self.form: dict[str, list[str]] = {}
        self.together = threading.Event()
        self.is_down = False

    def __call__(self, request: Received) -> Scripted:
        if self.is_down:
            return Scripted(status=503)
        if request.path == "/admin/oauth/access_token":
            self.form = parse_qs(request.body.decode())
            self.grants += 1
            self.together.wait(0.05)  # long enough for other threads to ask as well
            self.valid = f"shpat_{next(self.numbers)}"
            return Scripted(json.dumps({"access_token": self.valid, "scope": "read_orders", "expires_in": self.life_s}).encode())
        if request.headers["X-Shopify-Access-Token"] != self.valid:
            return Scripted(b'{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}', 401)
        return data({"ordersCount": {"count": 3, "precision": "EXACT"}})


def count_of(client: ShopifyClient) -> int:
    return int(client.execute(document("orders_count"), {"search": ""})["ordersCount"]["count"])


def test_a_token_is_asked_for_with_the_client_credentials_and_used() -> None:
    grants = Grants()
    with ScriptedShop(serve=grants) as shop:
        client = ShopifyClient(shop.origin, ClientCredentials(shop.origin, "app", "hush"), pace=Pace())
        assert count_of(client) == 3
        assert count_of(client) == 3
    assert grants.grants == 1
    assert grants.form == {"grant_type": ["client_credentials"], "client_id": ["app"], "client_secret": ["hush"]}


def test_it_is_renewed_at_four_fifths_of_its_life() -> None:
    now = [0.0]
    grants = Grants(life_s=1000)
    with ScriptedShop(serve=grants) as shop:
        tokens = ClientCredentials(shop.origin, "app", "hush", clock=lambda: now[0])
        first = tokens.token()
        now[0] = 799.0
        assert tokens.token() == first
        now[0] = 800.0
        assert tokens.token() != first
    assert grants.grants == 2


def test_a_refused_token_is_renewed_once_and_the_call_repeated() -> None:
    grants = Grants()
    with ScriptedShop(serve=grants) as shop:
        client = ShopifyClient(shop.origin, ClientCredentials(shop.origin, "app", "hush"), patience=QUICK, pace=Pace())
        assert count_of(client) == 3
        grants.valid = "revoked"
        assert count_of(client) == 3
    assert grants.grants == 2


def test_many_threads_and_clients_of_a_shop_renew_together_once() -> None:
    grants = Grants()
    with ScriptedShop(serve=grants) as shop:
        clients = [ShopifyClient(shop.origin, ClientCredentials(shop.origin, "app", "hush"), pace=Pace()) for _ in range(4)]
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(count_of, clients * 4)) == {3}
            assert grants.grants == 1
            grants.valid = "revoked"
            assert set(pool.map(count_of, clients * 4)) == {3}
    assert grants.grants == 2


def test_a_fixed_token_that_is_refused_is_a_setting_to_correct() -> None:
    with ScriptedShop(Scripted(b'{"errors":"[API] Invalid API key or access token"}', 401)) as shop:
        with pytest.raises(Misconfigured, match="SHOPIFY_ACCESS_TOKEN") as caught:
            count_of(shop.client())
        assert len(shop.received) == 1
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (Scripted(b'{"error":"invalid_client"}', 400), "invalid_client.*SHOPIFY_CLIENT_SECRET"),
        (Scripted(b"<html>Not found</html>", 404, content_type="text/html"), "404.*SHOPIFY_API_URL"),
        (Scripted(b"{}", 200), "no token in the answer"),
    ],
)
def test_credentials_that_are_refused_name_the_setting(answer: Scripted, named: str) -> None:
    with ScriptedShop(answer) as shop, pytest.raises(Misconfigured, match=named) as caught:
        ClientCredentials(shop.origin, "app", "hush-hush").token()
    assert "hush-hush" not in str(caught.value)


def test_a_shop_that_cannot_grant_now_is_asked_again_later() -> None:
    with ScriptedShop(Scripted(status=503)) as shop, pytest.raises(Busy, match="no token yet"):
        ClientCredentials(shop.origin, "app", "hush").token()


def test_an_early_renewal_that_fails_does_no_harm_while_the_old_token_lives() -> None:
    now = [0.0]
    grants = Grants(life_s=1000)
    with ScriptedShop(serve=grants) as shop:
        tokens = ClientCredentials(shop.origin, "app", "hush", clock=lambda: now[0])
        first = tokens.token()
        grants.is_down = True
        now[0] = 900.0
        assert tokens.token() == first
        now[0] = 1000.0
        with pytest.raises(Busy):
            tokens.token()


def test_neither_token_nor_secret_is_ever_shown() -> None:
    tokens = ClientCredentials("https://shop.example", "app", "hush-hush")
    assert "hush" not in repr(tokens) + repr(vars(FixedToken(TOKEN))).replace(TOKEN, "") + tokens.identity
    assert TOKEN not in repr(FixedToken(TOKEN)) + FixedToken(TOKEN).identity
    assert TOKEN not in repr(ShopifyClient("https://shop.example", FixedToken(TOKEN), pace=Pace()))


def test_an_empty_token_is_refused_at_once() -> None:
    with pytest.raises(Misconfigured, match="SHOPIFY_ACCESS_TOKEN"):
        FixedToken("  ")
