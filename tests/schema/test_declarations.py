"""What the types declare of themselves: every declaration is walked, none can be forgotten."""

import hashlib
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from graphql import GraphQLNonNull
from neo4j import AsyncDriver, AsyncGraphDatabase, Query
from strawberry.types.field import StrawberryField

from graph import admission, partners, tokens
from graph.access import set_candidate_privacy, set_job_access
from graph.access_links import new_link_secret
from graph.applications import NewApplication, apply
from graph.client import Graph, Statement
from graph.composing import by_ids, from_nothing, page_parameters
from graph.credentials import new_secret
from graph.events import Change
from graph.filtering import condition
from graph.ids import new_id
from graph.intakes import IntakeFailure, NewIntake, ReadResume, claim, complete, fail, intake_id_of, receive
from graph.jobs import NewJob, SalaryRange, create_job
from graph.outreach.opt_outs import opt_out
from graph.outreach.sending import claim_touch, mark_sent
from graph.outreach.templates import NewTemplate, create_template
from graph.outreach.touches import Sender, queue_touches
from graph.profiles import Consent, Education, Employment, Location, Profile, RecordKind, Role
from graph.reading import (
    Anchor,
    Key,
    Many,
    One,
    PageCount,
    PageRows,
    PageShape,
    Pattern,
    Row,
    SortKey,
    Source,
)
from graph.records import NewRecord, save_records
from graph.referrals.referrals import NewReferral, create_referral
from graph.rights import SIGHTS
from graph.searches import NewSavedSearch, create_saved_search
from graph.sessions import PREFIX, NewSession, SignIn
from graph.shortlists import shortlist
from graph.standing.choosing import Baseline, DigestRhythm, StandingFault, note_seen, stand, stand_down
from graph.standing.matching import Sighting, note_faults, record
from graph.taxonomy.editing import NewTerm, TermChange, create_term, update_term
from graph.taxonomy.terms import TermKind
from graph.tokens import AccessRole, NewToken
from graph.users import NewUser, UserStatus
from graph.visibility import EVERYTHING, Sights, Viewer
from schema.origins import EdgesOf, Paged, Read, Related, Same, Stored
from schema.permissions import Requires
from schema.resolving import ReadField, full_row, is_list, one_type
from search.talent.conditions import Check
from search.talent.request import Order, SortBy, TalentRequest
from search.talent.saved import content_of
from tests.schema.conftest import SCHEMA

ROOTS = ("Query", "Mutation", "Subscription")
AT = "2026-06-15T12:00:00.000000Z"
LATER = "2026-06-22T12:00:00.000000Z"
KEY_OF = Statement("tests.key_of", "MATCH (t:Touch {id: $id}) RETURN t.unsubscribe_key AS key")
TYPE_MAP = SCHEMA._schema.type_map


@dataclass(frozen=True)
class Declared:
    """A field of a type of the schema."""

    type_name: str
    cls: type
    field: StrawberryField
    graphql: Any

    def __str__(self) -> str:
        return f"{self.type_name}.{self.field.python_name}"

    @property
    def origin(self) -> Any:
        return self.field.origin_ if isinstance(self.field, ReadField) else None


def declared() -> Iterator[Declared]:
    """Return every field of every type and interface."""
    for name, kind in TYPE_MAP.items():
        definition = kind.extensions.get("strawberry-definition") if kind.extensions else None
        if definition is None or not hasattr(kind, "fields") or getattr(definition, "is_input", False):
            continue
        for graphql in cast("Any", kind).fields.values():
            field = graphql.extensions["strawberry-definition"]
            yield Declared(name, definition.origin, field, graphql)


DECLARED = list(declared())


def test_the_walk_meets_everything() -> None:
    assert len({each.type_name for each in DECLARED}) > 50
    for origin in (Stored, Same, Related, Paged, EdgesOf):
        assert any(isinstance(each.origin, origin) for each in DECLARED), origin


def test_what_is_guarded_can_be_null() -> None:
    """A field that the principal may not see is null and reported; it must not take its parent with it."""
    guarded = [
        each
        for each in DECLARED
        if each.type_name not in ROOTS and any(isinstance(e, Requires) for e in each.field.extensions)
    ]
    assert len(guarded) > 10
    assert [str(each) for each in guarded if isinstance(each.graphql.type, GraphQLNonNull)] == []


