"""Who sees what, said once more in plain Python over a drawn graph: what the conditions in Cypher are judged by."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

import orjson

from graph.events import EventType
from graph.rights import Permission
from graph.tokens import AccessRole
from schema.node import any_id
from schema.permissions import Principal
from tests.schema.graphs import Drawing, Thing

STAFF = {AccessRole.RECRUITER, AccessRole.SOURCER}
PUBLIC = {AccessRole.EMPLOYEE, AccessRole.PARTNER, AccessRole.ANONYMOUS}
GUARDED = {
    "User": Permission.USERS_MANAGE,
    "Token": Permission.TOKENS_MANAGE,
    "PartnerApplication": Permission.PARTNERS_MANAGE,
    "Term": Permission.TALENT_SEARCH,
}
"""What has to be held to see any of a kind, whoever's it is."""
NAMED = ("job_id", "saved_search_id", "user_id", "token_id", "partner_application_id", "term_id")
TEAM = {AccessRole.HIRING_MANAGER, AccessRole.INTERVIEWER}


class Reference:
    """What a principal may see of a drawn graph."""

    def __init__(self, drawing: Drawing, principal: Principal) -> None:
        self._drawing = drawing
        self._role = principal.role
        self._viewer = principal.person_id
        self._actor = principal.actor
        self._permissions = principal.permissions

    def visible(self) -> set[str]:
        """Return the ids of all things that an answer may name; an event that one hears of names what it is about."""
        seen = {thing.id for thing in self._drawing.things if "id" in thing.properties and self.sees(thing)}
        events = (thing for thing in self._drawing.labelled("Event") if thing.id in seen)
        named = (event.properties.get(name) for event in events for name in NAMED)
        return seen | {str(id_) for id_ in named if id_}

    def sees(self, thing: Thing) -> bool:
        """Say whether the principal may see a thing; what has no rule here is for all who come there."""
        rules = {
            "Job": self.sees_job,
            "Stage": lambda stage: any(self.sees_job(job) for job in self._before("HAS_STAGE", stage)),
            "Person": lambda person: self.sees_candidate(person) or self.sees_colleague(person),
            "Record": lambda record: self._all_seen(record, "ABOUT", needed=True),
            "Application": self.sees_application,
            "Touch": lambda touch: self._all_seen(touch, "TO", needed=True) and self._all_seen(touch, "FOR"),
            "Referral": self.sees_referral,
            "Intake": self.sees_intake,
            "Event": self.sees_event,
        }
        if (needed := GUARDED.get(thing.labels[0])) and needed not in self._permissions:
            return False
        if thing.labels[0] == "SavedSearch":
            return self.sees_search(thing)
        if thing.labels[0] == "Event" and not self._is_told(thing):
            return False
        rule = rules.get(thing.labels[0])
        return self._role is AccessRole.ADMIN or rule is None or rule(thing)

    def sees_application(self, application: Thing) -> bool:
        by = self._after(application, "BY")
        return self._all_seen(application, "FOR", needed=True) and any(map(self.sees_candidate, by))

    def sees_referral(self, referral: Thing) -> bool:
        mine = any(person.id == self._viewer for person in self._after(referral, "BY"))
        return mine or (self._all_seen(referral, "OF", needed=True) and self._all_seen(referral, "FOR"))

    def sees_search(self, search: Thing) -> bool:
        return search.properties["shared"] is True or search.properties["owner"] == self._actor

    def _is_told(self, event: Thing) -> bool:
        """Say whether it is no match of somebody else's standing search."""
        if event.properties["type"] != EventType.SAVED_SEARCH_MATCHED:
            return True
        searches = self._drawing.labelled("SavedSearch")
        own = {each.id for each in searches if each.properties["owner"] == self._actor}
        return event.properties["saved_search_id"] in own

    def sees_job(self, job: Thing) -> bool:
        team = [*self._after(job, "MEMBER"), *self._after(job, "ASSIGNED")]
        on_it = any(person.id == self._viewer for person in team)
        open_to_all = job.properties["confidential"] is not True
        public = open_to_all and job.properties["status"] == "OPEN"
        if self._role in STAFF:
            return open_to_all or on_it
        if self._role in TEAM:
            return on_it
        return public or (self._role is AccessRole.CANDIDATE and self._applied_for(job))

    def _applied_for(self, job: Thing) -> bool:
        applications = self._before("FOR", job, "Application")
        return any(p.id == self._viewer for each in applications for p in self._after(each, "BY"))

    def sees_candidate(self, person: Thing) -> bool:
        if "Candidate" not in person.labels:
            return False
        if self._role is AccessRole.ADMIN:
            return True
        if self._role is AccessRole.CANDIDATE:
            return person.id == self._viewer
        let_in = [*self._after(person, "OWNED_BY"), *self._after(person, "SHARED_WITH")]
        known = person.properties["private"] is not True or any(p.id == self._viewer for p in let_in)
        if self._role in STAFF:
            return known
        if self._role in TEAM:
            applications = self._before("BY", person, "Application")
            jobs = [job for each in applications for job in self._after(each, "FOR")]
            jobs += self._after(person, "SHORTLISTED_FOR")
            return known and any(self.sees_job(job) for job in jobs)
        return False

    def sees_colleague(self, person: Thing) -> bool:
        if self._role is AccessRole.ADMIN:
            return True
        return "Colleague" in person.labels and (self._role in STAFF | TEAM or person.id == self._viewer)

    def sees_intake(self, intake: Thing) -> bool:
        if self._role not in STAFF:
            return self._role is AccessRole.ADMIN
        people = [person for record in self._after(intake, "MADE") for person in self._after(record, "ABOUT")]
        people += [p for p in self._drawing.labelled("Person") if p.id == intake.properties.get("about")]
        return all(self.sees(person) for person in people)

    def sees_event(self, event: Thing) -> bool:
        names = ("job_id", "candidate_id", "application_id", "intake_id")
        about = {event.properties[name] for name in names if event.properties.get(name)}
        things = [thing for thing in self._drawing.things if thing.properties.get("id") in about]
        return len(things) == len(about) and all(map(self._sees_in_event, things))

    def _sees_in_event(self, thing: Thing) -> bool:
        if self._role in PUBLIC and "Job" in thing.labels:
            return thing.properties["confidential"] is not True
        return self.sees(thing)

    def _all_seen(self, thing: Thing, way: str, *, needed: bool = False) -> bool:
        others = self._after(thing, way)
        return all(self.sees(other) for other in others) and (bool(others) or not needed)

    def _after(self, thing: Thing, way: str) -> list[Thing]:
        return [tie.end for tie in self._drawing.ties if tie.start is thing and tie.type == way]

    def _before(self, way: str, thing: Thing, label: str | None = None) -> list[Thing]:
        ties = [tie for tie in self._drawing.ties if tie.end is thing and tie.type == way]
        return [tie.start for tie in ties if label is None or label in tie.start.labels]


def named(answer: Any) -> Iterator[str]:
    """Yield every text of an answer that may be an id, as it is and as what it hides: global ids and cursors."""
    match answer:
        case dict():
            for value in answer.values():
                yield from named(value)
        case list():
            for value in answer:
                yield from named(value)
        case str():
            yield answer
            known = any_id(answer)
            if known:
                yield known[1]
            else:
                yield from _in_cursor(answer)


def _in_cursor(text: str) -> Iterator[str]:
    try:
        content = orjson.loads(base64.b64decode(text, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        return
    if isinstance(content, list):
        yield from (part for part in content if isinstance(part, str))


def hidden_ids(drawing: Drawing, principal: Principal, answer: Any) -> set[str]:
    """Return the ids in an answer that the principal must not see; who one is oneself is no secret."""
    ids = {str(thing.properties["id"]) for thing in drawing.things if "id" in thing.properties}
    return set(named(answer)) & (ids - Reference(drawing, principal).visible() - {principal.person_id})
