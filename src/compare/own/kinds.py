"""What sort of file was given, by what it holds: no loader takes what belongs to another."""

from __future__ import annotations

PRICES, CMS, TABLE = "own prices", "CMS's payment-limit file", "a table of a therapy"
# The control of page 07 and the argument of `compare.load` that take it.
TAKES = {
    PRICES: ("Own prices (CSV)", "prices"),
    CMS: ("CMS payment-limit file (CSV)", "asp_file"),
    TABLE: ("Tables of a therapy (CSV files)", "therapy"),
}
HOSPITAL = (
    "this looks like a hospital's price-transparency file, whose charges are not what a unit of a "
    "code costs: write what you pay into the template own_prices.csv"
)
CROSSWALK = (
    "this looks like CMS's crosswalk of NDC and HCPCS codes; take the payment-limit file instead"
)


def other_sort(content: bytes, wanted: str) -> str:
    """Why the content is not `wanted`, where it is a sort of file that we know; else empty."""
    top = content[:20_000].decode("latin-1").lower()
    found = ""
    if "standard_charge" in top or ("hospital_name" in top and "last_updated_on" in top):
        return HOSPITAL
    if wanted != CMS and "hcpcs code" in top and "payment limit" in top:
        found = CMS
    elif "hcpcs code" in top and "labeler name" in top:
        return CROSSWALK
    elif wanted != PRICES and "usd_per_billing_unit" in top and "price_basis" not in top:
        found = PRICES
    elif wanted != TABLE and "source_id" in top.split("\n", 1)[0]:
        found = TABLE
    if not found:
        return ""
    control, argument = TAKES[found]
    return f"this looks like {found}: choose that control, *{control}* (in code: {argument}=...)"