def test_what_has_relations_can_be_found_by_its_id() -> None:
    """Relations are read by the parent's id."""
    lost = [
        str(each)
        for each in DECLARED
        if issubclass(each.cls, Read)
        and (isinstance(each.origin, Related | Paged))
        and not isinstance(getattr(each.cls, "anchor", None), Anchor)
    ]
    assert lost == []


def test_what_is_read_of_a_match_is_a_type_that_is_read() -> None:
    for each in DECLARED:
        if isinstance(each.origin, Same | Related):
            assert issubclass(one_type(each.field), Read), each
        if isinstance(each.origin, Related):
            assert bool(each.origin.pattern.order) is is_list(cast("ReadField", each.field)), each
        if isinstance(each.origin, Paged):
            assert each.origin.pattern.sorts, each


def test_every_order_that_clients_can_ask_for_is_one_of_the_list() -> None:
    for each in DECLARED:
        if isinstance(each.origin, Paged) and "sortBy" in each.graphql.args:
            sort = each.graphql.args["sortBy"].type
            offered = {value.value for value in sort.fields["field"].type.of_type.values.values()}
            assert {str(getattr(value, "value", value)) for value in offered} == set(
                each.origin.pattern.sorts
            )


def test_patterns_and_anchors_have_names_of_their_own() -> None:
    patterns = {each.origin.pattern for each in DECLARED if isinstance(each.origin, Related | Paged)}
    anchors = {each.cls.anchor for each in DECLARED if hasattr(each.cls, "anchor")}
    for named in (patterns, anchors):
        assert len({each.name for each in named}) == len(named)


def statements() -> Iterator[tuple[str, Statement, dict[str, Any]]]:
    """Return a statement for each declaration and each sights: what says so, the statement, and its parameters."""
    for sights in dict.fromkeys(SIGHTS.values()):
        for name, statement, parameters in _statements(sights):
            yield f"{name} for {sights.jobs} and {sights.candidates}", statement, parameters | {"viewer": "x"}


def _statements(sights: Sights) -> Iterator[tuple[str, Statement, dict[str, Any]]]:
    for cls in dict.fromkeys(each.cls for each in DECLARED if hasattr(each.cls, "anchor")):
        yield cls.__name__, by_ids(cls.anchor, full_row(cls), sights=sights), {"ids": ["x"]}
    for each in DECLARED:
        match each.origin:
            case Stored(sources) if each.field.extensions and hasattr(each.cls, "anchor"):
                yield str(each), _found(each, Row(sources), sights), {"ids": ["x"]}
            case Related(pattern):
                row = full_row(one_type(each.field))
                item = Many(pattern, row) if is_list(cast("ReadField", each.field)) else One(pattern, row)
                yield str(each), _found(each, Row((item,)), sights), {"ids": ["x"]}
            case Paged(pattern):
                yield from _pages(each, pattern, sights)


def _found(each: Declared, row: Row, sights: Sights, *pages: PageShape) -> Statement:
    return by_ids(cast("Any", each.cls).anchor, row, pages, sights=sights)


def _pages(
    each: Declared, pattern: Pattern, sights: Sights
) -> Iterator[tuple[str, Statement, dict[str, Any]]]:
    connection = one_type(each.field)
    (edges,) = (
        field
        for field in cast("Any", connection).__strawberry_definition__.fields
        if isinstance(field, ReadField) and isinstance(field.origin_, EdgesOf)
    )
    items = (*full_row(one_type(edges)).items, SortKey(0))
    row = Row((PageRows(pattern, Row(items), 0), PageCount(pattern, 0)))
    conditions = dict(_conditions(each))
    shapes = {
        f"{each} where": PageShape(next(iter(pattern.sorts)), descending=True, conditions=tuple(conditions))
    }
    whether = (False, True)
    for sort, descending, goes_on, stops in itertools.product(pattern.sorts, whether, whether, whether):
        ends = f"{' after' if goes_on else ''}{' before' if stops else ''}"
        shapes[f"{each} {sort} {'DESC' if descending else 'ASC'}{ends}"] = PageShape(
            sort, descending, goes_on=goes_on, stops=stops
        )
    if sights != EVERYTHING:
        shapes = dict(itertools.islice(shapes.items(), 1))
    for name, shape in shapes.items():
        after, before = (Key("x", "x") if end else None for end in (shape.goes_on, shape.stops))
        values = list(conditions.values()) if shape.conditions else []
        parameters = page_parameters(0, size=1, after=after, before=before, values=values)
        if issubclass(each.cls, Read):
            yield name, _found(each, row, sights, shape), {**parameters, "ids": ["x"]}
        else:
            yield name, from_nothing(pattern.name, row, [shape], sights=sights), parameters


