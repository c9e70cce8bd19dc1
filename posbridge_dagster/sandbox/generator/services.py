"""What the till knows beside its goods: the service articles and the relation that walk-ins are billed to."""

from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, RelationSeed

SERVICE_FAMILY = 900000
DEFAULT_DEBTOR = RelationSeed(number=1, name="Kassaklant")

POSTAGE = 900001
DOTCOM_POSTAGE = 900002
MANUAL = 900003
DISCOUNT = 900004
CARRIAGE = 900005
BANK_CHARGES = 900006
TIP = 900007
GIFT_CARD_SOLD = 900008
CUSTOM_SALE_21 = 900009
CUSTOM_SALE_9 = 900010
CUSTOM_SALE_0 = 900011
SHIPPING = 900012
CASH_ROUNDING = 900013
FEE = 900014
SAMPLES = 900015
ADJUSTMENT = 900016
MARKETPLACE_FEE = 900017
BAD_DEBT = 900018

SERVICE_CODES = {
    "POST": POSTAGE,
    "DOT": DOTCOM_POSTAGE,
    "M": MANUAL,
    "m": MANUAL,
    "D": DISCOUNT,
    "C2": CARRIAGE,
    "C3": CARRIAGE,
    "BANK CHARGES": BANK_CHARGES,
    "S": SAMPLES,
    "ADJUST": ADJUSTMENT,
    "ADJUST2": ADJUSTMENT,
    "AMAZONFEE": MARKETPLACE_FEE,
    "B": BAD_DEBT,
}
"""Codes of a transaction file that mean a service, and the article that stands for it; the file writes some in lower case too."""

_SERVICES = (
    (POSTAGE, "Verzendkosten post", 2100),
    (DOTCOM_POSTAGE, "Verzendkosten webwinkel", 2100),
    (MANUAL, "Handmatige invoer", 2100),
    (DISCOUNT, "Korting", 2100),
    (CARRIAGE, "Vrachtkosten", 2100),
    (BANK_CHARGES, "Bankkosten", 2100),
    (TIP, "Fooi", 0),
    (GIFT_CARD_SOLD, "Cadeaubon verkocht", 0),
    (CUSTOM_SALE_21, "Diversen 21 %", 2100),
    (CUSTOM_SALE_9, "Diversen 9 %", 900),
    (CUSTOM_SALE_0, "Diversen 0 %", 0),
    (SHIPPING, "Verzending", 2100),
    (CASH_ROUNDING, "Afronding contant", 0),
    (FEE, "Toeslag", 2100),
    (SAMPLES, "Monsters", 2100),
    (ADJUSTMENT, "Correctie", 2100),
    (MARKETPLACE_FEE, "Marktplaatskosten", 2100),
    (BAD_DEBT, "Oninbaar", 2100),
)


def service_family() -> FamilySeed:
    """Return the family "Diensten": articles without stock, price or code that exist only in MplusKASSA."""
    articles = tuple(
        ArticleSeed(number, code="", description=description, price_cents=0, vat_rate=rate, stock_article=False)
        for number, description, rate in _SERVICES
    )
    return FamilySeed(SERVICE_FAMILY, "Diensten", articles)
