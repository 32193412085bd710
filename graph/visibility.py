"""Who sees what: one condition for each kind of thing and each sight, over `@node` and the parameter `$viewer`.

The composer puts the conditions into everything that is read; transactions that write ask them by `require`; the event
log by `visible_events`. A condition is true or false, never null, and there is none where nothing is hidden.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from graph.client import Graph, Statement, Transaction
from graph.errors import NotFound
from graph.events import Event, EventType
from graph.reading import Shown

_SEEN = re.compile(r"\s(WHERE|AND) @seen\((\w+), (@?\w+)\)")


class Sight(StrEnum):
    """How much of a kind someone sees; what each means for jobs and for candidates stands beside the conditions."""

    ALL = "ALL"
    RECRUITING = "RECRUITING"
    MEMBER = "MEMBER"
    PUBLIC = "PUBLIC"
    OWN = "OWN"
    NONE = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sights:
    """What a role sees of jobs and of candidates; all else follows from these two."""

    jobs: Sight
    candidates: Sight


EVERYTHING = Sights(jobs=Sight.ALL, candidates=Sight.ALL)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: their sights, the person they are, where they are one, and how the event log names them.

    `knows_contacts` says that an e-mail address may name a candidate to them.
    """

    sights: Sights
    person_id: str | None = None
    actor: str | None = None
    knows_contacts: bool = False

    @property
    def sees_everything(self) -> bool:
        """Whether nothing is hidden but what others saved for themselves alone."""
        return self.sights == EVERYTHING

    @property
    def knows_applications(self) -> bool:
        """Whether applications may be asked for without naming a job of one's own."""
        return self.sights.jobs in {Sight.ALL, Sight.RECRUITING}

    @property
    def parameters(self) -> dict[str, str | None]:
        """What the conditions refer to."""
        return {"viewer": self.person_id, "actor": self.actor}

    @property
    def key(self) -> str | None:
        """Whose view it is; None where everybody with these sights sees the same."""
        shared = {Sight.ALL, Sight.PUBLIC, Sight.NONE}
        return None if {self.sights.jobs, self.sights.candidates} <= shared else self.person_id


JOBS_OF = Statement(
    "visibility.jobs_of",
    """
    MATCH (:Person {id: $viewer})<-[:MEMBER|ASSIGNED]-(j:Job)
    WITH DISTINCT j ORDER BY j.created_at DESC, j.id LIMIT $limit
    RETURN collect(j.id) AS jobs
    """,
)

OWN_SEARCHES = Statement(
    "visibility.own_searches",
    "RETURN COLLECT { UNWIND $ids AS id MATCH (s:SavedSearch {id: id, owner: $actor}) RETURN id } AS ids",
)

SYSTEM = Viewer(EVERYTHING)
"""Who acts for the organisation, without a principal: workers, imports, the demonstration data."""

_VIEWER = "(:Person {id: $viewer})"
_ON_JOB = f"EXISTS {{ (@node)-[:MEMBER|ASSIGNED]->{_VIEWER} }}"
_FOR_ALL = "coalesce(@node.confidential = false, @node.confidential IS NULL)"
PUBLIC_JOB = f"({_FOR_ALL} AND coalesce(@node.status = 'OPEN', false))"
"""Open and not confidential."""
_APPLIED_FOR = f"EXISTS {{ (@node)<-[:FOR]-(:Application)-[:BY]->{_VIEWER} }}"
_MADE_KNOWN = (
    "(coalesce(@node.private = false, @node.private IS NULL)"
    f" OR EXISTS {{ (@node)-[:OWNED_BY|SHARED_WITH]->{_VIEWER} }})"
)
_FOR_A_JOB = (
    f"(EXISTS {{ (@node)<-[:BY]-(:Application)-[:FOR]->(:Job)-[:MEMBER|ASSIGNED]->{_VIEWER} }}"
    f" OR EXISTS {{ (@node)-[:SHORTLISTED_FOR]->(:Job)-[:MEMBER|ASSIGNED]->{_VIEWER} }})"
)
_SELF = "coalesce(@node.id = $viewer, false)"
_SHARED_OR_OWN = "coalesce(@node.shared OR @node.owner = $actor, false)"

