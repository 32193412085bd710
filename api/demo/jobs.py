"""The open jobs of our own company: job `number` depends on the seed and the number only."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from random import Random

from api.demo.phrases import count_words, with_article
from api.demo.rows import EmploymentType, JobRow, SalaryRow
from api.demo.seeds import DEFAULT_SEED, TODAY, chance, check_size, job_id, person_id, sample, stream
from api.demo.staff import colleague_with
from api.demo.words.fields import FIELDS, Field
from api.demo.words.occupations import OCCUPATIONS_BY_FIELD, Occupation
from api.demo.words.places import CITIES, COUNTRIES, City
from api.demo.words.sentences import (
    JOB_CLOSINGS,
    JOB_DUTY_LEADS,
    JOB_INTROS,
    JOB_OFFERS,
    JOB_SKILL_SENTENCES,
    JOB_STYLE_SENTENCES,
)

FEWEST_JOBS = 10
PEOPLE_PER_JOB = 100

_FIELD_CYCLE = (
    *(
        "software",
        "data",
        "nursing",
        "sales",
        "finance",
        "hr",
        "construction",
        "teaching",
        "hospitality",
        "logistics",
    ),
    *("software", "design", "law", "software", "nursing", "data"),
)
"""The fields of job 0, 1, 2 and so on, then again from the beginning."""
_SITES = ("GB", "IE", "DE", "US", "NL", "CA")
"""Countries of our sites: in each the first city of the list."""
_LEVELS, _LEVEL_WEIGHTS = (0, 1, 2, 3), (12, 40, 34, 14)
_LEVEL_YEARS = (1, 2, 5, 8)
_LEVEL_PAY = (0.72, 1.0, 1.3, 1.6)
_OLDEST_DAYS = 240
_FEWEST_WORDS = 110
_PAY_STEPS = 20
"""A salary is rounded to the power of ten that leaves it at least this many steps."""


def job_count(people: int) -> int:
    """Return how many jobs a demo of this many people has."""
    return max(FEWEST_JOBS, people // PEOPLE_PER_JOB)


def jobs(people: int, seed: int = DEFAULT_SEED) -> Iterator[JobRow]:
    """Yield the jobs of a demo of this many people, one at a time.

    Raises ValueError for a size that no demo can have.
    """
    check_size(people)
    return (job(number, seed) for number in range(job_count(people)))


def job(number: int, seed: int = DEFAULT_SEED) -> JobRow:
    """Make one job with description, pay and the people in charge."""
    rng = stream(seed, "job", number)
    occupation = rng.choice(OCCUPATIONS_BY_FIELD[field_of_job(number)])
    level = rng.choices(_LEVELS, _LEVEL_WEIGHTS)[0]
    site = CITIES[rng.choice(_SITES)][0]
    field = FIELDS[occupation.field]
    requirements = sample(rng, occupation.skills, rng.randrange(5, 9))
    return {
        "id": job_id(number),
        "title": occupation.titles[level],
        "description": _description(rng, field, occupation.titles[level], site, (level, requirements)),
        "requirements": requirements,
        "department": field.department,
        "location": {"city": site.name, "region": site.region, "country": site.country},
        "employment_type": _employment_type(rng, level),
        "salary": _salary(rng, occupation, level, site),
        "hiring_manager_id": person_id(colleague_with(seed, "HIRING_MANAGER", _block_of(number))),
        "recruiter_id": recruiter_id_of_job(number, seed),
        "opened_on": opened_on(number, seed).isoformat(),
    }


def field_of_job(number: int) -> str:
    """Return the field of work of a job."""
    return _FIELD_CYCLE[number % len(_FIELD_CYCLE)]


def opened_on(number: int, seed: int) -> date:
    """Return the day on which a job was opened."""
    return TODAY - timedelta(days=stream(seed, "opening", number).randrange(14, _OLDEST_DAYS))


def recruiter_id_of_job(number: int, seed: int) -> str:
    """Return the id of the recruiter in charge of a job."""
    return person_id(colleague_with(seed, "RECRUITER", _block_of(number)))


def fitting_job(rng: Random, field: str, jobs_in_all: int) -> int | None:
    """Draw a job in a field among the first `jobs_in_all`, rather a new one; None where there is none."""
    places = _places_in_cycle(field)
    full_cycles, rest = divmod(jobs_in_all, len(_FIELD_CYCLE))
    available = full_cycles * len(places) + sum(place < rest for place in places)
    if not available:
        return None
    cycle, index = divmod(max(rng.randrange(available), rng.randrange(available)), len(places))
    return cycle * len(_FIELD_CYCLE) + places[index]


@cache
def _places_in_cycle(field: str) -> tuple[int, ...]:
    return tuple(place for place, name in enumerate(_FIELD_CYCLE) if name == field)


def _block_of(number: int) -> int:
    """Return the last block of people that every demo with this job holds completely."""
    return number if number >= FEWEST_JOBS else 0


def _description(rng: Random, field: Field, title: str, site: City, needs: tuple[int, list[str]]) -> str:
    """Write a text of 100 to 200 words."""
    level, skills = needs
    slots = {
        "title": title,
        "a_title": with_article(title),
        "department": field.department,
        "about": field.about,
        "city": site.name,
        "n": str(rng.randrange(5, 25)),
        "years": str(_LEVEL_YEARS[level]),
        "a": skills[0],
        "b": skills[1],
        "c": skills[2],
        "d": skills[3],
    }
    first, second, third, *others = rng.sample(field.duties, len(field.duties))
    sentences = [
        rng.choice(JOB_INTROS).format_map(slots),
        f"{rng.choice(JOB_DUTY_LEADS)} {first}, {second}, and {third}.",
        rng.choice(JOB_SKILL_SENTENCES).format_map(slots),
        rng.choice(JOB_STYLE_SENTENCES),
        rng.choice(JOB_OFFERS),
    ]
    closing = rng.choice(JOB_CLOSINGS)
    for duty in others:
        if count_words([*sentences, closing]) >= _FEWEST_WORDS:
            break
        sentences.insert(2, f"You will also {duty}.")
    return " ".join([*sentences, closing])


def _employment_type(rng: Random, level: int) -> EmploymentType:
    if level == 0 and chance(rng, 0.3):
        return "INTERNSHIP"
    return rng.choices(("FULL_TIME", "PART_TIME", "CONTRACT"), (80, 12, 8))[0]


def _salary(rng: Random, occupation: Occupation, level: int, site: City) -> SalaryRow:
    country = COUNTRIES[site.country]
    middle = occupation.salary * _LEVEL_PAY[level] * country.salary_factor * rng.uniform(0.9, 1.1)
    step = 10 ** (len(str(int(middle / _PAY_STEPS))) - 1)
    low, high = (round(middle * factor / step) * step for factor in (0.9, 1.12))
    return {"minimum": low, "maximum": high, "currency": country.currency}
