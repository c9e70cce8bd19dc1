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
    """An address; street and house number in one line, country as ISO 3166 alpha-2, province as the code within it.

    Where it has an id of its own, ``number`` is it; two with the same words are equal all the same.
    """

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
    number: int = field(default=0, compare=False)


@dataclass(slots=True)
class Consent:
    """Whether somebody wants to be written to, how sure that is, and since when."""

    state: str
    level: str
    at: datetime | None


@dataclass(slots=True)
class Location:
    """A place that sells and keeps stock."""

    number: int
    name: str
    country: str = "NL"
    active: bool = True
    metafields: list[Metafield] = field(default_factory=list)
    fulfills_online: bool = True


@dataclass(slots=True)
class OptionValue:
    """One value of an option, such as a colour."""

    number: int
    name: str


@dataclass(slots=True)
class ProductOption:
    """What the variants of a product differ in; a value need not have a variant."""

    number: int
    name: str
    values: list[OptionValue] = field(default_factory=list)


@dataclass(slots=True)
class Picture:
    """An image of a product."""

    number: int
    url: str
    alt: str
    at: datetime


@dataclass(slots=True)
class Published:
    """Where something is to be seen, and since or from when."""

    publication: int
    at: datetime


@dataclass(slots=True)
class Product:
    """A product; its variants are in the shop, in the order of ``variants``."""

    number: int
    title: str
    handle: str
    vendor: str
    variants: list[int]
    options: list[ProductOption]
    created_at: datetime
    updated_at: datetime
    seen_at: datetime
    status: str = "ACTIVE"
    tags: list[str] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    description_html: str = ""
    product_type: str = ""
    category: str = ""
    template_suffix: str = ""
    seo_title: str = ""
    seo_description: str = ""
    gift_card: bool = False
    requires_selling_plan: bool = False
    published: list[Published] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)

    @property
    def option_names(self) -> list[str]:
        """Return the names of the options in their order."""
        return [option.name for option in self.options]


@dataclass(slots=True)
class Variant:
    """What is sold: one SKU of a product. ``options`` are the values of the product's options.

    ``weight`` is a decimal number as text in ``weight_unit``. What belongs to the inventory item is kept here too: it has the
    variant's number.
    """

    number: int
    product: int
    sku: str
    price_cents: int
    options: list[str]
    created_at: datetime
    updated_at: datetime
    seen_at: datetime
    barcode: str = ""
    position: int = 1
    tracked: bool = False
    metafields: list[Metafield] = field(default_factory=list)
    compare_at_cents: int | None = None
    taxable: bool = True
    tax_code: str = ""
    inventory_policy: str = "DENY"
    cost_cents: int | None = None
    requires_shipping: bool = True
    weight: str = "0"
    weight_unit: str = "KILOGRAMS"
    country_of_origin: str = ""
    province_of_origin: str = ""
    harmonized_code: str = ""
    requires_components: bool = False
    show_unit_price: bool = False


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
    pinned: int | None = None
    admin_access: str = "PUBLIC_READ_WRITE"
    storefront_access: str = "NONE"
    customer_access: str = "NONE"
    validations: list[tuple[str, str]] = field(default_factory=list)


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
    email_consent: Consent | None = None
    sms_consent: Consent | None = None

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
    tax_exemptions: list[str] = field(default_factory=list)
    locale: str = "nl"


@dataclass(slots=True)
class RoleAssignment:
    """What a contact may do for a place: ``role`` is the position among the company's roles."""

    number: int
    contact: int
    place: int
    role: int
    at: datetime


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
    roles: list[RoleAssignment] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(slots=True)
class UsedKey:
    """An idempotency key that was used: the fingerprint of what was asked, and the refund or adjustment that came of it."""

    key: str
    fingerprint: str
    made: int
    at: datetime
