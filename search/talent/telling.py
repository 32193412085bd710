"""What a search would tell of things that may be hidden: which fields it asks for, which jobs it names, whose contact data."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from search.contact_data import key_sought
from search.query_language.parser import parse
from search.query_language.tree import All, Any, Nice, Node, Not, Phrase, Run
from search.talent.conditions import (
    MOST_CONDITIONS,
    MOST_VALUES,
    Check,
    Condition,
    Entry,
    Every,
    Some,
    Unless,
)

UNKNOWN_JOB: Final = "00000000-0000-0000-0000-000000000000"
"""What stands for a job that the viewer does not see: nobody applied for it."""
MOST_NAMED: Final = MOST_CONDITIONS * MOST_VALUES
"""Most jobs that a search can name; with more it is refused later."""

_JOBS: Final = frozenset({"applications.job_id", "shortlisted_jobs"})


def asked_fields(conditions: Sequence[Condition]) -> list[str]:
    """Return the fields that conditions ask for."""
    return list(dict.fromkeys(check.field for condition in conditions for check in _checks(condition)))


def named_jobs(conditions: Sequence[Condition]) -> list[str]:
    """Return the jobs that conditions name, sorted, as many as a search can name."""
    checks = (check for condition in conditions for check in _checks(condition))
    named = {id_ for check in checks if check.field in _JOBS for id_ in _ids(check)}
    return sorted(named)[:MOST_NAMED]


def tell_of_any_job(conditions: Sequence[Condition]) -> bool:
    """Say whether conditions ask for applications or shortlists without naming the job."""
    return any(map(_tells_of_any_job, conditions))


def with_visible_jobs(conditions: Sequence[Condition], visible: Collection[str]) -> tuple[Condition, ...]:
    """Return the conditions with one job that nobody applied for in place of those that are not visible."""
    return tuple(_with_jobs(condition, visible) for condition in conditions)


def tells_of_contacts(text: str) -> bool:
    """Say whether a query has an e-mail address, a telephone number or a link in it.

    Raises QuerySyntaxError for a text that is no query.
    """
    tree = parse(text)
    return tree is not None and _tells_of_contacts(tree)


def _tells_of_contacts(node: Node) -> bool:
    match node:
        case Run(words=words):
            return any(map(key_sought, [*words, " ".join(words)]))
        case Phrase(text=text):
            return key_sought(text) is not None
        case All(parts=parts) | Any(parts=parts):
            return any(map(_tells_of_contacts, parts))
        case Not(part=part) | Nice(part=part):
            return _tells_of_contacts(part)
        case _:
            return False


def _tells_of_any_job(condition: Condition) -> bool:
    match condition:
        case Entry(field="applications", parts=parts):
            return not any(isinstance(each, Check) and each.field in _JOBS and _ids(each) for each in parts)
        case Check(field=field):
            return field in _JOBS and not _ids(condition)
        case Every(parts=parts) | Some(parts=parts):
            return any(map(_tells_of_any_job, parts))
        case Unless(part=part):
            return _tells_of_any_job(part)
        case _:
            return False


def _checks(condition: Condition) -> Iterator[Check]:
    match condition:
        case Check():
            yield condition
        case Every(parts=parts) | Some(parts=parts) | Entry(parts=parts):
            for part in parts:
                yield from _checks(part)
        case Unless(part=part):
            yield from _checks(part)


def _ids(check: Check) -> Sequence[str]:
    if check.operator == "eq":
        return [check.value]
    return check.value if check.operator == "in" else ()


def _with_jobs(condition: Condition, visible: Collection[str]) -> Condition:
    match condition:
        case Check(field=field, operator=operator) if field in _JOBS and (ids := _ids(condition)):
            shown = [id_ if id_ in visible else UNKNOWN_JOB for id_ in ids]
            return Check(field, operator, shown[0] if operator == "eq" else shown)
        case Every(parts=parts):
            return Every(tuple(_with_jobs(part, visible) for part in parts))
        case Some(parts=parts):
            return Some(tuple(_with_jobs(part, visible) for part in parts))
        case Entry(field=field, parts=parts):
            return Entry(field, tuple(_with_jobs(part, visible) for part in parts))
        case Unless(part=part):
            return Unless(_with_jobs(part, visible))
        case _:
            return condition
