"""Spoken languages and certificates."""

import re
from collections.abc import Iterable

from search.resumes.contacts import Found
from search.resumes.dates import find_ranges
from search.resumes.sections import Section, SectionKind
from search.resumes.vocabulary import find_degree, spoken_languages_in

_MAX_CERTIFICATES = 30
_MAX_CERTIFICATE = 150
_SHORT_LINE = 120
_LANGUAGE_LABEL = re.compile(
    r"^(?:languages?(?: known| spoken| skills?)?|sprachen|langues|idiomas|linguistic skills?)\s*[:\-–]?\s*(.*)$",
    re.IGNORECASE,
)
_FLUENCY = re.compile(
    r"\b(?:fluent|native|bilingual|mother tongue|conversational|proficiency|muttersprache)\b", re.IGNORECASE
)


def find_languages(sections: Iterable[Section]) -> list[Found]:
    """Return spoken languages, in English, from language sections and labelled lines."""
    found: dict[str, Found] = {}
    for section in sections:
        for line in section.lines:
            label = _LANGUAGE_LABEL.match(line.text)
            if (
                section.kind is SectionKind.LANGUAGES
                or label
                or (_FLUENCY.search(line.text) and len(line.text) <= _SHORT_LINE)
            ):
                for name, start, end in spoken_languages_in(line.text):
                    found.setdefault(name, Found(name, line.start + start, line.start + end))
    return list(found.values())


def find_certificates(sections: Iterable[Section]) -> list[str]:
    """Return the lines of the certificate sections without their dates."""
    found: dict[str, str] = {}
    for section in sections:
        if section.kind is not SectionKind.CERTIFICATES:
            continue
        for line in section.lines:
            text = line.text
            for dates in reversed(find_ranges(text)):
                text = text[: dates.begin] + " " + text[dates.finish :]
            name = re.sub(r"\s+", " ", re.sub(r"\(\s*\)", "", text)).strip(" ,;:|–—-•·.")
            if 3 <= len(name) <= _MAX_CERTIFICATE and not (find_degree(name) and len(name.split()) <= 2):  # noqa: PLR2004
                found.setdefault(name.lower(), name)
    return list(found.values())[:_MAX_CERTIFICATES]
