"""Careers: employments in sequence at companies that fit the occupation, and the education before them."""

from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random

from api.demo.phrases import achievements
from api.demo.rows import EducationRow, EmploymentRow, Role
from api.demo.seeds import TODAY, chance, stream
from api.demo.staff import role_of
from api.demo.words.companies import COMPANIES, LOCAL_TRADES, OWN_COMPANY, OWN_COMPANY_FOUNDED, Company
from api.demo.words.fields import FIELDS
from api.demo.words.names import CULTURES
from api.demo.words.occupations import OCCUPATIONS, OCCUPATIONS_BY_FIELD, Occupation
from api.demo.words.places import CITIES, COUNTRIES, SCHOOLS, City

_NOW = TODAY.year * 12 + TODAY.month - 1
_FOUNDED = OWN_COMPANY_FOUNDED * 12
_PROMOTIONS = (18, 60, 120, 180)
"""Months of work after which the next title is within reach."""
_CEILINGS = (1, 2, 3, 4)
_CEILING_WEIGHTS = (20, 45, 25, 10)
_MOST_EMPLOYMENTS = 8
_SIZE_EXPONENT = 0.5
"""Companies draw people by size to this power: large ones meet often, small ones still occur."""
_LOCAL_SHARE = 0.5
"""Share of the employments at small local employers, where few colleagues are met."""
_CAREER_YEARS = (0.5, 38.0, 7.0)
"""Shortest, longest and most frequent length of a career in years."""
_STAFF_YEARS = (5.0, 30.0, 12.0)
_MANAGER_YEARS = (11.0, 34.0, 16.0)
_MANAGER_LEVEL = 3
_SHORT_COURSES = frozenset({"Diploma", "Certificate", "Apprenticeship"})

_WEIGHTS = tuple(accumulate(occupation.weight for occupation in OCCUPATIONS))
_RECRUITER = next(occupation for occupation in OCCUPATIONS_BY_FIELD["hr"] if occupation.name == "Recruiter")


@dataclass(frozen=True, slots=True)
class Career:
    """What a person has done so far; employments and educations start with the latest.

    `months` counts from the first employment, `spare_achievements` are the sentences that no employment uses.
    """

    occupation: Occupation
    months: int
    employments: list[EmploymentRow]
    educations: list[EducationRow]
    industry: str
    spare_achievements: list[str]


@dataclass(frozen=True, slots=True)
class _Spell:
    company: str
    industry: str
    level: int
    start: int
    end: int | None


def occupation_of(seed: int, number: int) -> Occupation:
    """Return the occupation of a person; recruiters of our own company are recruiters by trade."""
    if role_of(seed, number) == "RECRUITER":
        return _RECRUITER
    return stream(seed, "occupation", number).choices(OCCUPATIONS, cum_weights=_WEIGHTS)[0]


@dataclass(frozen=True, slots=True)
class _Path:
    """What every step of one career depends on; `ceiling` is the highest title that the person will reach."""

    rng: Random
    occupation: Occupation
    home: City
    role: Role | None
    ceiling: int


