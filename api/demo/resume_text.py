"""Résumés as plain text, as a web page and as JSON Resume."""

import json
from collections.abc import Iterable, Mapping
from html import escape

from api.demo.resume_lines import (
    contact_lines,
    degree_line,
    education_period,
    employer_line,
    employment_period,
)
from api.demo.rows import EducationRow, EmploymentRow, PersonRow


def txt(person: PersonRow) -> bytes:
    """Render a résumé as UTF-8 text."""
    sections = [
        [person["name"], person["headline"], *contact_lines(person)],
        ["SUMMARY", person["summary"]],
        ["EMPLOYMENT HISTORY", *(line for row in person["employments"] for line in _employment_lines(row))],
        ["EDUCATION", *(_education_line(row) for row in person["educations"])],
        ["SKILLS", ", ".join(person["skills"])],
        ["LANGUAGES", ", ".join(person["languages"])],
    ]
    if person["certificates"]:
        sections.append(["CERTIFICATES", *person["certificates"]])
    return ("\n\n".join("\n".join(lines) for lines in sections) + "\n").encode()


def html(person: PersonRow) -> bytes:
    """Render a résumé as a page of HTML 5."""
    jobs = "".join(
        f"<article><h3>{escape(row['title'] or '')}</h3><p>{escape(employer_line(row))}<br>"
        f"<time>{employment_period(row)}</time></p><p>{escape(row['summary'] or '')}</p></article>\n"
        for row in person["employments"]
    )
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f"<title>{escape(person['name'])}</title></head>\n<body>\n<h1>{escape(person['name'])}</h1>\n<p>{escape(person['headline'])}</p>\n"
        f"{_items(contact_lines(person))}<h2>Profile</h2>\n<p>{escape(person['summary'])}</p>\n"
        f"<h2>Work experience</h2>\n{jobs}"
        f"<h2>Education</h2>\n{_items(_education_line(row) for row in person['educations'])}"
        f"<h2>Skills</h2>\n{_items(person['skills'])}"
        f"<h2>Languages</h2>\n{_items(person['languages'])}"
    )
    if person["certificates"]:
        page += f"<h2>Certificates</h2>\n{_items(person['certificates'])}"
    return f"{page}</body>\n</html>\n".encode()


def json_resume(person: PersonRow) -> bytes:
    """Render a résumé as JSON Resume 1.0 (jsonresume.org/schema)."""
    location = person["location"]
    basics = {
        "name": person["name"],
        "label": person["headline"],
        "email": person["emails"][0],
        "phone": next(iter(person["phones"]), None),
        "url": next(iter(person["links"]), None),
        "summary": person["summary"],
        "location": _known(
            {"city": location["city"], "region": location["region"], "countryCode": location["country"]}
        ),
    }
    document = {
        "basics": _known(basics),
        "work": [_work(row) for row in person["employments"]],
        "education": [_study(row) for row in person["educations"]],
        "skills": [{"name": name} for name in person["skills"]],
        "languages": [{"language": name} for name in person["languages"]],
        "certificates": [{"name": name} for name in person["certificates"]],
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _work(row: EmploymentRow) -> Mapping[str, object]:
    return _known(
        {
            "name": row["company"],
            "position": row["title"],
            "location": row["location"],
            "startDate": row["start"],
            "endDate": row["end"],
            "summary": row["summary"],
        }
    )


def _study(row: EducationRow) -> Mapping[str, object]:
    return _known(
        {
            "institution": row["school"],
            "studyType": row["degree"],
            "area": row["field"],
            "startDate": row["start"],
            "endDate": row["end"],
        }
    )


def _known(values: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _employment_lines(row: EmploymentRow) -> Iterable[str]:
    yield f"{row['title']} | {employer_line(row)} | {employment_period(row)}"
    if row["summary"]:
        yield f"- {row['summary']}"


def _education_line(row: EducationRow) -> str:
    return f"{degree_line(row)}, {row['school']}, {education_period(row)}"


def _items(texts: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>\n"
