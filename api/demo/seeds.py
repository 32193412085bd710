"""What makes the demo repeatable: fixed ids, a fixed day, and one random stream per item."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID, uuid5

Item = TypeVar("Item")

NAMESPACE = UUID("6b1f7f3e-4d0c-5a53-9a0e-2f6c1d8b7a94")
"""The name space of the demo's version 5 UUIDs."""

TODAY = date(2026, 11, 1)
"""The day on which the demo is set: nothing in it is later."""

DEFAULT_SEED = 1
SMALLEST, LARGEST = 12, 1_000_000
"""How many people a demo may have: the first twelve are the staff whom every demo needs."""

_WORK_STARTS, _WORK_ENDS = 8 * 3600, 19 * 3600


def item_id(kind: str, number: int) -> str:
    """Return the id of item `number` of a kind, whatever the seed: documented ids stay valid."""
    return str(uuid5(NAMESPACE, f"{kind}:{number}"))


def person_id(number: int) -> str:
    """Return the id of person `number`."""
    return item_id("person", number)


def job_id(number: int) -> str:
    """Return the id of job `number`."""
    return item_id("job", number)


def stream(seed: int, kind: str, number: int) -> Random:
    """Return the random stream of one item, which no other item shares."""
    return Random(f"{seed}:{kind}:{number}")


def chance(rng: Random, share: float) -> bool:
    """Return true in `share` of the cases."""
    return rng.random() < share


def sample(rng: Random, items: Sequence[Item], count: int) -> list[Item]:
    """Draw up to `count` different items in random order."""
    return rng.sample(items, min(count, len(items)))


def check_size(people: int) -> None:
    """Raise ValueError for a size that no demo can have."""
    if not SMALLEST <= people <= LARGEST:
        message = f"A demo has between {SMALLEST} and {LARGEST} people: choose another number than {people}."
        raise ValueError(message)


def moment(rng: Random, day: date) -> str:
    """Draw a timestamp within the working hours of a day."""
    seconds = rng.randrange(_WORK_STARTS, _WORK_ENDS)
    at = datetime.combine(day, time(), UTC) + timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
