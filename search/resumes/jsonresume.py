"""JSON Resume (jsonresume.org, schema 1.0.0) to a profile; wrong types count as absent."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from search.resumes.contacts import find_emails, find_phones
from search.resumes.failures import FailureCode, UnreadableResume
from search.resumes.profile import Education, Employment, Location, Profile

_MAX_ROWS = 200
_MAX_TEXT = 4_000
_MAX_NAME = 200
_PARTIAL = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_Row = Mapping[str, Any]


def profile_of_json_resume(data: bytes) -> Profile:
    """Return the profile of a JSON Resume. Raises UnreadableResume: BROKEN where it is no JSON object."""
    try:
        resume = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        resume = None
    if not isinstance(resume, dict):
        raise UnreadableResume(FailureCode.BROKEN, "This isn't a JSON object. Export the JSON Resume again.")
    basics = resume.get("basics")
    basics = basics if isinstance(basics, dict) else {}
    location = _location(basics.get("location"))
    phone = _text(basics, "phone")
    return Profile(
        name=_text(basics, "name"),
        headline=_text(basics, "label"),
        summary=_text(basics, "summary", _MAX_TEXT),
        emails=tuple(found.value for found in find_emails(_text(basics, "email") or "")),
        phones=tuple(found.value for found in find_phones(phone, location.country if location else None))
        if phone
        else (),
        links=tuple(_unique([_link(basics), *(_link(row) for row in _rows(basics.get("profiles")))])),
        location=location,
        employments=tuple(_employment(row) for row in _rows(resume.get("work"))),
        educations=tuple(_education(row) for row in _rows(resume.get("education"))),
        skills=tuple(_unique(_skills(resume))),
        languages=tuple(_unique(_text(row, "language") for row in _rows(resume.get("languages")))),
        certificates=tuple(_unique(_text(row, "name") for row in _rows(resume.get("certificates")))),
    )


def text_of_profile(profile: Profile) -> str:
    """Return the profile's values as lines, for full-text search."""
    lines: list[str | None] = [
        profile.name,
        profile.headline,
        profile.summary,
        *profile.emails,
        *profile.phones,
    ]
    lines += profile.links
    if profile.location:
        lines.append(
            ", ".join(
                filter(None, (profile.location.city, profile.location.region, profile.location.country))
            )
        )
    for job in profile.employments:
        lines += [job.title, job.company, job.location, job.summary]
    for study in profile.educations:
        lines += [study.degree, study.field, study.school]
    lines += [*profile.skills, *profile.languages, *profile.certificates]
    return "\n".join(line for line in lines if line)


def _rows(value: object) -> Iterator[_Row]:
    if isinstance(value, list):
        yield from (row for row in value[:_MAX_ROWS] if isinstance(row, dict))


def _text(row: _Row, key: str, limit: int = _MAX_NAME) -> str | None:
    value = row.get(key)
    return (value.replace("\x00", "").strip()[:limit] or None) if isinstance(value, str) else None


def _date(row: _Row, key: str) -> str | None:
    match = _PARTIAL.match(_text(row, key) or "")
    return match[0] if match else None


def _link(row: _Row) -> str | None:
    address = _text(row, "url")
    return address if address and address.lower().startswith(("http://", "https://")) else None


def _location(value: object) -> Location | None:
    if not isinstance(value, dict):
        return None
    country = _text(value, "countryCode")
    code = country.upper() if country and re.fullmatch(r"[A-Za-z]{2}", country) else None
    found = Location(_text(value, "city"), _text(value, "region"), code)
    return found if any((found.city, found.region, found.country)) else None


def _employment(row: _Row) -> Employment:
    start, end = _date(row, "startDate"), _date(row, "endDate")
    return Employment(
        company=_text(row, "name") or _text(row, "company") or "",
        title=_text(row, "position"),
        start=start,
        end=end,
        current=start is not None and end is None,
        location=_text(row, "location"),
        summary=_joined(_text(row, "summary", _MAX_TEXT), row.get("highlights")),
    )


def _joined(summary: str | None, highlights: object) -> str | None:
    items = (
        [item for item in highlights[:_MAX_ROWS] if isinstance(item, str)]
        if isinstance(highlights, list)
        else []
    )
    return "\n".join(filter(None, (summary, *items)))[:_MAX_TEXT] or None


def _education(row: _Row) -> Education:
    return Education(
        school=_text(row, "institution") or "",
        degree=_text(row, "studyType"),
        field=_text(row, "area"),
        start=_date(row, "startDate"),
        end=_date(row, "endDate"),
    )


def _skills(resume: _Row) -> Iterator[str | None]:
    for row in _rows(resume.get("skills")):
        yield _text(row, "name")
        keywords = row.get("keywords")
        if isinstance(keywords, list):
            yield from (word.strip()[:_MAX_NAME] for word in keywords[:_MAX_ROWS] if isinstance(word, str))


def _unique(values: "Iterator[str | None] | list[str | None]") -> list[str]:
    return list(dict.fromkeys(value for value in values if value))