def _conditions(each: Declared) -> Iterator[tuple[str, Any]]:
    """Return every condition that the field's `where` can make, each with a value."""
    if "where" not in each.graphql.args:
        return
    for field in each.graphql.args["where"].type.fields.values():
        declared = field.extensions["strawberry-definition"]
        if "filtered" in declared.metadata:
            source: Source = declared.metadata["filtered"].source
            for operator in field.type.fields.values():
                name = operator.extensions["strawberry-definition"].python_name.rstrip("_")
                yield condition(source, name), {"in": ["x"], "is_null": True}.get(name, "x")


STATEMENTS = {name: (statement, parameters) for name, statement, parameters in statements()}


@pytest.fixture(scope="module")
async def driver(engines: dict[str, str], graph: Graph) -> AsyncIterator[AsyncDriver]:
    """A connection that hears of names that the graph does not know, to a graph in which all is written."""
    await furnish(graph)
    async with AsyncGraphDatabase.driver(
        engines["neo4j"], notifications_min_severity="INFORMATION"
    ) as opened:
        yield opened


@pytest.mark.parametrize("name", STATEMENTS)
async def test_what_is_declared_compiles_and_names_what_is_written(driver: AsyncDriver, name: str) -> None:
    statement, parameters = STATEMENTS[name]
    async with driver.session(default_access_mode="READ") as session:
        result = await session.run(Query(cast("Any", "EXPLAIN " + statement.text)), parameters)
        summary = await result.consume()
    unknown = [
        status.status_description
        for status in summary.gql_status_objects
        if status.gql_status.startswith("01N5")
    ]
    assert unknown == [], "the graph knows no such label, relationship or property"


async def furnish(graph: Graph) -> None:
    """Write one of everything by the functions that write it."""
    by: dict[str, Any] = {"actor": "test", "at": AT}
    colleague, candidate = new_id(), new_id()
    profile = Profile(
        name="Kim Name",
        headline="Welder",
        summary="Joins steel.",
        emails=(f"{candidate}@example.org",),
        phones=("+49 30 1",),
        links=("example.org/kim",),
        location=Location(city="Bonn", region="NRW", country="DE"),
        employments=(
            Employment(company="Acme", title="Welder", start="2015", end="2019", team="Hull", location="Kiel",
                       summary="Welded.", skills=("Welding",)),
        ),
        educations=(Education(school="Tech", degree="BSc", field="Steel", start="2010", end="2013"),),
        skills=("Welding",),
        languages=("German",),
        certificates=("ISO 9606",),
        tags=("north",),
    )  # fmt: skip
    records = [
        NewRecord(
            id=new_id(),
            kind=RecordKind.FORM,
            origin="test",
            received_at=AT,
            profile=each,
            person_id=id_,
            event_id=new_id(),
            roles=roles,
            consent=Consent(granted=True, at=AT, basis="form"),
            external_ids=(("hr", id_),),
        )
        for id_, each, roles in (
            (colleague, Profile(name="Lee"), (Role.RECRUITER,)),
            (candidate, profile, ()),
        )
    ]
    await graph.write(save_records, records=records, **by)
    job = NewJob(
        id=new_id(),
        event_id=new_id(),
        title="Welder",
        description="Joins steel.",
        department="Hull",
        city="Kiel",
        country="DE",
        salary=SalaryRange(1, 2, "EUR"),
        skills=("Welding",),
        recruiter_id=colleague,
        hiring_manager_id=colleague,
    )
    await graph.write(create_job, job=job, **by)
    application = NewApplication(
        id=new_id(), event_id=new_id(), candidate_id=candidate, job_id=job.id, applied_at=AT, source="form"
    )
    await graph.write(apply, application=application, **by)
    viewer = Viewer(EVERYTHING, colleague)
    await graph.write(
        set_job_access,
        viewer=viewer,
        job_id=job.id,
        confidential=True,
        member_ids=[],
        event_id=new_id(),
        **by,
    )
    await graph.write(
        set_candidate_privacy,
        viewer=viewer,
        candidate_id=candidate,
        private=True,
        shared_with_ids=[colleague],
        event_id=new_id(),
        **by,
    )
    await graph.write(
        shortlist, job_id=job.id, candidate_ids=[candidate], note="good", request_id=new_id(), **by
    )
    referral = NewReferral(
        id=new_id(),
        event_id=new_id(),
        by_id=colleague,
        of_id=candidate,
        job_id=job.id,
        note="good",
        relationship="neighbours",
    )
    await graph.write(create_referral, referral=referral, **by)
    await _write_to(graph, candidate, job.id, colleague)
    await _take_files(graph, candidate)
    await _let_in(graph, colleague)
    await _admit_partner(graph)
    await _name_skills(graph)
    await _save_searches(graph, candidate)