def career(rng: Random, occupation: Occupation, role: Role | None, home: City) -> Career:
    """Make the career of a person who lives in `home`; staff members work at our own company now."""
    started = _NOW - int(12 * _years(rng, role))
    path = _Path(rng, occupation, home, role, rng.choices(_CEILINGS, _CEILING_WEIGHTS)[0])
    spells = _earlier_spells(path, started, _NOW) if role is None else _staff_spells(path, started)
    field = FIELDS[occupation.field]
    stories = achievements(rng, field)
    only_years = chance(rng, 0.08)
    used = 0
    employments: list[EmploymentRow] = []
    for spell in reversed(spells):
        told = rng.randrange(3) if used < len(stories) - 3 else 0
        employments.append(
            {
                "company": spell.company,
                "title": occupation.titles[spell.level],
                "start": _partial(spell.start, only_year=only_years),
                "end": None if spell.end is None else _partial(spell.end, only_year=only_years),
                "current": spell.end is None,
                "location": _workplace(rng, home),
                "team": rng.choice(field.teams) if chance(rng, 0.5) else None,
                "summary": " ".join(stories[used : used + told]) or None,
            }
        )
        used += told
    return Career(
        occupation,
        _NOW - started,
        employments,
        _educations(rng, occupation, started // 12),
        spells[-1].industry,
        stories[used:],
    )


def _years(rng: Random, role: Role | None) -> float:
    if role is None:
        return rng.triangular(*_CAREER_YEARS)
    return rng.triangular(*(_MANAGER_YEARS if role == "HIRING_MANAGER" else _STAFF_YEARS))


def _staff_spells(path: _Path, started: int) -> list[_Spell]:
    joined = _NOW - path.rng.randrange(9, min(_NOW - started - 18, _NOW - _FOUNDED))
    reached = _level(path, joined - started)
    level = max(reached, _MANAGER_LEVEL) if path.role == "HIRING_MANAGER" else reached
    return [*_earlier_spells(path, started, joined), _Spell(OWN_COMPANY, "technology", level, joined, None)]


def _earlier_spells(path: _Path, started: int, until: int) -> list[_Spell]:
    """Employments from `started` to `until`; the last one may still go on unless the person is now staff."""
    rng = path.rng
    typical = max(20.0, (until - started) / 4.5)
    spells: list[_Spell] = []
    cursor = started
    while cursor < until:
        end = cursor + max(4, int(typical * rng.lognormvariate(0.0, 0.55)))
        level = _level(path, cursor - started)
        company, industry = _next_company(path, spells[-1] if spells else None, cursor, level)
        if end >= until or len(spells) == _MOST_EMPLOYMENTS - 1:
            spells.append(_Spell(company, industry, level, cursor, _last_end(path, company, cursor, until)))
            break
        spells.append(_Spell(company, industry, level, cursor, end))
        cursor = end + (rng.randrange(3) if chance(rng, 0.85) else rng.randrange(3, 15))
    return spells


def _last_end(path: _Path, company: str, start: int, until: int) -> int | None:
    """Return None for a candidate's job that goes on, which is never one at our own company."""
    if path.role is not None:
        return until
    if company != OWN_COMPANY and chance(path.rng, 0.84):
        return None
    return max(start + 1, until - path.rng.randrange(1, 15))


def _next_company(path: _Path, last: _Spell | None, start: int, level: int) -> tuple[str, str]:
    rng = path.rng
    if last and level > last.level and chance(rng, 0.3):
        return last.company, last.industry
    if last and path.role is None and start > _FOUNDED and chance(rng, 0.01):
        return OWN_COMPANY, "technology"
    if chance(rng, _LOCAL_SHARE):
        industry = rng.choice(path.occupation.industries)
        culture = CULTURES[rng.choice(COUNTRIES[path.home.country].cultures)]
        return f"{rng.choice(culture.family)} {rng.choice(LOCAL_TRADES[industry])}", industry
    companies, weights = _employers(path.occupation)
    company = rng.choices(companies, cum_weights=weights)[0]
    return company.name, company.industry


@cache
def _employers(occupation: Occupation) -> tuple[tuple[Company, ...], tuple[float, ...]]:
    companies = tuple(company for company in COMPANIES if company.industry in occupation.industries)
    weights = (
        company.size**_SIZE_EXPONENT * occupation.industries.count(company.industry) for company in companies
    )
    return companies, tuple(accumulate(weights))


def _level(path: _Path, months: int) -> int:
    return min(path.ceiling, sum(months >= needed for needed in _PROMOTIONS))


def _partial(month: int, *, only_year: bool) -> str:
    return f"{month // 12}" if only_year else f"{month // 12}-{month % 12 + 1:02}"


def _workplace(rng: Random, home: City) -> str | None:
    if chance(rng, 0.15):
        return None
    city = home if chance(rng, 0.75) else rng.choice(CITIES[home.country])
    return f"{city.name}, {city.country}"


def _educations(rng: Random, occupation: Occupation, finished: int) -> list[EducationRow]:
    degree, subject = rng.choice(occupation.degrees)
    educations: list[EducationRow] = []
    if degree not in _SHORT_COURSES and chance(rng, 0.32):
        higher, higher_subject = rng.choice(occupation.masters)
        began = finished - (rng.randrange(3, 6) if higher == "PhD" else rng.randrange(1, 3))
        educations.append(_education(rng, higher, higher_subject, began, finished))
        finished = began
    began = finished - (2 if degree in _SHORT_COURSES else rng.randrange(3, 5))
    educations.append(_education(rng, degree, subject, began, finished))
    return educations


def _education(rng: Random, degree: str, subject: str, began: int, finished: int) -> EducationRow:
    school = SCHOOLS[int(len(SCHOOLS) * rng.random() ** 1.6)]
    return {"school": school, "degree": degree, "field": subject, "start": f"{began}", "end": f"{finished}"}
