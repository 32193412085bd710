"""Who works at our own company, so that jobs and referrals can name staff without reading everybody.

Person 0 to 11 are always staff; of every further hundred people four are.
"""

from collections.abc import Iterator
from functools import lru_cache

from api.demo.rows import Role
from api.demo.seeds import stream

BLOCK = 100
"""People come in blocks of this many; who is staff depends on the seed and the block's number only."""

_FIRST: tuple[Role, ...] = (
    *("RECRUITER", "RECRUITER", "HIRING_MANAGER", "HIRING_MANAGER", "HIRING_MANAGER", "INTERVIEWER"),
    *("INTERVIEWER", "INTERVIEWER", "EMPLOYEE", "EMPLOYEE", "EMPLOYEE", "EMPLOYEE"),
)
_LATER: tuple[tuple[Role, ...], ...] = (
    ("HIRING_MANAGER", "INTERVIEWER", "EMPLOYEE", "EMPLOYEE"),
    ("RECRUITER", "INTERVIEWER", "EMPLOYEE", "EMPLOYEE"),
)


@lru_cache(maxsize=4096)
def staff_of_block(seed: int, block: int) -> dict[int, Role]:
    """Return the main role of each staff member of a block, by person number."""
    if block == 0:
        return dict(enumerate(_FIRST))
    roles = _LATER[block % len(_LATER)]
    places = stream(seed, "staff", block).sample(range(BLOCK), len(roles))
    return {BLOCK * block + place: role for place, role in zip(places, roles, strict=True)}


def role_of(seed: int, number: int) -> Role | None:
    """Return the main role of a person at our own company; None for everybody else."""
    return staff_of_block(seed, number // BLOCK).get(number)


def staff(seed: int, people: int) -> Iterator[int]:
    """Yield the numbers of all staff in a demo of this many people, in ascending order."""
    for block in range((people - 1) // BLOCK + 1):
        yield from sorted(number for number in staff_of_block(seed, block) if number < people)


def colleague_with(seed: int, role: Role, block: int) -> int:
    """Return a staff member with a main role from the given block, the one before it or the first twelve."""
    for nearby in range(block, max(block - len(_LATER), 0), -1):
        for number, main_role in staff_of_block(seed, nearby).items():
            if main_role == role:
                return number
    fitting = [number for number, main_role in staff_of_block(seed, 0).items() if main_role == role]
    return fitting[block % len(fitting)]