async def _name_skills(graph: Graph) -> None:
    """Write terms of which those called A, which fill a page, lead to others that are not on it."""

    async def term(letter: str) -> str:
        named = NewTerm(id=new_id(), kind=TermKind.SKILL, name=f"{letter} {new_id()}", synonyms=(new_id(),))
        return await graph.write(create_term, term=named, change=Change.by("test"))

    for _ in range(5):
        a, b, c, d = [await term(letter) for letter in "ABCD"]
        for wanted in (
            TermChange(id=a, add_broader=(b,), add_related=(c,)),
            TermChange(id=b, add_broader=(c,), add_related=(d,)),
            TermChange(id=d, add_broader=(a,)),
        ):
            await graph.write(update_term, wanted=wanted, change=Change.by("test"))


async def _save_searches(graph: Graph, candidate: str) -> None:
    """Save a shared search that asks for everything that one can ask for, and that a candidate matched for a while."""
    request = TalentRequest(
        text="welder",
        where=(Check("skills", "eq", "mig"),),
        should=(Check("city", "eq", "kiel"),),
        order=Order(SortBy.NAME, descending=False),
    )
    search = NewSavedSearch(id=new_id(), name="Welders", shared=True, content=content_of(request))
    await graph.write(create_saved_search, search=search, change=Change.by("token:test"))
    owner, begun = Viewer(EVERYTHING, None, actor="token:test"), Change.by("token:test")
    await graph.write(
        stand,
        id=search.id,
        expected_version=None,
        digest=DigestRhythm.DAILY,
        due_at=LATER,
        baseline=Baseline(content=search.content, candidates=[], through=0),
        viewer=owner,
        change=begun,
    )
    for found in (frozenset({candidate}), frozenset[str]()):
        sighting = Sighting(search.id, begun.event_id, found)
        await graph.write(record, candidates=[candidate], sightings=[sighting], at=AT, actor="test")
        await graph.write(note_seen, id=search.id, until=LATER, viewer=owner, at=AT)
    await graph.write(note_faults, faults={search.id: StandingFault.BROKEN})
    ended = Change.by("token:test")
    await graph.write(stand_down, id=search.id, expected_version=None, viewer=owner, change=ended)


