"""The lines of text that every printed résumé shares, whatever its file format."""

from api.demo.rows import EducationRow, EmploymentRow, PersonRow

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def contact_lines(person: PersonRow) -> list[str]:
    """Return e-mail addresses, telephone numbers, links and the place, each as one line."""
    return [*person["emails"], *person["phones"], *person["links"], place_line(person)]


def place_line(person: PersonRow) -> str:
    """Return city and country code."""
    location = person["location"]
    return ", ".join(part for part in (location["city"], location["country"]) if part)


def employment_period(employment: EmploymentRow) -> str:
    """Return the time of an employment, such as `Mar 2019 - Present`."""
    return f"{_day(employment['start'])} - {'Present' if employment['current'] else _day(employment['end'])}"


def education_period(education: EducationRow) -> str:
    """Return the time of a course of study, such as `2012 - 2015`."""
    return f"{_day(education['start'])} - {_day(education['end'])}"


def employer_line(employment: EmploymentRow) -> str:
    """Return company, team and place of an employment."""
    parts = (employment["company"], employment["team"], employment["location"])
    return ", ".join(part for part in parts if part)


def degree_line(education: EducationRow) -> str:
    """Return degree and subject."""
    return " in ".join(part for part in (education["degree"], education["field"]) if part)


def _day(partial: str | None) -> str:
    """Return `2019` or `Mar 2019`; an unknown day is a question mark."""
    if partial is None:
        return "?"
    year, _, month = partial.partition("-")
    return f"{_MONTHS[int(month) - 1]} {year}" if month else year
