"""Tags as Shopify keeps them: trimmed, without doubles, sorted, case set aside."""


def split_tags(tags: list[str]) -> list[str]:
    """Return the tags within texts that may hold several, divided by commas."""
    return [tag.strip() for entry in tags for tag in entry.split(",") if tag.strip()]


def kept_tags(tags: list[str]) -> list[str]:
    """Return tags without doubles and sorted; of two that differ in case the first is kept."""
    unique = {tag.lower(): tag for tag in reversed(tags)}
    return sorted(unique.values(), key=str.lower)