async def _let_in(graph: Graph, colleague: str) -> None:
    def change() -> Change:
        return Change(event_id=new_id(), actor="test", at=AT)

    async def invited(person_id: str | None) -> admission.Invited:
        email = f"{new_id()}@example.org"
        user = NewUser(
            id=new_id(),
            email=email,
            role=AccessRole.RECRUITER,
            status=UserStatus.INVITED,
            person_id=person_id,
        )
        given = admission.Invitation(link_id=new_id(), user=user, expires_at=LATER, secret=new_link_secret())
        return await graph.write(admission.invite, invitation=given, change=change())

    user = await invited(colleague)
    session = NewSession(
        id=new_id(), secret=new_secret(PREFIX), subject="", sign_in=SignIn.INVITATION, expires_at=LATER
    )
    accepted: Any = {"token": user.token, "password_hash": "hash", "session": session}
    assert await graph.write(admission.accept_invitation, **accepted, change=change())
    another = await invited(None)
    await graph.write(admission.revoke_invitation, user_id=another.user_id, change=change())
    token = NewToken(
        id=new_id(),
        secret=tokens.new_secret(),
        role=AccessRole.RECRUITER,
        label="test",
        expires_at=LATER,
        scopes=["jobs:read"],
    )
    await graph.write(tokens.create_token, token=token, change=change())
    again: Any = {"secret": tokens.new_secret(), "previous_until": LATER}
    await graph.write(tokens.rotate_token, id=token.id, **again, change=change())
    await graph.write(tokens.note_use, ids=[token.id], at=AT, unless_since=AT)
    await graph.write(tokens.revoke_token, id=token.id, change=change())


async def _admit_partner(graph: Graph) -> None:
    def change() -> Change:
        return Change(event_id=new_id(), actor="test", at=AT)

    application = new_id()
    document = partners.NewDocument(
        hash="0" * 64,
        text="{ __typename }",
        operation_name="Name",
        operation_kind=partners.OperationKind.QUERY,
        permissions=["jobs:read"],
        depth=1,
        fields=1,
        rows=1,
        values=1,
        personal_data=["Person.name"],
    )
    await graph.write(
        partners.register_application,
        id=application,
        name="Board",
        contact="board@example.org",
        change=change(),
    )
    await graph.write(partners.submit_documents, id=application, documents=[document], change=change())
    approval: Any = {"hashes": [document.hash], "documents_only": True, "anonymous": False}
    await graph.write(
        partners.approve_application, id=application, **approval, anonymous_permissions=[], change=change()
    )


async def _write_to(graph: Graph, candidate: str, job_id: str, colleague: str) -> None:
    by: dict[str, Any] = {"actor": "test", "at": AT}
    template = NewTemplate(id=new_id(), event_id=new_id(), name="First", subject="Hello", body="Hello")
    await graph.write(create_template, template=template, **by)
    sender = Sender(name="Lee", company_name="Kith", id=colleague)
    (outcome,) = await graph.write(
        queue_touches,
        key=new_id(),
        candidate_ids=[candidate],
        template_id=template.id,
        job_id=job_id,
        sender=sender,
        unsubscribe_seed="s" * 32,
        **by,
    )
    touch = {"touch_id": outcome.touch_id or "", "claim_id": "claim", **by}
    await graph.write(claim_touch, event_id=new_id(), lost_before=AT, **touch)
    await graph.write(mark_sent, message_id="<a@b>", event_id=new_id(), **touch)
    (row,) = await graph.execute(KEY_OF, id=outcome.touch_id)
    assert await graph.write(opt_out, unsubscribe_key=row["key"], at=AT, event_id=new_id())


async def _take_files(graph: Graph, candidate: str) -> None:
    by: dict[str, Any] = {"actor": "test", "at": AT}
    for good in (True, False):
        digest = hashlib.sha256(new_id().encode()).hexdigest()
        file = NewIntake(
            sha256=digest, file_name="a.txt", size=1, source="test", event_id=new_id(), about=candidate
        )
        await graph.write(receive, intakes=[file], **by)
        claimed = await graph.write(claim, intake_id=intake_id_of(digest), milliseconds=60_000)
        assert claimed
        if good:
            read = ReadResume(
                kind="TXT",
                profile=Profile(name="Kim"),
                text_document="0" * 64,
                likelihood=0.9,
                person_id=new_id(),
                record_event_id=new_id(),
            )
            assert await graph.write(complete, intake=claimed, read=read, event_id=new_id(), **by)
        else:
            reason: Any = {"code": IntakeFailure.BROKEN, "reason": "broken", "event_id": new_id()}
            assert await graph.write(fail, intake=claimed, **reason, **by)
