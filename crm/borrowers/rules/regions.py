"""Countries, regions and the zones their clocks can show, from published tables."""

from functools import lru_cache
from importlib.resources import files

import zipcodes

# United States territories with a country code of their own; federal law reaches them.
TERRITORIES = {"PR": "US", "VI": "US", "GU": "US", "AS": "US", "MP": "US"}

# The book of the Union's law holds in every member state besides the state's own.
UNION = "EU"
_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
MEMBERS = frozenset(_MEMBERS.split())

# China keeps one time by law; in Xinjiang another is in use beside it.
_XINJIANG = "CN-XJ"
_ONE_TIME = {"CN": "Asia/Shanghai"}
# Parts of larger countries and the clocks they may show, from the time zone database's comments.
_CLOCKS = {
    "AU-ACT": "Australia/Sydney",
    "AU-NSW": "Australia/Sydney Australia/Broken_Hill Australia/Lord_Howe",
    "AU-NT": "Australia/Darwin",
    "AU-QLD": "Australia/Brisbane Australia/Lindeman",
    "AU-SA": "Australia/Adelaide",
    "AU-TAS": "Australia/Hobart Antarctica/Macquarie",
    "AU-VIC": "Australia/Melbourne",
    "AU-WA": "Australia/Perth Australia/Eucla",
    "BR-AL": "America/Maceio",
    "BR-ES": "America/Sao_Paulo",
    "BR-PR": "America/Sao_Paulo",
    "BR-RJ": "America/Sao_Paulo",
    "BR-SP": "America/Sao_Paulo",
    "CA-AB": "America/Edmonton",
    "CA-BC": "America/Vancouver America/Creston America/Dawson_Creek America/Fort_Nelson "
    "America/Edmonton",
    "CA-MB": "America/Winnipeg",
    "CA-NB": "America/Moncton",
    "CA-NL": "America/St_Johns America/Goose_Bay",
    "CA-NS": "America/Halifax America/Glace_Bay",
    "CA-ON": "America/Toronto America/Winnipeg America/Atikokan",
    "CA-PE": "America/Halifax",
    "CA-QC": "America/Toronto America/Blanc-Sablon America/Halifax",
    "CA-SK": "America/Regina America/Swift_Current America/Edmonton",
    "CA-YT": "America/Whitehorse America/Dawson",
}

_STATES = (
    "Alabama AL, Alaska AK, Arizona AZ, Arkansas AR, California CA, Colorado CO, Connecticut CT, "
    "Delaware DE, Florida FL, Georgia GA, Hawaii HI, Idaho ID, Illinois IL, Indiana IN, Iowa IA, "
    "Kansas KS, Kentucky KY, Louisiana LA, Maine ME, Maryland MD, Massachusetts MA, Michigan MI, "
    "Minnesota MN, Mississippi MS, Missouri MO, Montana MT, Nebraska NE, Nevada NV, "
    "New Hampshire NH, New Jersey NJ, New Mexico NM, New York NY, North Carolina NC, "
    "North Dakota ND, Ohio OH, Oklahoma OK, Oregon OR, Pennsylvania PA, Rhode Island RI, "
    "South Carolina SC, South Dakota SD, Tennessee TN, Texas TX, Utah UT, Vermont VT, "
    "Virginia VA, Washington WA, West Virginia WV, Wisconsin WI, Wyoming WY, Washington D.C. DC"
)
STATES = {name: code for name, _, code in (s.rpartition(" ") for s in _STATES.split(", "))}
STATE_CODES = frozenset(STATES.values())

NEW_YORK_CITY = frozenset(
    {"New York County", "Kings County", "Queens County", "Bronx County", "Richmond County"}
)


@lru_cache(maxsize=1)
def _by_country() -> dict[str, tuple[str, ...]]:
    """Return the zones of each country, from the time zone database's own table."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return {country: tuple(sorted(zones)) for country, zones in found.items()}


def countries() -> frozenset[str]:
    """Return the ISO 3166-1 codes of the countries that have zones."""
    return frozenset(_by_country())


def is_region(region: str, country: str) -> bool:
    """Tell whether an ISO 3166-2 code can be one of that country's."""
    head, dash, rest = region.partition("-")
    if head != country or not dash or not (rest.isascii() and rest.isalnum()):
        return False
    return rest in STATE_CODES if country == "US" else 1 <= len(rest) <= 3


@lru_cache(maxsize=512)
def zones_of(country: str, region: str | None = None) -> tuple[str, ...]:
    """Return every zone a country's clocks can show, or a region's where that is known."""
    everywhere = _by_country().get(country, ())
    if country == "US" and region is not None and region.startswith("US-"):
        rows = zipcodes.filter_by(state=region.removeprefix("US-"))  # type: ignore[no-untyped-call]
        local = {row["timezone"] for row in rows} & set(everywhere)
        return tuple(sorted(local)) or everywhere
    if region in _CLOCKS:
        return tuple(sorted(_CLOCKS[region].split()))
    if region is not None and region != _XINJIANG and country in _ONE_TIME:
        return (_ONE_TIME[country],)
    return everywhere


@lru_cache(maxsize=4096)
def postcode_of_us(code: str) -> tuple[str, str | None, str] | None:
    """Return state, city with a book of its own, and zone of a five-digit postcode, or None."""
    for row in zipcodes.matching(code):  # type: ignore[no-untyped-call]
        if row["state"] in STATE_CODES and row["timezone"] in zones_of("US"):
            in_city = row["state"] == "NY" and row["county"] in NEW_YORK_CITY
            return row["state"], "US-NYC" if in_city else None, row["timezone"]
    return None
