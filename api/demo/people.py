"""The people of the demo: person `number` depends on the seed and the number only."""

import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import accumulate
from random import Random

from api.demo.careers import Career, career, occupation_of
from api.demo.phrases import count_words, with_article
from api.demo.rows import ConsentRow, PersonRow, Role
from api.demo.seeds import DEFAULT_SEED, TODAY, chance, check_size, moment, person_id, sample, stream
from api.demo.staff import role_of
from api.demo.words.fields import FIELDS
from api.demo.words.names import CULTURES, Culture
from api.demo.words.occupations import GENERAL_SKILLS
from api.demo.words.places import CITIES, COUNTRIES, FICTION_PHONES, City
from api.demo.words.sentences import (
    CLOSINGS,
    HEADLINES,
    NEWCOMER_OPENINGS,
    OPENINGS,
    SKILL_SENTENCES,
    STYLE_SENTENCES,
    TAGS,
)

_DOMAINS = ("example.com", "example.org", "example.net")
_COUNTRY_CODES = tuple(COUNTRIES)
_COUNTRY_WEIGHTS = tuple(accumulate(country.weight for country in COUNTRIES.values()))
_CULTURE_NAMES = tuple(CULTURES)
_LANGUAGES = (
    "Spanish",
    "French",
    "German",
    "Mandarin",
    "Arabic",
    "Portuguese",
    "Italian",
    "Hindi",
    "Japanese",
)
_PHONE_STEP = 7919
"""A prime number: consecutive people get telephone numbers that lie far apart, and no number twice."""
_CONSENTS = ((0.55, True, "CONSENT"), (0.70, True, "LEGITIMATE_INTEREST"), (0.78, False, "OPT_OUT"))
"""Shares of the people, added up, with whether and why they may be contacted; the rest said nothing."""
_FEWEST_WORDS = 64
_NEWCOMER_MONTHS = 24
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "'": "", " ": "", ".": ""})


def people(count: int, seed: int = DEFAULT_SEED) -> Iterator[PersonRow]:
    """Yield the first `count` people, one at a time.

    Raises ValueError for a size that no demo can have.
    """
    check_size(count)
    return (person(number, seed) for number in range(count))


def person(number: int, seed: int = DEFAULT_SEED) -> PersonRow:
    """Make one person with career, contact data and consent."""
    rng = stream(seed, "person", number)
    role = role_of(seed, number)
    occupation = occupation_of(seed, number)
    home = _home(rng)
    culture = _culture(rng, home.country)
    given, family = rng.choice(culture.given), rng.choice(culture.family)
    life = career(rng, occupation, role, home)
    own_skills = sample(rng, occupation.skills, rng.randrange(5, 11))
    skills = list(dict.fromkeys((*own_skills, *sample(rng, GENERAL_SKILLS, rng.randrange(3)))))
    slots = _slots(life, home, skills)
    handle = f"{ascii_name(given)}.{ascii_name(family)}{number}"
    return {
        "id": person_id(number),
        "name": f"{given} {family}",
        "headline": rng.choice(HEADLINES).format_map(slots),
        "summary": _summary(rng, life, slots),
        "emails": _emails(rng, handle, role),
        "phones": _phones(number, home.country),
        "links": [f"https://{rng.choice(_DOMAINS)}/in/{handle}"] if chance(rng, 0.6) else [],
        "location": {"city": home.name, "region": home.region, "country": home.country},
        "employments": life.employments,
        "educations": life.educations,
        "skills": skills,
        "languages": _languages(rng, culture),
        "certificates": [name for name in occupation.certificates if chance(rng, 0.3)],
        "external_ids": [{"system": "demo", "value": str(number)}],
        "consent": _consent(rng, role),
        "roles": _roles(role),
        "tags": sample(rng, TAGS, rng.randrange(1, 3)) if role is None and chance(rng, 0.2) else [],
    }


def ascii_name(name: str) -> str:
    """Write a name in lower-case ASCII letters and hyphens, for addresses and file names."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    return decomposed.encode("ascii", "ignore").decode("ascii").lower()


def _home(rng: Random) -> City:
    country = rng.choices(_COUNTRY_CODES, cum_weights=_COUNTRY_WEIGHTS)[0]
    return rng.choice(CITIES[country])


def _culture(rng: Random, country: str) -> Culture:
    names = COUNTRIES[country].cultures if chance(rng, 0.88) else _CULTURE_NAMES
    return CULTURES[rng.choice(names)]


def _slots(life: Career, home: City, skills: list[str]) -> dict[str, str]:
    latest = life.employments[0]
    title = latest["title"] or life.occupation.name
    return {
        "title": title,
        "a_title": with_article(title),
        "company": latest["company"],
        "city": home.name,
        "years": str(life.months // 12),
        "about": FIELDS[life.occupation.field].about,
        "industry": life.industry,
        "a": skills[0],
        "b": skills[1],
        "c": skills[2],
    }


def _summary(rng: Random, life: Career, slots: dict[str, str]) -> str:
    """Write a text of 60 to 120 words in the manner of a résumé."""
    openings = OPENINGS if life.months >= _NEWCOMER_MONTHS else NEWCOMER_OPENINGS
    sentences = [rng.choice(openings).format_map(slots), *life.spare_achievements[:2]]
    sentences.append(rng.choice(SKILL_SENTENCES).format_map(slots))
    closing = rng.choice(CLOSINGS).format_map(slots)
    for style in rng.sample(STYLE_SENTENCES, len(STYLE_SENTENCES)):
        sentences.append(style)
        if count_words([*sentences, closing]) >= _FEWEST_WORDS:
            break
    return " ".join([*sentences, closing])


def _emails(rng: Random, handle: str, role: Role | None) -> list[str]:
    domains = _DOMAINS[:1] if role else rng.sample(_DOMAINS, 2 if chance(rng, 0.1) else 1)
    return [f"{handle}@{domain}" for domain in domains]


@cache
def _free_numbers(country: str) -> tuple[tuple[str, int], ...]:
    return tuple((prefix, 10**digits) for prefix, digits in FICTION_PHONES.get(country, ()))


def _phones(number: int, country: str) -> list[str]:
    """Return a number of nobody else, or none where the country's fictional numbers do not reach so far."""
    ranges = _free_numbers(country)
    capacity = sum(size for _, size in ranges)
    if number >= capacity:
        return []
    place = number * _PHONE_STEP % capacity
    for prefix, size in ranges:
        if place < size:
            return [f"{prefix}{place:0{len(str(size)) - 1}}"]
        place -= size
    return []


def _languages(rng: Random, culture: Culture) -> list[str]:
    spoken = [culture.language]
    if chance(rng, 0.85):
        spoken.append("English")
    if chance(rng, 0.25):
        spoken.append(rng.choice(_LANGUAGES))
    return list(dict.fromkeys(spoken))


def _consent(rng: Random, role: Role | None) -> ConsentRow | None:
    at = moment(rng, TODAY - timedelta(days=rng.randrange(1, 900)))
    if role:
        return {"granted": True, "at": at, "basis": "CONTRACT"}
    drawn = rng.random()
    for share, granted, basis in _CONSENTS:
        if drawn < share:
            return {"granted": granted, "at": at, "basis": basis}
    return None


def _roles(role: Role | None) -> list[Role]:
    if role is None:
        return []
    return ["EMPLOYEE"] if role == "EMPLOYEE" else ["EMPLOYEE", role]
