"""Partial dates and date ranges as people write them in résumés.

Dates come out as YYYY, YYYY-MM or YYYY-MM-DD. A season becomes its northern meteorological first month as a
start and its last month as an end; winter, which spans two years, becomes the year alone. Where `a/b/yyyy` can be read both
ways, the month is taken to come first.
"""

import re
from dataclasses import dataclass

_MONTH_NAMES: tuple[tuple[str, ...], ...] = (
    (
        "january",
        "jan",
        "januar",
        "jänner",
        "janvier",
        "janv",
        "enero",
        "ene",
        "gennaio",
        "gen",
        "januari",
        "janeiro",
    ),
    (
        "february",
        "feb",
        "febr",
        "februar",
        "février",
        "févr",
        "febrero",
        "febbraio",
        "februari",
        "fevereiro",
        "fev",
    ),
    ("march", "mar", "märz", "mär", "mars", "marzo", "maart", "mrt", "março"),
    ("april", "apr", "avril", "avr", "abril", "abr", "aprile"),
    ("may", "mai", "mayo", "maggio", "mag", "mei", "maio"),
    ("june", "jun", "juni", "juin", "junio", "giugno", "giu", "junho"),
    ("july", "jul", "juli", "juillet", "juil", "julio", "luglio", "lug", "julho"),
    ("august", "aug", "août", "agosto", "ago", "augustus"),
    ("september", "sept", "sep", "septembre", "septiembre", "settembre", "set", "setembro"),
    ("october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre", "ott", "outubro", "out"),
    ("november", "nov", "novembre", "noviembre", "novembro"),
    ("december", "dec", "dezember", "dez", "décembre", "déc", "diciembre", "dic", "dicembre", "dezembro"),
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names}
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "fall": (9, 11), "autumn": (9, 11), "winter": (0, 0)}
_FIRST_YEAR, _LAST_YEAR = 1940, 2049
_MONTHS_OF_YEAR = 12
_DAYS_OF_MONTH = 31

_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?:19[4-9]\d|20[0-4]\d)"
_SHORT_YEAR = r"['’‘`´]\s?\d\d"
_EDGE = r"(?<![\w/.\-])"
_POINT = rf"""(?:
    (?:\d{{1,2}}(?:st|nd|rd|th|\.)?\s+)?(?P<month§>{_MONTH})(?:\s+\d{{1,2}}(?:st|nd|rd|th)?(?=,?\s+{_YEAR}))?
        \s*(?:,|of\b|/|-|\.|–)?\s*(?P<year§>{_YEAR}|{_SHORT_YEAR}|\d\d(?![\w/.:,+%]))
  | (?P<season§>spring|summer|fall|autumn|winter)\s*(?:,|of\b)?\s*(?P<seasonyear§>{_YEAR}|{_SHORT_YEAR})
  | (?P<iso§>{_YEAR}[-/.](?:1[0-2]|0?[1-9])(?:[-/.](?:3[01]|[12]\d|0?[1-9]))?)(?![\d])
  | (?P<dmy§>\d{{1,2}}[/.\-]\s?\d{{1,2}}[/.\-]\s?{_YEAR})(?!\d)
  | (?P<my§>(?:1[0-2]|0?[1-9])\s?[/.\-]\s?{_YEAR})(?!\d)
  | (?P<plain§>{_YEAR})(?![\w])
)"""
_SHORT_MY = r"(?P<shortmy§>(?:1[0-2]|0?[1-9])/\d\d)(?![\d/])"
_OPEN = r"""(?P<open>present(?:\s+(?:day|date))?|current(?:ly)?|now|today|ongoing|(?:till|to|until|up\s?to|til)[\s-]*(?:date|now|present|
    today|current)|date|actual(?:idad|mente)?|aujourd['’]hui|heute|presente|oggi|heden|onwards?|atual)\b"""
