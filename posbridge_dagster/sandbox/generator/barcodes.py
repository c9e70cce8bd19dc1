"""EAN-13 barcodes of a shop that numbers its own goods."""

OWN_NUMBERING = "200"  # GS1 leaves 200-299 to numbers that are only valid inside one company


def check_digit(twelve: str) -> int:
    """Return the thirteenth digit of an EAN-13 (GS1 General Specifications 7.9: weights 1 and 3 from the left)."""
    if len(twelve) != 12 or not twelve.isdecimal():
        raise ValueError(f"{twelve!r} is not twelve digits")
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return -weighted % 10


def barcode(article_number: int) -> str:
    """Return the shop's own EAN-13 for an article number of up to nine digits."""
    twelve = f"{OWN_NUMBERING}{article_number:09d}"
    return f"{twelve}{check_digit(twelve)}"
