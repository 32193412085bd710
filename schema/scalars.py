import re
from datetime import datetime
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from graph.ids import timestamp

_PARTIAL_DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")

_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")

DateTime = NewType("DateTime", str)
PartialDate = NewType("PartialDate", str)
CountryCode = NewType("CountryCode", str)
CurrencyCode = NewType("CurrencyCode", str)
Sequence = NewType("Sequence", int)


def _date_time(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a DateTime is a string such as 2026-11-23T06:01:34Z")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("a DateTime is ISO 8601, such as 2026-11-23T06:01:34Z") from None
    if moment.tzinfo is None:
        raise ValueError("a DateTime needs a zone, such as Z or +01:00")
    try:
        return timestamp(moment)
    except OverflowError:
        raise ValueError("a DateTime lies in the years 1 to 9999, also in UTC") from None


def _partial_date(value: Any) -> str:
    if not isinstance(value, str) or not _PARTIAL_DATE.fullmatch(value):
        raise ValueError("a PartialDate is YYYY, YYYY-MM or YYYY-MM-DD")
    return value


def _country_code(value: Any) -> str:
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value):
        raise ValueError("a CountryCode is two capital letters, such as DE")
    return value


def _currency_code(value: Any) -> str:
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise ValueError("a CurrencyCode is three capital letters, such as EUR")
    return value


def _sequence(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("a Sequence is a whole number from 0")
    return value


SCALARS: dict[object, ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A moment in ISO 8601 with its zone; answers are in UTC with microseconds.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=str,
        parse_value=_date_time,
    ),
    PartialDate: strawberry.scalar(
        name="PartialDate",
        description="A date known to the year (`2019`), the month (`2019-03`) or the day (`2019-03-15`).",
        serialize=str,
        parse_value=_partial_date,
    ),
    CountryCode: strawberry.scalar(
        name="CountryCode",
        description="A country as ISO 3166-1 alpha-2 has it, such as `DE`.",
        specified_by_url="https://www.iso.org/iso-3166-country-codes.html",
        serialize=str,
        parse_value=_country_code,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="A currency as ISO 4217 has it, such as `EUR`.",
        specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
        serialize=str,
        parse_value=_currency_code,
    ),
    Sequence: strawberry.scalar(
        name="Sequence",
        description="A place in the event log: a whole number from 0, beyond 32 bits, without gaps between events.",
        serialize=int,
        parse_value=_sequence,
    ),
}