_SEPARATOR = r"(?:\s*(?:[-–—−‐‑‒―~→]+|\bto\b|\btill?\b|\buntil\b|\bthrough\b|\bthru\b|\bup\s?to\b|\bbis\b|\bau?\b|\bhasta\b|\band\b|à|/)\s*)"
_POINT_1, _POINT_2 = _POINT.replace("§", "1"), _POINT.replace("§", "2")
_SHORT_MY_1, _SHORT_MY_2 = _SHORT_MY.replace("§", "1"), _SHORT_MY.replace("§", "2")
_FLAGS = re.IGNORECASE | re.VERBOSE

_FULL_RANGE = re.compile(
    _EDGE + _POINT_1 + rf"(?:{_SEPARATOR}|[ \t]{{2,}}|\t|\s)(?:{_SEPARATOR})?(?:{_OPEN}|{_POINT_2})", _FLAGS
)
_GLUED = re.compile(
    rf"(?<![\d/.\-])(?P<year>{_YEAR})(?:(?P<end>{_YEAR})(?!\d)|(?P<open>present|current)\b)", re.IGNORECASE
)
"""A range whose dash was lost, such as "20112014"."""
_SHORT_RANGE = re.compile(_EDGE + _SHORT_MY_1 + _SEPARATOR + rf"(?:{_OPEN}|{_SHORT_MY_2})", _FLAGS)
_YEAR_SHORT_END = re.compile(_EDGE + rf"(?P<year>{_YEAR})\s?[-–—/]\s?(?P<end>\d\d)(?![\d/.\-])", _FLAGS)
_MONTHS_OF_ONE_YEAR = re.compile(
    _EDGE + rf"(?P<first>{_MONTH})(?:{_SEPARATOR}|[ \t]{{2,}})(?P<last>{_MONTH})\s*,?\s*(?P<year>{_YEAR})",
    _FLAGS,
)
_SINCE = re.compile(rf"\b(?:since|from|seit|depuis|desde)\s*:?\s*{_POINT_1}(?!{_SEPARATOR}?\d)", _FLAGS)
_OPEN_END = re.compile(
    _EDGE + _POINT_1 + r"\s*(?:[-–—−]+\s*(?=$|[)\]|\t])|(?:and\s+)?onwards?\b)", _FLAGS | re.MULTILINE
)
_SINGLE = re.compile(_EDGE + _POINT_1, _FLAGS)


@dataclass(frozen=True, slots=True)
class DateRange:
    """A span of time found in a line: partial dates, and the half-open offsets where it stands."""

    start: str | None
    end: str | None
    current: bool
    begin: int
    finish: int

    @property
    def single(self) -> bool:
        """Say whether the text gives one date only, kept as `start`."""
        return self.end is None and not self.current


def find_ranges(line: str) -> list[DateRange]:
    """Return the ranges and single dates of a line in order, none overlapping another."""
    found: list[DateRange] = []
    for pattern, build in _READERS:
        for match in pattern.finditer(line):
            free = all(match.end() <= other.begin or match.start() >= other.finish for other in found)
            if free and (value := build(match)) is not None:
                found.append(value)
    return sorted(found, key=lambda value: value.begin)


def _full(match: re.Match[str]) -> DateRange | None:
    start = _point(match, 1, as_end=False)
    end = None if match["open"] else _point(match, 2, as_end=True)
    if start is None or (end is None and not match["open"]):
        return None
    between = match.string[_end_of_first(match) : _start_of_second(match)]
    bare = not between.strip() and len(between) == 1
    if (bare and between != "\t" and not match["open"]) or (
        bare and match["open"] and len(start) == len("2019")
    ):
        return None
    if end is not None and end[:4] < start[:4]:
        return None
    return DateRange(start, end, bool(match["open"]), match.start(), match.end())


def _end_of_first(match: re.Match[str]) -> int:
    return max(match.end(name) for name in match.groupdict() if name.endswith("1"))


def _start_of_second(match: re.Match[str]) -> int:
    if match["open"]:
        return match.start("open")
    starts = [match.start(name) for name in match.groupdict() if name.endswith("2")]
    return min(start for start in starts if start >= 0)


