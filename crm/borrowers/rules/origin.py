"""Where a number, an address or a named place points to."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberType, geocoder, timezone

from crm.borrowers.rules.regions import (
    STATE_CODES,
    STATES,
    countries,
    is_region,
    postcode_of_us,
    zones_of,
)

# Numbers that belong to no place: whoever has one can be anywhere.
_PLACELESS = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.VOIP,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.UNKNOWN,
    }
)
_US_POSTCODE = re.compile(r"(?<!\d)(\d{5})(?:-\d{4})?(?!\d)")
_US_STATE = re.compile(r"\b([A-Z]{2})\b")
_CN_POSTCODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")
_XINJIANG = re.compile(r"新疆|乌鲁木齐|xinjiang|urumqi", re.IGNORECASE)
_XINJIANG_POSTCODES = ("83", "84")
_FORTNIGHTS = tuple(timedelta(days=14 * number) for number in range(27))  # a year of them


@dataclass(frozen=True, slots=True)
class Origin:
    """A place with the zones it leaves possible; empty where nothing points anywhere."""

    country: str | None = None
    region: str | None = None
    city: str | None = None
    zones: tuple[str, ...] = ()


def origin_of_phone(number: str) -> Origin:
    """Return where the area code of an E.164 number points to; nowhere for a placeless number."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return Origin()
    country = phonenumbers.region_code_for_number(parsed)
    if country not in countries() or phonenumbers.number_type(parsed) in _PLACELESS:
        return Origin()
    possible = set(timezone.time_zones_for_number(parsed)) & set(zones_of(country))
    region = _state_of(parsed) if country == "US" else None
    return Origin(country, region, None, tuple(sorted(possible)))


def origin_of_address(text: str, country: str, region: str | None = None) -> Origin:
    """Return where a postal address points to: by its postcode where that can tell."""
    if country == "US":
        return _american(text, region)
    if country == "CN":
        return _chinese(text, region)
    return Origin(country, region, None, zones_of(country, region) if region else ())


def origin_of_place(
    country: str, region: str | None = None, city: str | None = None
) -> Origin | None:
    """Return a named place with its zones, or None where its parts do not fit together."""
    if country not in countries() or (region is not None and not is_region(region, country)):
        return None
    if city is not None and not city.startswith(country + "-"):
        return None
    return Origin(country, region, city, zones_of(country, region) if region else ())


def is_clock_of(zone: str, country: str, region: str | None, now: datetime) -> bool:
    """Tell whether a zone's clocks show what some clock of the place shows, all the coming year.

    Zones have many names; a zone of elsewhere would have the hours judged by a wrong clock.
    """
    here = zones_of(country, region)
    shown = _shown(zone, now)
    return zone in here or any(_shown(other, now) == shown for other in here)


def _shown(zone: str, now: datetime) -> list[timedelta | None]:
    clock = ZoneInfo(zone)
    return [(now + later).astimezone(clock).utcoffset() for later in _FORTNIGHTS]


def _state_of(number: phonenumbers.PhoneNumber) -> str | None:
    """Return the state of an American area code: of `New York, NY`, or of `Ohio`."""
    where = geocoder.description_for_number(number, "en")
    code = where.rpartition(", ")[2]
    code = code if code in STATE_CODES else STATES.get(where, "")
    return f"US-{code}" if code else None


def _american(text: str, region: str | None) -> Origin:
    postcodes = _US_POSTCODE.findall(text)
    found = postcode_of_us(postcodes[-1]) if postcodes else None
    if found is not None:
        state, city, zone = found
        if region is None or region == f"US-{state}":
            return Origin("US", f"US-{state}", city, (zone,))
        return Origin("US", None, None, ())  # postcode and region contradict each other
    named = [code for code in _US_STATE.findall(text) if code in STATE_CODES]
    chosen = region or (f"US-{named[-1]}" if named else None)
    return Origin("US", chosen, None, zones_of("US", chosen) if chosen else ())


def _chinese(text: str, region: str | None) -> Origin:
    postcodes = _CN_POSTCODE.findall(text)
    west = any(code.startswith(_XINJIANG_POSTCODES) for code in postcodes)
    if region is None and (west or _XINJIANG.search(text)):
        region = "CN-XJ"
    return Origin("CN", region, None, zones_of("CN", region or "CN-BJ"))
