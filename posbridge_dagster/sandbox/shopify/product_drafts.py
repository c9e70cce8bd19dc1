"""What an app may give a product, held against Shopify's limits and brought into the form that Shopify keeps."""

from typing import Any

from posbridge_dagster.sandbox.shopify.records import Picture, Product
from posbridge_dagster.sandbox.shopify.refusals import user_error, wrong_id
from posbridge_dagster.sandbox.shopify.scalars import split_gid
from posbridge_dagster.sandbox.shopify.shelf import free_handle, handle_of, rename_handle
from posbridge_dagster.sandbox.shopify.shop import Shop
from posbridge_dagster.sandbox.shopify.tags import kept_tags, split_tags

Given = dict[str, Any]
Error = dict[str, Any]
LONGEST, MOST_TAGS = 255, 250
CATEGORY = "gid://shopify/TaxonomyCategory/"
TOO_LONG = f"is too long (maximum is {LONGEST} characters)"


def new_product(shop: Shop) -> Product:
    """Return an empty product that is not in the shop yet, as Shopify begins one."""
    now = shop.now()
    return Product(shop.next_product(), "", "", shop.name, [], [], now, now, now)


def product_errors(shop: Shop, given: Given, known: Product | None, path: tuple[str, ...], *, as_set: bool = False) -> list[Error]:
    """Return why a product cannot be as it is given; ``as_set`` in the words and codes of productSet.

    A handle that an app gives must be free; one that Shopify makes of the title gets a number instead. Raises Refusal for a
    category that is none.
    """
    _category(given.get("category"))
    errors = _title_errors(given, known, path)
    title, vendor, kind = given.get("title"), given.get("vendor"), given.get("productType")
    long: list[tuple[str, str]] = []
    handle = (given.get("handle") or "").strip() or (title if known is None else "") or ""
    if len(handle.strip()) > LONGEST:
        long.append(("handle", "Handle"))
    long += [("vendor", "Vendor")] * (len((vendor or "").strip()) > LONGEST)
    if len((kind or "").strip()) > LONGEST:
        long += [("productType", "Product type"), ("productType", "Custom product type")]
    for name, label in long:
        errors.append(user_error(f"{label} {TOO_LONG}", *(path if as_set else (*path, name)), code="INVALID_PRODUCT"))
    if len((title or "").strip()) > LONGEST:
        message = TOO_LONG if as_set else f"Title {TOO_LONG}"
        errors.insert(0, user_error(message, *path, "title", code="INVALID_INPUT"))
    return errors + _handle_errors(shop, given, known) + _tag_errors(given, path)


def _title_errors(given: Given, known: Product | None, path: tuple[str, ...]) -> list[Error]:
    is_blank = not (given.get("title") or "").strip()
    if is_blank and (known is None or "title" in given):
        return [user_error("Title can't be blank", *path, "title", code="INVALID_PRODUCT")]
    return []


def _handle_errors(shop: Shop, given: Given, known: Product | None) -> list[Error]:
    asked = (given.get("handle") or "").strip()
    if not asked or len(asked) > LONGEST:
        return []
    handle = handle_of(asked)
    holder = shop.products_by_handle.get(handle)
    if holder is None or (known is not None and holder == known.number):
        return []
    message = f"Handle '{handle}' already in use. Please provide a new handle."
    return [user_error(message, "input", "handle", code="HANDLE_NOT_UNIQUE")]


def _tag_errors(given: Given, path: tuple[str, ...]) -> list[Error]:
    tags = split_tags(given.get("tags") or [])
    if any(len(tag) > LONGEST for tag in tags):
        return [user_error(f"Tags is invalid: a tag {TOO_LONG}", *path, "tags", code="INVALID_PRODUCT")]
    if len(kept_tags(tags)) > MOST_TAGS:
        return [user_error(f"Tags cannot be more than {MOST_TAGS}", *path, "tags", code="INVALID_PRODUCT")]
    return []


def keep_product(shop: Shop, product: Product, given: Given) -> None:
    """Give a product what was found good: what is not named stays; texts are trimmed, tags sorted, null empties.

    A description is kept as it is given. A product that is not in the shop yet gets its handle here.
    """
    for name, attribute in (("title", "title"), ("vendor", "vendor")):
        if (given.get(name) or "").strip():
            setattr(product, attribute, given[name].strip())
    for name, attribute in (("productType", "product_type"), ("templateSuffix", "template_suffix")):
        if name in given:
            setattr(product, attribute, (given[name] or "").strip())
    if "descriptionHtml" in given:
        product.description_html = given["descriptionHtml"] or ""
    if "category" in given:
        product.category = _category(given["category"])
    if given.get("seo") is not None:
        _keep_seo(product, given["seo"])
    if given.get("tags") is not None:
        product.tags = kept_tags(split_tags(given["tags"]))
    product.status = given.get("status") or product.status
    product.requires_selling_plan = bool(given.get("requiresSellingPlan", product.requires_selling_plan))
    product.gift_card = bool(given.get("giftCard", product.gift_card))
    _keep_handle(shop, product, (given.get("handle") or "").strip())


def _category(global_id: str | None) -> str:
    if global_id is None:
        return ""
    if not global_id.startswith(CATEGORY):
        raise wrong_id(global_id)
    return global_id.removeprefix(CATEGORY)


def _keep_seo(product: Product, seo: Given) -> None:
    for name, attribute in (("title", "seo_title"), ("description", "seo_description")):
        if name in seo:
            setattr(product, attribute, (seo[name] or "").strip())


def _keep_handle(shop: Shop, product: Product, asked: str) -> None:
    if shop.products.get(product.number) is None:
        product.handle = handle_of(asked) if asked else free_handle(shop, handle_of(product.title))
    elif asked:
        rename_handle(shop, product, handle_of(asked))


def add_pictures(shop: Shop, product: Product, media: list[Given]) -> None:
    """Add images to a product by their addresses, which nobody fetches here."""
    for entry in media:
        product.pictures.append(Picture(shop.next_number(), entry["originalSource"], entry.get("alt") or "", shop.now()))


def set_pictures(shop: Shop, product: Product, files: list[Given]) -> None:
    """Make the images of a product those of a complete list: known ones by id, others by their address."""
    known = {picture.number: picture for picture in product.pictures}
    product.pictures = []
    for entry in files:
        parts = split_gid(entry["id"]) if entry.get("id") else None
        if parts is not None and parts[1] in known:
            product.pictures.append(known[parts[1]])
        elif entry.get("originalSource"):
            add_pictures(shop, product, [entry])