def _short(match: re.Match[str]) -> DateRange | None:
    start = _short_month_year(match["shortmy1"])
    end = None if match["open"] else _short_month_year(match["shortmy2"])
    if end is not None and end < start:
        return None
    return DateRange(start, end, bool(match["open"]), match.start(), match.end())


def _year_short_end(match: re.Match[str]) -> DateRange | None:
    start = match["year"]
    end = start[:2] + match["end"]
    if end <= start or int(end) - int(start) > _DAYS_OF_MONTH:
        return None
    return DateRange(start, end, current=False, begin=match.start(), finish=match.end())


def _glued(match: re.Match[str]) -> DateRange | None:
    start, end = match["year"], match["end"]
    if end is not None and end < start:
        return None
    return DateRange(start, end, current=end is None, begin=match.start(), finish=match.end())


def _one_year(match: re.Match[str]) -> DateRange | None:
    first, last = (_MONTHS[match[name].rstrip(".").lower()] for name in ("first", "last"))
    if last < first:
        return None
    year = match["year"]
    return DateRange(f"{year}-{first:02}", f"{year}-{last:02}", False, match.start(), match.end())


def _open(match: re.Match[str]) -> DateRange | None:
    start = _point(match, 1, as_end=False)
    if start is None:
        return None
    return DateRange(start, None, current=True, begin=match.start(), finish=match.end())


def _one(match: re.Match[str]) -> DateRange | None:
    season = match["season1"]
    start = _point(match, 1, as_end=False)
    if start is None or re.search(r"[a-z.] ?\d\d$", match[0], re.IGNORECASE):
        return None
    end = _point(match, 1, as_end=True) if season and len(start) > len("2018") else None
    return DateRange(start, end, current=False, begin=match.start(), finish=match.end())


_READERS = (
    (_MONTHS_OF_ONE_YEAR, _one_year),
    (_FULL_RANGE, _full),
    (_GLUED, _glued),
    (_YEAR_SHORT_END, _year_short_end),
    (_SHORT_RANGE, _short),
    (_OPEN_END, _open),
    (_SINCE, _open),
    (_SINGLE, _one),
)


def _point(match: re.Match[str], number: int, *, as_end: bool) -> str | None:
    """Return the partial date of a point's groups, or None where it is no date."""
    month, season = match[f"month{number}"], match[f"season{number}"]
    if month:
        year = _year(match[f"year{number}"])
        return year and f"{year}-{_MONTHS[month.rstrip('.').lower()]:02}"
    if season:
        year = _year(match[f"seasonyear{number}"])
        months = _SEASONS[season.lower()]
        return year if year is None or not months[0] else f"{year}-{months[as_end]:02}"
    if iso := match[f"iso{number}"]:
        return "-".join(part.zfill(2) for part in re.split(r"[-/.]", iso))
    if dmy := match[f"dmy{number}"]:
        return _day_month_year(dmy)
    if my := match[f"my{number}"]:
        month, year = re.split(r"\s?[/.\-]\s?", my)
        return f"{year}-{int(month):02}"
    return match[f"plain{number}"]


def _day_month_year(text: str) -> str | None:
    first, second, year = (int(part) for part in re.split(r"[/.\-]\s?", text))
    day, month = (first, second) if "." in text or first > _MONTHS_OF_YEAR else (second, first)
    if not (1 <= month <= _MONTHS_OF_YEAR and 1 <= day <= _DAYS_OF_MONTH):
        return None
    return f"{year}-{month:02}-{day:02}"


def _year(text: str) -> str | None:
    digits = text.strip("'’‘`´ ")
    if len(digits) == len("19"):
        digits = ("20" if int(digits) < _LAST_YEAR % 100 else "19") + digits
    return digits if _FIRST_YEAR <= int(digits) <= _LAST_YEAR else None


def _short_month_year(text: str) -> str:
    month, year = text.split("/")
    century = "20" if int(year) < _LAST_YEAR % 100 else "19"
    return f"{century}{year}-{int(month):02}"
