"""Totals as quantity times price.

Both systems multiply a price by a quantity, so a total that does not divide by its quantity becomes two lines that differ by one
cent; the sum stays what the customer paid.
"""

import pandas as pd
import pyarrow as pa

WHOLE = pd.ArrowDtype(pa.int64())


def price_lines(lines: pd.DataFrame, document: str = "order_id") -> pd.DataFrame:
    """Return lines with ``part``, ``quantity``, ``price_minor`` and ``total_minor`` such that quantity x price is the total.

    ``document`` is the column that says which document a line belongs to. A line of no pieces and no money (removed in an edit)
    is left out; money without pieces counts as one piece.
    """
    lines = lines[(lines["quantity"] != 0) | (lines["total_minor"] != 0)]
    sign = (lines["quantity"] < 0).map({True: -1, False: 1}).astype(WHOLE)
    pieces = (lines["quantity"] * sign).where(lines["quantity"] != 0, 1)
    total = lines["total_minor"] * sign
    price = (total // pieces).astype(WHOLE)
    dearer = (total - price * pieces).astype(WHOLE)
    first = lines.assign(part=0, price_minor=price, quantity=sign * (pieces - dearer))
    second = lines.assign(part=1, price_minor=price + 1, quantity=sign * dearer)[dearer > 0]
    priced = pd.concat([first, second], ignore_index=True)
    priced["total_minor"] = priced["quantity"] * priced["price_minor"]
    return priced.sort_values([document, "position", "part"], ignore_index=True)
