"""What the pretend shop holds: one plain record per thing, money in cents, moments aware UTC.

Nothing here knows GraphQL: how a record looks in an answer is the business of ``nodes``.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Metafield:
    """A value that an app keeps beside a record."""

    number: int
    namespace: str
    key: str
    kind: str
    value: str
    at: datetime


@dataclass(slots=True)
class Address:
    """An address; street and house number in one line, country as ISO 3166 alpha-2, province as the code within it."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = "NL"
    phone: str = ""
    province: str = ""


@dataclass(slots=True)
class Location:
    """A place that sells and keeps stock."""

    number: int
    name: str
    country: str = "NL"
    active: bool = True
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True)
class Product:
    """A product; its variants are in the shop, in the order of ``variants``."""

    number: int
    title: str
    handle: str
    vendor: str
    variants: list[int]
    option_names: list[str]
    created_at: datetime
    updated_at: datetime
    status: str = "ACTIVE"
    tags: list[str] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True)
class Variant:
    """What is sold: one SKU of a product. ``options`` are the values of the product's option names."""

    number: int
    product: int
    sku: str
    price_cents: int
    options: list[str]
    barcode: str = ""
    position: int = 1
    tracked: bool = True
    quantity: int = 0
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True)
class Definition:
    """What a metafield must look like; of kind ``id`` its values are unique and find the owner again."""

    number: int
    owner_type: str
    namespace: str
    key: str
    name: str
    kind: str
    description: str = ""
    admin_filterable: bool = False
    unique: bool = False


@dataclass(slots=True)
class Customer:
    """A customer of the shop; the first of the addresses is the default one."""

    number: int
    email: str
    first_name: str
    last_name: str
    phone: str
    created_at: datetime
    updated_at: datetime
    seen_at: datetime
    addresses: list[Address] = field(default_factory=list)
    note: str = ""
    tags: list[str] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    locale: str = "nl"
    tax_exempt: bool = False
    tax_exemptions: list[str] = field(default_factory=list)

    @property
    def address(self) -> Address | None:
        """Return the default address."""
        return self.addresses[0] if self.addresses else None


@dataclass(slots=True)
class CompanyContact:
    """A person of a company: always a customer as well."""

    number: int
    customer: int
    title: str = ""
    locale: str = "nl"


@dataclass(slots=True)
class CompanyPlace:
    """A place that a company buys for (CompanyLocation)."""

    number: int
    name: str
    external_id: str = ""
    phone: str = ""
    note: str = ""
    shipping: Address | None = None
    billing: Address | None = None
    tax_exempt: bool = False
    tax_registration: str = ""


@dataclass(slots=True)
class Company:
    """A company that buys; its first contact is the main one."""

    number: int
    name: str
    created_at: datetime
    updated_at: datetime
    seen_at: datetime
    customer_since: datetime
    external_id: str = ""
    note: str = ""
    contacts: list[CompanyContact] = field(default_factory=list)
    places: list[CompanyPlace] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True)
class UsedKey:
    """An idempotency key that was used: the fingerprint of what was asked, and the refund that came of it."""

    key: str
    fingerprint: str
    refund: int
    at: datetime
