"""How likely a text is somebody's résumé, from signs that a person can check."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from search.resumes.profile import Profile
from search.resumes.sections import Section, SectionKind

_SHORT = 60
_LONG = 4_000
_OF_AN_ADVERT = re.compile(
    r"\b(?:we are (?:looking|seeking|hiring)|you (?:will|have|are)|your (?:profile|tasks|role)|the (?:ideal|successful) candidate|equal opportunity|"
    r"apply (?:now|today|online|here)|job (?:description|summary|type)|benefits include|our (?:team|company|client|mission)|about us|what we offer|"
    r"reports to|minimum qualifications|preferred qualifications|salary range|join (?:us|our))\b",
    re.IGNORECASE,
)
_OF_A_LETTER = re.compile(
    r"\b(?:dear (?:sir|madam|hiring|mr|ms|mrs|all|team)|yours (?:sincerely|faithfully)|(?:kind|best|warm) regards|to whom it may concern|sincerely yours)\b",
    re.IGNORECASE,
)
_OF_BUSINESS = re.compile(
    r"\b(?:invoice|amount due|vat|subtotal|purchase order|iban|hereinafter|terms and conditions|this agreement|abstract|table of contents|"
    r"chapter \d|minutes of|privacy policy)\b",
    re.IGNORECASE,
)
_HEADINGS = frozenset(
    {SectionKind.EXPERIENCE, SectionKind.EDUCATION, SectionKind.SKILLS, SectionKind.SUMMARY,
     SectionKind.CERTIFICATES, SectionKind.LANGUAGES, SectionKind.PERSONAL}
)  # fmt: skip
_SEVERAL = 2


class Sign(StrEnum):
    """What speaks for a résumé, or against it."""

    CONTACT = "CONTACT"
    NAME = "NAME"
    EMPLOYMENTS = "EMPLOYMENTS"
    EDUCATION = "EDUCATION"
    HEADINGS = "HEADINGS"
    SKILLS = "SKILLS"
    ADVERT = "ADVERT"
    LETTER = "LETTER"
    BUSINESS = "BUSINESS"
    LENGTH = "LENGTH"


_WEIGHTS = {
    Sign.CONTACT: 1.2,
    Sign.NAME: 0.8,
    Sign.EMPLOYMENTS: 2.4,
    Sign.EDUCATION: 1.6,
    Sign.HEADINGS: 1.8,
    Sign.SKILLS: 0.6,
    Sign.ADVERT: -3.2,
    Sign.LETTER: -2.0,
    Sign.BUSINESS: -2.0,
    Sign.LENGTH: -1.2,
}
_START = -2.2


@dataclass(frozen=True, slots=True)
class Likelihood:
    """A probability from 0 to 1, and the signs that it follows from."""

    probability: float
    signs: tuple[Sign, ...]


def likelihood_of(text: str, sections: list[Section], profile: Profile) -> Likelihood:
    """Weigh the signs of a text: the logistic function of the sum of their weights."""
    headings = {section.kind for section in sections if section.heading} & _HEADINGS
    words = len(text.split())
    there = {
        Sign.CONTACT: bool(profile.emails or profile.phones),
        Sign.NAME: profile.name is not None,
        Sign.EMPLOYMENTS: any(job.start for job in profile.employments),
        Sign.EDUCATION: any(study.degree for study in profile.educations),
        Sign.HEADINGS: len(headings) >= _SEVERAL,
        Sign.SKILLS: len(profile.skills) >= _SEVERAL,
        Sign.ADVERT: len({found.lower() for found in _OF_AN_ADVERT.findall(text)}) >= _SEVERAL,
        Sign.LETTER: _OF_A_LETTER.search(text) is not None,
        Sign.BUSINESS: len({found.lower() for found in _OF_BUSINESS.findall(text)}) >= _SEVERAL,
        Sign.LENGTH: not _SHORT <= words <= _LONG,
    }
    signs = tuple(sign for sign, found in there.items() if found)
    return Likelihood(_probability(sum(_WEIGHTS[sign] for sign in signs)), signs)


def _probability(sum_of_weights: float) -> float:
    return round(1 / (1 + math.exp(-(_START + sum_of_weights))), 3)