_JOBS: Mapping[Sight, str | None] = {
    Sight.ALL: None,
    Sight.RECRUITING: f"({_FOR_ALL} OR {_ON_JOB})",
    Sight.MEMBER: _ON_JOB,
    Sight.PUBLIC: PUBLIC_JOB,
    Sight.OWN: f"({PUBLIC_JOB} OR {_APPLIED_FOR})",
    Sight.NONE: "false",
}
_CANDIDATES: Mapping[Sight, str | None] = {
    Sight.ALL: None,
    Sight.RECRUITING: _MADE_KNOWN,
    Sight.MEMBER: f"({_MADE_KNOWN} AND {_FOR_A_JOB})",
    Sight.PUBLIC: "false",
    Sight.OWN: _SELF,
    Sight.NONE: "false",
}
_COLLEAGUES: Mapping[Sight, str | None] = {
    Sight.ALL: None,
    Sight.RECRUITING: "@node:Colleague",
    Sight.MEMBER: "@node:Colleague",
    Sight.PUBLIC: f"(@node:Colleague AND {_SELF})",
    Sight.OWN: f"(@node:Colleague AND {_SELF})",
    Sight.NONE: f"(@node:Colleague AND {_SELF})",
}
_LABELS: Mapping[Shown, str] = {
    Shown.JOB: "Job",
    Shown.CANDIDATE: "Person:Candidate",
    Shown.COLLEAGUE: "Person:Colleague",
    Shown.PERSON: "Person",
    Shown.APPLICATION: "Application",
    Shown.INTAKE: "Intake",
    Shown.SAVED_SEARCH: "SavedSearch",
}


def condition(shown: Shown, sights: Sights) -> str | None:
    """Return the condition under which someone with these sights sees a thing; None where nothing is hidden."""
    return _conditions(sights)[shown]


@cache
def _conditions(sights: Sights) -> Mapping[Shown, str | None]:
    if sights == EVERYTHING:
        return {**dict.fromkeys(Shown), Shown.SAVED_SEARCH: _SHARED_OR_OWN}
    job, candidate = _JOBS[sights.jobs], _CANDIDATES[sights.candidates]
    colleague = _COLLEAGUES[sights.candidates]
    person = f"(@node:Candidate AND {candidate} OR {colleague})" if candidate and colleague else None
    for_a_seen_job = _no_other("-[:FOR]->", "Job", job)
    referred = f"{_leads('-[:OF]->', 'Person', person)} AND {for_a_seen_job}"
    about = f"NOT EXISTS {{ MATCH (v1:Person {{id: @node.about}}) WHERE NOT {_of(person, 'v1')} }}"
    made = _no_other("-[:MADE]->(:Record)-[:ABOUT]->", "Person", person)
    reads_files = sights.candidates in {Sight.ALL, Sight.RECRUITING}
    return {
        Shown.OPEN: None,
        Shown.JOB: job,
        Shown.STAGE: _leads("<-[:HAS_STAGE]-", "Job", job),
        Shown.CANDIDATE: candidate,
        Shown.COLLEAGUE: colleague,
        Shown.PERSON: person,
        Shown.RECORD: _leads("-[:ABOUT]->", "Person", person),
        Shown.APPLICATION: f"({_leads('-[:FOR]->', 'Job', job)} AND {_leads('-[:BY]->', 'Person', candidate)})",
        Shown.REFERRAL: f"({referred} OR EXISTS {{ (@node)-[:BY]->{_VIEWER} }})",
        Shown.TOUCH: f"({_leads('-[:TO]->', 'Person', person)} AND {for_a_seen_job})",
        Shown.INTAKE: f"({made} AND {about})" if reads_files else "false",
        Shown.SAVED_SEARCH: _SHARED_OR_OWN,
    }


def _leads(way: str, label: str, seen: str | None) -> str:
    where = f" WHERE {_of(seen, 'v1')}" if seen else ""
    return f"EXISTS {{ (@node){way}(v1:{label}){where} }}"


def _no_other(way: str, label: str, seen: str | None) -> str:
    return f"NOT EXISTS {{ (@node){way}(v1:{label}) WHERE NOT {_of(seen, 'v1')} }}"


def _of(seen: str | None, variable: str) -> str:
    return "true" if seen is None else seen.replace("@node", variable)


def with_sights(text: str, sights: Sights) -> str:
    """Put the conditions in place of each ` WHERE @seen(job, j)` or ` AND @seen(job, j)` in a text."""

    def condition_of(found: re.Match[str]) -> str:
        keyword, shown, variable = found.groups()
        visible = condition(Shown(shown), sights)
        return f" {keyword} {_of(visible, variable)}" if visible else ""

    return _SEEN.sub(condition_of, text)


@cache
def seen_by(statement: Statement, sights: Sights) -> Statement:
    """Return the statement for someone with these sights."""
    return Statement(statement.name, with_sights(statement.text, sights))


