"""Random small graphs in the shape that Kith stores, sound ones and ones that were damaged on purpose."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import orjson

from graph.access_links import Mailing
from graph.client import Graph, Statement
from graph.events import ACCESS_EVENTS, EventType
from graph.partners import OperationKind, PartnerStatus
from graph.profiles import first_month, skill_key
from graph.rights import OF_NO_TOKEN, Permission
from graph.taxonomy.terms import TermKind, TermSource
from graph.tokens import AccessRole
from graph.users import UserStatus
from schema.node import Kind, global_id
from tests.workers.conftest import EMPTY

CREATE_NODES = Statement(
    "tests.create_nodes",
    """
    UNWIND range(0, size($nodes) - 1) AS i
    WITH i, $nodes[i] AS row
    CREATE (n:$(row.labels))
    SET n = row.properties
    RETURN i, elementId(n) AS id ORDER BY i
    """,
)
CREATE_EDGES = Statement(
    "tests.create_edges",
    """
    UNWIND $edges AS row
    MATCH (a) WHERE elementId(a) = row.start
    MATCH (b) WHERE elementId(b) = row.end
    CREATE (a)-[e:$(row.type)]->(b)
    SET e = row.properties
    """,
)

TEXTS = (
    "Welder",
    "welder",
    "Ana Šimić",
    "李小龍",
    "😀 smiles 👩‍🚀",
    "say \"hi\" \\ and 'bye'",
    "line\nbreak\ttab\r\x08\x0c",
    "\x01\x1f\x7f\u2028\ufeff",
    "",
    " ",
    "null",
    "$p0_0 @node.id {} `x`",
    "ßẞİı",
    "a" * 300,
)
"""What texts look like here."""

_ROLES = ("Employee", "Recruiter", "HiringManager", "Interviewer")
_CATEGORIES = ("LEAD", "APPLIED", "SCREEN", "INTERVIEW", "OFFER", "HIRED")
_DETAILS: tuple[dict[str, str], ...] = (
    {},
    {"status": "ACTIVE", "category": "APPLIED"},
    {"code": "NO_TEXT"},
    {"kind": "FORM"},
    {"reason": "NO_EMAIL"},
)
OWNER = "token:tester"
"""Who owns some of the saved searches, as the event log names them."""
_SEARCHES = (
    '[1,"",[],[],null]',
    '[1,"welder nice:ship",[["check","skills","eq","mig"]],[["check","city","eq","kiel"]],["name",false]]',
    '[1,"title:lead",[["every",["check","id","in",["x"]],["unless",["check","consent","eq",true]]]],[],null]',
)
_UNIQUE = frozenset({"id", "sequence", "unsubscribe_key", "email", "hash"})
_DATES = ("2011", "2014-03", "2015-01-31", "2018", "2019-12", "2023-07-01")
_WRONG: tuple[Any, ...] = (
    None,
    None,
    7,
    -1,
    2**31,
    2**53,
    1.5,
    3.0,
    math.nan,
    math.inf,
    True,
    "",
    "12",
    "UNHEARD_OF",
    [],
    ["a", "b"],
    [1, 2],
    datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
)


@dataclass(slots=True)
class Thing:
    """A node."""

    labels: list[str]
    properties: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.properties["id"])


@dataclass(slots=True)
class Tie:
    """A relationship."""

    start: Thing
    type: str
    end: Thing
    properties: dict[str, Any]


@dataclass(slots=True)
class Drawing:
    """A graph that is not written yet."""

    things: list[Thing] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)

    def add(self, *labels: str, **properties: Any) -> Thing:
        thing = Thing(list(labels), properties)
        self.things.append(thing)
        return thing

    def tie(self, start: Thing, type_: str, end: Thing, **properties: Any) -> None:
        self.ties.append(Tie(start, type_, end, properties))

    def labelled(self, label: str) -> list[Thing]:
        return [thing for thing in self.things if label in thing.labels]

    def ids(self, kind: Kind) -> list[str]:
        """Return the ids that clients know."""
        return [global_id(kind, thing.id) for thing in self.labelled(kind)]

    async def write(self, graph: Graph) -> None:
        """Put this in place of all that the graph holds."""
        await graph.execute(EMPTY)
        nodes = [{"labels": thing.labels, "properties": thing.properties} for thing in self.things]
        rows = await graph.execute(CREATE_NODES, nodes=nodes)
        places = {id(thing): row["id"] for thing, row in zip(self.things, rows, strict=True)}
        edges = [
            {
                "start": places[id(tie.start)],
                "type": tie.type,
                "end": places[id(tie.end)],
                "properties": tie.properties,
            }
            for tie in self.ties
        ]
        await graph.execute(CREATE_EDGES, edges=edges)


class _Artist:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.drawing = Drawing()
        add = self.drawing.add
        self.skills = [add("Skill", id=self.id(), name=self.text()) for _ in range(4)]
        self.companies = [add("Company", id=self.id(), name=self.text()) for _ in range(4)]
        self.schools = [add("School", id=self.id(), name=self.text()) for _ in range(2)]
        self.people = [self.person() for _ in range(random.randint(4, 9))]
        self.jobs = [self.job() for _ in range(random.randint(1, 4))]
        for _ in range(random.randint(2, 10)):
            self.application()
        self.shortlists()
        self.access()
        self.outreach()
        self.intakes()
        self.referrals()
        self.events()
        self.saved_searches()
        self.terms()
        self.users()
        self.tokens()
        self.partner_applications()
        self.events_about_access()

    def id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def text(self) -> str:
        return self.random.choice(TEXTS)

    def texts(self) -> list[str]:
        return [self.text() for _ in range(self.random.randint(0, 3))]

    def at(self) -> str:
        """Few moments, so that many things have the same."""
        return f"2026-0{self.random.randint(1, 3)}-01T00:00:00.00000{self.random.randint(0, 2)}Z"

    def maybe(self, make: Callable[[], Any]) -> Any:
        return make() if self.random.random() < 0.6 else None

    def some(self, things: Sequence[Thing], most: int) -> list[Thing]:
        return self.random.sample(things, self.random.randint(0, min(most, len(things))))

    def person(self) -> Thing:
        labels = self.random.choice(
            [["Candidate"], ["Candidate"], ["Colleague"], ["Candidate", "Colleague"], []]
        )
        if "Colleague" in labels:
            labels = labels + self.random.sample(_ROLES, self.random.randint(0, 3))
        consent_at = self.maybe(self.at)
        person = self.drawing.add(
            "Person",
            *labels,
            id=self.id(),
            name=self.maybe(self.text),
            headline=self.maybe(self.text),
            summary=self.maybe(self.text),
            emails=self.texts(),
            phones=self.texts(),
            links=self.texts(),
            languages=self.texts(),
            certificates=self.texts(),
            tags=self.texts(),
            city=self.maybe(self.text),
            region=self.maybe(self.text),
            country=self.maybe(lambda: self.random.choice(["DE", "HR"])),
            experience_months=self.random.choice([0, 5, 6, 18, 100]),
            consent_at=consent_at,
            consent_granted=self.random.random() < 0.5 if consent_at else None,
            consent_basis=self.maybe(self.text) if consent_at else None,
            opted_out_at=self.maybe(self.at),
            created_at=self.at(),
            updated_at=self.at(),
            version=self.random.randint(1, 9),
        )
        self.external_ids("Person", person)
        records = [self.record(person) for _ in range(self.random.randint(0, 2))]
        source = records[0].id if records else self.id()
        for i in range(self.random.randint(0, 3)):
            self.employment(person, i, source)
        for i, school in enumerate(self.some(self.schools, 2)):
            dates = self.span()
            self.drawing.tie(
                person, "STUDIED_AT", school, **dates, record=source, position=i, degree=self.maybe(self.text)
            )
        for i, skill in enumerate(self.some(self.skills, 3)):
            self.drawing.tie(
                person,
                "HAS_SKILL",
                skill,
                position=i,
                months=(None, 7, 40)[i],
                last_used=(None, "2024-03", "2019-12")[i],
            )
        return person

    def external_ids(self, kind: str, thing: Thing) -> None:
        for i in range(self.random.randint(0, 2)):
            named = self.drawing.add("ExternalId", kind=kind, system=f"system {i}", value=self.id())
            self.drawing.tie(named, "OF", thing)

    def record(self, person: Thing) -> Thing:
        kind = self.random.choice(["FORM", "RESUME", "IMPORT", "REFERRAL"])
        record = self.drawing.add(
            "Record",
            id=self.id(),
            kind=kind,
            origin=self.text(),
            received_at=self.at(),
            values='[["SKILL", 0, "SQL", 4, 7], ["EMPLOYMENT", 0, null, 9, 20]]'
            if kind == "RESUME"
            else None,
            contact_values='[["EMAIL", 0, "a@example.org", 0, 13]]' if kind == "RESUME" else None,
        )
        self.drawing.tie(record, "ABOUT", person)
        return record

    def span(self) -> dict[str, Any]:
        first, last = sorted(self.random.sample(_DATES, 2))
        return {
            "from": first,
            "to": last,
            "first_month": first_month(first),
            "last_month": first_month(last),
        }

    def employment(self, person: Thing, position: int, source: str) -> None:
        dates = self.span() if self.random.random() < 0.8 else {}
        company = (
            self.random.choice(self.companies)
            if self.random.random() < 0.8
            else self.drawing.add("UnnamedCompany")
        )
        self.drawing.tie(
            person,
            "WORKED_AT",
            company,
            **dates,
            record=source,
            position=position,
            title=self.maybe(self.text),
            team=self.maybe(self.text),
            location=self.maybe(self.text),
            summary=self.maybe(self.text),
            current=self.random.random() < 0.3,
        )

    def job(self) -> Thing:
        paid = self.random.random() < 0.5
        job = self.drawing.add(
            "Job",
            id=self.id(),
            title=self.text(),
            description=self.text(),
            department=self.maybe(self.text),
            city=self.maybe(self.text),
            country=self.maybe(lambda: "DE"),
            employment_type=self.random.choice(["FULL_TIME", "PART_TIME", "INTERNSHIP"]),
            openings=self.random.randint(1, 3),
            salary_minimum=40_000 if paid else None,
            salary_maximum=50_000 if paid else None,
            salary_currency="EUR" if paid else None,
            status=self.random.choice(["OPEN", "OPEN", "CLOSED"]),
            version=self.random.randint(1, 9),
            created_at=self.at(),
            updated_at=self.at(),
        )
        self.external_ids("Job", job)
        for position in range(self.random.randint(1, 4)):
            category = _CATEGORIES[1 if position == 0 else self.random.randrange(len(_CATEGORIES))]
            stage = self.drawing.add(
                "Stage", id=self.id(), name=self.text(), category=category, position=position
            )
            self.drawing.tie(job, "HAS_STAGE", stage)
        for position, skill in enumerate(self.some(self.skills, 3)):
            self.drawing.tie(job, "REQUIRES", skill, position=position)
        colleagues = [person for person in self.people if "Colleague" in person.labels]
        for duty in ("RECRUITER", "HIRING_MANAGER"):
            for colleague in self.some(colleagues, 1):
                self.drawing.tie(job, "ASSIGNED", colleague, **{"as": duty})
        return job

    def candidates(self) -> list[Thing]:
        return [person for person in self.people if "Candidate" in person.labels]

    def application(self) -> None:
        job = self.random.choice(self.jobs)
        stages = [tie.end for tie in self.drawing.ties if tie.start is job and tie.type == "HAS_STAGE"]
        application = self.drawing.add(
            "Application",
            id=self.id(),
            status=self.random.choice(["ACTIVE", "ACTIVE", "REJECTED", "WITHDRAWN", "HIRED"]),
            applied_at=self.at(),
            source=self.maybe(self.text),
            version=self.random.randint(1, 9),
        )
        self.external_ids("Application", application)
        for candidate in self.some(self.candidates(), 1) or self.candidates()[:1]:
            self.drawing.tie(application, "BY", candidate)
        self.drawing.tie(application, "FOR", job)
        self.drawing.tie(application, "IN_STAGE", self.random.choice(stages), since=self.at())

    def shortlists(self) -> None:
        for job in self.jobs:
            for person in self.some(self.candidates(), 3):
                note = self.maybe(self.text)
                self.drawing.tie(
                    person, "SHORTLISTED_FOR", job, at=self.at(), by=f"token:{self.id()}", note=note
                )

    def access(self) -> None:
        """Make some jobs and candidates known to few."""
        for job in self.jobs:
            job.properties["confidential"] = self.random.choice([None, False, True, True])
            for person in self.some(self.people, 3):
                self.drawing.tie(job, "MEMBER", person)
        for candidate in self.candidates():
            candidate.properties["private"] = self.random.choice([None, False, True, True])
            for way in ("OWNED_BY", "SHARED_WITH"):
                for person in self.some(self.people, 2):
                    self.drawing.tie(candidate, way, person)

    def outreach(self) -> None:
        templates = [
            self.drawing.add(
                "Template",
                id=self.id(),
                name=self.text(),
                subject=self.text(),
                body=self.text(),
                created_at=self.at(),
            )
            for _ in range(self.random.randint(1, 3))
        ]
        for person in self.some(self.people, 4):
            for _ in range(self.random.randint(1, 2)):
                touch = self.drawing.add(
                    "Touch",
                    id=self.id(),
                    status=self.random.choice(["QUEUED", "SENT", "FAILED", "CANCELLED"]),
                    reason=self.maybe(self.text),
                    subject=self.maybe(self.text),
                    queued_at=self.at(),
                    sent_at=self.maybe(self.at),
                    sender_name=self.text(),
                    unsubscribe_key=self.id(),
                )
                self.drawing.tie(touch, "TO", person)
                self.drawing.tie(touch, "USING", self.random.choice(templates))

    def intakes(self) -> None:
        records = self.drawing.labelled("Record")
        for status in self.random.sample(["RECEIVED", "PARSING", "COMPLETED", "FAILED"], 3):
            intake = self.drawing.add(
                "Intake",
                id=self.id(),
                about=self.maybe(lambda: self.random.choice(self.people).id),
                file_name=self.text(),
                size=self.random.randint(0, 10_000),
                kind=self.maybe(lambda: "PDF"),
                status=status,
                code=self.maybe(lambda: "NO_TEXT"),
                reason=self.maybe(self.text),
                attempts=self.random.randint(0, 3),
                received_at=self.at(),
                settled_at=self.maybe(self.at),
                likelihood=0.25 if status == "COMPLETED" else None,
                signs=["NAME", "ADVERT"] if status == "COMPLETED" else None,
            )
            for record in self.some(records, 1):
                self.drawing.tie(intake, "MADE", record)

    def referrals(self) -> None:
        colleagues = [person for person in self.people if "Colleague" in person.labels]
        for colleague in self.some(colleagues, 2):
            for candidate in self.some([each for each in self.candidates() if each is not colleague], 1):
                referral = self.drawing.add(
                    "Referral",
                    id=self.id(),
                    at=self.at(),
                    note=self.maybe(self.text),
                    relationship=self.maybe(self.text),
                )
                self.drawing.tie(referral, "BY", colleague)
                self.drawing.tie(referral, "OF", candidate)

    def events(self) -> None:
        last = self.random.randint(1, 12)
        applications = self.drawing.labelled("Application")
        for sequence in range(1, last + 1):
            self.drawing.add(
                "Event",
                id=self.id(),
                sequence=sequence,
                type=str(self.random.choice(list(EventType))),
                at=self.at(),
                actor=f"token:{self.id()}",
                detail=orjson.dumps(self.random.choice(_DETAILS)).decode(),
                candidate_id=self.maybe(lambda: self.random.choice(self.people).id),
                job_id=self.maybe(lambda: self.random.choice(self.jobs).id),
                application_id=self.maybe(lambda: self.random.choice(applications).id),
                touch_id=self.maybe(self.id),
                template_id=self.maybe(self.id),
            )
        self.drawing.add("Sequence", name="events", value=last, published=last)

    def saved_searches(self) -> None:
        searches = [
            self.drawing.add(
                "SavedSearch",
                id=self.id(),
                name=self.text(),
                shared=self.random.random() < 0.5,
                owner=self.random.choice([OWNER, f"user:{self.id()}"]),
                content=self.random.choice(_SEARCHES),
                standing=self.random.choice([None, True]),
                standing_since=self.maybe(self.at),
                fault=self.random.choice([None, None, "BROKEN", "TOO_BROAD", "NOT_ALLOWED"]),
                digest=self.random.choice([None, "NONE", "DAILY", "WEEKLY"]),
                version=self.random.randint(1, 9),
                created_at=self.at(),
                updated_at=self.at(),
            )
            for _ in range(self.random.randint(1, 4))
        ]
        for search in searches:
            for candidate in self.some(self.candidates(), 4):
                seen, ended = self.maybe(self.at), self.maybe(self.at)
                self.drawing.tie(search, "FOUND", candidate, at=self.at(), seen_at=seen, ended_at=ended)
        for event in self.drawing.labelled("Event"):
            if event.properties["type"] == EventType.SAVED_SEARCH_MATCHED or self.random.random() < 0.2:
                event.properties["saved_search_id"] = self.random.choice(searches).id

    def terms(self) -> None:
        terms = [
            self.drawing.add(
                "Term",
                id=self.id(),
                kind=self.random.choice(list(TermKind)).value,
                name=self.text(),
                synonyms=self.texts(),
                keys=[skill_key(text) for text in self.texts()],
                removed=[],
                everyday=[],
                source=self.random.choice(list(TermSource)).value,
                version=self.random.randint(1, 9),
                created_at=self.at(),
                updated_at=self.at(),
            )
            for _ in range(self.random.randint(2, 6))
        ]
        for above, below in itertools.combinations(terms, 2):
            for way in ("BROADER", "RELATED"):
                if self.random.random() < 0.3:
                    self.drawing.tie(below, way, above)

    def users(self) -> None:
        colleagues = [person for person in self.people if "Colleague" in person.labels]
        for number in range(self.random.randint(1, 4)):
            status = self.random.choice(list(UserStatus))
            user = self.drawing.add(
                "User",
                id=self.id(),
                email=f"user.{number}@example.org",
                role=self.role(),
                status=status.value,
                created_at=self.at(),
                joined_at=self.maybe(self.at),
                version=self.random.randint(1, 9),
            )
            for colleague in self.some(colleagues, 1):
                self.drawing.tie(user, "IS", colleague)
            if status is UserStatus.INVITED:
                link = self.drawing.add(
                    "AccessLink",
                    id=self.id(),
                    kind="INVITATION",
                    hashes=[],
                    mailing=self.random.choice(list(Mailing)).value,
                    expires_at=self.at(),
                )
                self.drawing.tie(link, "ADMITS", user)

    def role(self) -> str:
        return self.random.choice([role for role in AccessRole if role not in OF_NO_TOKEN]).value

    def tokens(self) -> None:
        for _ in range(self.random.randint(1, 4)):
            self.drawing.add(
                "Token",
                id=self.id(),
                hash=self.id(),
                label=self.text(),
                role=self.role(),
                scopes=self.maybe(lambda: sorted(map(str, self.random.sample(list(Permission), 3)))),
                created_at=self.at(),
                created_by=f"token:{self.id()}",
                expires_at=self.maybe(self.at),
                rotated_at=self.maybe(self.at),
                previous_until=self.maybe(self.at),
                last_used_at=self.maybe(self.at),
                revoked_at=self.maybe(self.at),
            )

    def partner_applications(self) -> None:
        tokens = self.drawing.labelled("Token")
        for _ in range(self.random.randint(1, 3)):
            application = self.drawing.add(
                "PartnerApplication",
                id=self.id(),
                name=self.text(),
                contact=self.text(),
                status=self.random.choice(list(PartnerStatus)).value,
                documents_only=self.random.random() < 0.5,
                anonymous=self.random.random() < 0.3,
                registered_at=self.at(),
                approved_at=self.maybe(self.at),
                version=self.random.randint(1, 9),
            )
            for token in self.some(tokens, 1):
                self.drawing.tie(token, "OF", application)
            for _ in range(self.random.randint(0, 3)):
                document = self.drawing.add(
                    "PartnerDocument",
                    id=self.id(),
                    hash=self.id(),
                    text=self.text(),
                    operation_name=self.text(),
                    operation_kind=self.random.choice(list(OperationKind)).value,
                    permissions=sorted(map(str, self.random.sample(list(Permission), 2))),
                    personal_data=["Candidate.name"],
                    depth=2,
                    fields=3,
                    rows=10,
                    values=30,
                    submitted_at=self.at(),
                    approved_at=self.maybe(self.at),
                )
                self.drawing.tie(application, "HAS_DOCUMENT", document)

    def events_about_access(self) -> None:
        """Let events about users, tokens, partners and terms name some."""
        named = (
            ("user_id", "User", ACCESS_EVENTS),
            ("token_id", "Token", ACCESS_EVENTS),
            ("partner_application_id", "PartnerApplication", ACCESS_EVENTS),
            ("term_id", "Term", frozenset(EventType)),
        )
        for event in self.drawing.labelled("Event"):
            for name, label, types in named:
                if event.properties["type"] in types and self.random.random() < 0.5:
                    event.properties[name] = self.random.choice(self.drawing.labelled(label)).id


def sound(seed: int) -> Drawing:
    """Draw a graph as Kith would write it."""
    return _Artist(Random(seed)).drawing


def damaged(seed: int) -> Drawing:
    """Draw a graph in which some values are missing, of another type or unheard of, and some relationships are gone."""
    random = Random(seed)
    drawing = sound(seed)
    things = [thing for thing in drawing.things if thing.labels != ["Sequence"]]
    for thing in random.sample(things, len(things) // 10):
        _spoil(thing.properties, random)
    for tie in random.sample(drawing.ties, len(drawing.ties) // 15):
        _spoil(tie.properties, random, "position")
    loose = [tie for tie in drawing.ties if tie.type in {"BY", "FOR", "IN_STAGE", "USING", "MADE", "ABOUT"}]
    for tie in random.sample(loose, min(2, len(loose))):
        drawing.ties.remove(tie)
    return drawing


def _spoil(properties: dict[str, Any], random: Random, *kept: str) -> None:
    """Spoil a property, but none that the graph's own constraints or the order of a list rest on."""
    names = [name for name in properties if name not in _UNIQUE and name not in kept]
    if names:
        properties[random.choice(names)] = random.choice(_WRONG)