async def seen(tx: Transaction, /, *, viewer: Viewer, shown: Shown, ids: Iterable[str]) -> frozenset[str]:
    """Return those of the ids that name a thing of the kind which the viewer sees."""
    row = await _those_seen(shown, viewer.sights).row(tx, ids=list(ids), **viewer.parameters)
    return frozenset(row["ids"]) if row else frozenset()


async def seen_alone(graph: Graph, /, *, viewer: Viewer, shown: Shown, ids: Iterable[str]) -> frozenset[str]:
    """Return what `seen` does, where nothing else is read: without a transaction of ours, in one round trip."""
    statement = _those_seen(shown, viewer.sights)
    return frozenset(await graph.value(statement, {"ids": list(ids), **viewer.parameters}))


async def require(
    tx: Transaction, /, *, viewer: Viewer, shown: Shown, id: str, what: str, field: str
) -> None:
    """Make sure that the viewer sees a thing which a write names; the writer itself finds out if it is there.

    Raises:
        NotFound: they do not, as if it was not there.
    """
    if condition(shown, viewer.sights) is None:
        return
    if not await seen(tx, viewer=viewer, shown=shown, ids=[id]):
        raise NotFound(what, field=field)


async def jobs_that_show(graph: Graph, /, *, viewer: Viewer, limit: int) -> list[str]:
    """Return the jobs by which the viewer sees candidates: those they are assigned to or a member of, the newest first.

    At most `limit`; none, and nothing is asked, where what they see does not hang on jobs.
    """
    if viewer.sights.candidates is not Sight.MEMBER:
        return []
    return list(await graph.value(JOBS_OF, {"limit": limit, **viewer.parameters}))


def all_visible(viewer: Viewer, events: Sequence[Event]) -> bool:
    """Say whether there is nothing to judge: the viewer sees all things, and no event is for the owner of a search alone."""
    return viewer.sees_everything and all(e.type is not EventType.SAVED_SEARCH_MATCHED for e in events)


async def visible_events(tx: Transaction, /, *, viewer: Viewer, events: Sequence[Event]) -> Sequence[Event]:
    """Return the events that are about nothing which is hidden from the viewer; all are judged by one read.

    Who sees public jobs alone hears also that one was closed, which hides it: an event has no more of a job than its id.
    That a saved search matched is for its owner alone, since it was found with the owner's rights.
    """
    if all_visible(viewer, events):
        return events
    searches = [e.subject.saved_search_id for e in events if e.type is EventType.SAVED_SEARCH_MATCHED]
    if searches:
        row = await OWN_SEARCHES.row(tx, ids=searches, **viewer.parameters)
        own = set(row["ids"]) if row else set()
        events = [
            e
            for e in events
            if e.type is not EventType.SAVED_SEARCH_MATCHED or e.subject.saved_search_id in own
        ]
    if viewer.sees_everything:
        return events
    about = {
        Shown.JOB: {e.subject.job_id for e in events},
        Shown.PERSON: {e.subject.candidate_id for e in events},
        Shown.APPLICATION: {e.subject.application_id for e in events},
        Shown.INTAKE: {e.subject.intake_id for e in events},
    }
    given = {str(shown): [id_ for id_ in ids if id_] for shown, ids in about.items()}
    row = await _those_of_events(viewer.sights).row(tx, **given, **viewer.parameters)
    found = row or {}
    known = {shown: {None, *found.get(str(shown), ())} for shown in about}
    return [
        event
        for event in events
        if event.subject.job_id in known[Shown.JOB]
        and event.subject.candidate_id in known[Shown.PERSON]
        and event.subject.application_id in known[Shown.APPLICATION]
        and event.subject.intake_id in known[Shown.INTAKE]
    ]


@cache
def _those_seen(shown: Shown, sights: Sights) -> Statement:
    return Statement(
        f"visibility.{shown}", f"RETURN {_collected(shown, condition(shown, sights), 'ids')} AS ids"
    )


@cache
def _those_of_events(sights: Sights) -> Statement:
    kinds = (Shown.JOB, Shown.PERSON, Shown.APPLICATION, Shown.INTAKE)
    seen = {shown: condition(shown, sights) for shown in kinds}
    if sights.jobs is Sight.PUBLIC:
        seen[Shown.JOB] = _FOR_ALL
    parts = (f"{_collected(shown, visible, str(shown))} AS {shown}" for shown, visible in seen.items())
    return Statement("visibility.events", "RETURN " + ", ".join(parts))


def _collected(shown: Shown, visible: str | None, parameter: str) -> str:
    where = _of(visible, "n")
    return f"COLLECT {{ UNWIND ${parameter} AS id MATCH (n:{_LABELS[shown]} {{id: id}}) WHERE {where} RETURN id }}"
