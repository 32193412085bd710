"""Who sees which rows: lists and counts against plain Python, and hidden things beside unknown ones."""

import io
import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from starlette.datastructures import UploadFile

from graph.client import Graph, Statement
from graph.ids import new_id
from graph.rights import ADMINISTRATION, GRANTS, SIGHTS, Permission
from graph.tokens import AccessRole
from graph.visibility import EVERYTHING
from schema.node import Kind, any_id, global_id
from schema.operations import Operations, Request
from schema.permissions import Principal, Requires
from tests.schema import graphs
from tests.schema.conftest import SCHEMA, context_of
from tests.schema.sights import Reference

FINGERPRINT = Statement(
    "tests.fingerprint",
    "MATCH (n) WHERE NOT n:IdempotencyKey OPTIONAL MATCH (n)-[e]->() RETURN count(DISTINCT n) AS nodes, count(e) AS edges,"
    " count(DISTINCT CASE WHEN n:Event THEN n END) AS events",
)
LISTS = {
    "jobs": (Permission.JOBS_READ, "Job"),
    "candidates": (Permission.CANDIDATES_READ, "Candidate"),
    "colleagues": (Permission.CANDIDATES_READ, "Colleague"),
    "applications": (Permission.APPLICATIONS_READ, "Application"),
    "intakes": (Permission.INTAKES_READ, "Intake"),
}
MUTATION: Any = SCHEMA._schema.type_map["Mutation"]
MUTATIONS = MUTATION.fields


@pytest.fixture(params=[True, False], ids=["planned", "left to graphql-core"])
def operations(request: pytest.FixtureRequest) -> Iterator[Operations]:
    made = Operations(SCHEMA, planned=request.param)
    yield made
    made.close()


@pytest.fixture(scope="module", params=[11, 12])
async def drawing(request: pytest.FixtureRequest, graph: Graph) -> graphs.Drawing:
    drawn = graphs.sound(request.param)
    await drawn.write(graph)
    return drawn


def principals(drawing: graphs.Drawing) -> Iterator[Principal]:
    people: list[str | None] = [None, *(thing.id for thing in drawing.labelled("Person"))]
    for role in AccessRole:
        for person in people:
            yield Principal(id="x", role=role, label="x", expires_at=None, person_id=person)


async def answer(operations: Operations, graph: Graph, principal: Principal, query: str, **given: Any) -> Any:
    context = context_of(graph, principal.role, principal.person_id)
    return orjson.loads(await operations.answer(Request(query=query, variables=given), context))


def seen_in_list(reference: Reference, drawing: graphs.Drawing, label: str) -> set[str]:
    sees = {"Candidate": reference.sees_candidate, "Colleague": reference.sees_colleague}.get(
        label, reference.sees
    )
    return {thing.id for thing in drawing.labelled(label) if sees(thing)}


async def test_lists_and_counts_show_just_what_is_to_be_seen(
    operations: Operations, graph: Graph, drawing: graphs.Drawing
) -> None:
    for principal in principals(drawing):
        reference = Reference(drawing, principal)
        asked = {name: label for name, (permission, label) in LISTS.items() if principal.may(permission)}
        query = " ".join(f"{name}(first: 100) {{ totalCount nodes {{ id }} }}" for name in asked)
        data = (await answer(operations, graph, principal, f"{{ {query} }}"))["data"]
        for name, label in asked.items():
            ids = [found[1] for node in data[name]["nodes"] if (found := any_id(node["id"]))]
            expected = seen_in_list(reference, drawing, label)
            assert (name, set(ids), data[name]["totalCount"]) == (name, expected, len(expected)), principal


async def test_counts_inside_do_not_tell_of_what_is_hidden(
    operations: Operations, graph: Graph, drawing: graphs.Drawing
) -> None:
    query = """{
      jobs(first: 20) { nodes { id applications(first: 1) { totalCount } stages { id activeApplications } } }
      companies(first: 100) { nodes { id knownEmployments } }
    }"""
    for principal in principals(drawing):
        if not (principal.may(Permission.APPLICATIONS_READ) and principal.may(Permission.COMPANIES_READ)):
            continue
        reference = Reference(drawing, principal)
        data = (await answer(operations, graph, principal, query))["data"]
        ends: dict[str, dict[str, int]] = {"IN_STAGE": {}, "WORKED_AT": {}}
        for tie in drawing.ties:
            if tie.type in ends and "id" in tie.end.properties and reference.sees(tie.start):
                counted = tie.type == "WORKED_AT" or tie.start.properties["status"] == "ACTIVE"
                ends[tie.type][tie.end.id] = ends[tie.type].get(tie.end.id, 0) + counted
        for job in data["jobs"]["nodes"]:
            for stage in job["stages"]:
                assert stage["activeApplications"] == ends["IN_STAGE"].get(any_id(stage["id"])[1], 0)  # type: ignore[index]
        for company in data["companies"]["nodes"]:
            assert company["knownEmployments"] == ends["WORKED_AT"].get(any_id(company["id"])[1], 0)  # type: ignore[index]


async def test_events_are_heard_of_by_those_who_see_all_that_they_are_about(
    operations: Operations, graph: Graph, drawing: graphs.Drawing
) -> None:
    for principal in principals(drawing):
        if not principal.may(Permission.EVENTS_READ):
            continue
        reference = Reference(drawing, principal)
        types = {str(each) for each in principal.event_types()}
        expected = [
            each.id
            for each in drawing.labelled("Event")
            if reference.sees(each) and each.properties["type"] in types
        ]
        data = (await answer(operations, graph, principal, "{ events(first: 100) { nodes { id } } }"))["data"]
        assert [any_id(node["id"])[1] for node in data["events"]["nodes"]] == expected, principal  # type: ignore[index]


READS = {
    "{ candidate(by: {id: $id}) { id name } }": Kind.PERSON,
    "{ job(by: {id: $id}) { id title } }": Kind.JOB,
    "{ node(id: $id) { id } }": None,
    "{ nodes(ids: [$id]) { id } }": None,
    "{ referralPaths(candidate: {id: $id}) { truncated } }": Kind.PERSON,
    "{ candidates(first: 9, where: {id: {eq: $id}}) { totalCount nodes { id } } }": Kind.PERSON,
    "{ jobs(first: 9, where: {id: {eq: $id}}) { totalCount nodes { id } } }": Kind.JOB,
    "{ applications(first: 9, where: {job: {eq: $id}}) { totalCount nodes { id } } }": Kind.JOB,
    "{ applications(first: 9, where: {candidate: {eq: $id}}) { totalCount } }": Kind.PERSON,
    '{ referralPaths(candidate: {id: "PERSON"}, introducer: {id: $id}) { truncated } }': Kind.PERSON,
}
"""Each query of one thing, and lists by the ids that they take; `$id` is what is hidden."""
BY_SEARCH = {"talentSearch", "matchCandidates", "matchJobs", "similarCandidates", "explainMatch", "suggest"}
"""What is hidden from these is looked at with the search: `tests/api/test_matching.py`, `tests/schema/test_talent_rights.py`."""
LISTED = {"colleagues", "intakes", "events"}
"""They take no id; what lists show: above."""
FOR_ALL = {"companies", "templates", "taxonomyTerms", "searchInsights", "viewer"}
OWNERS = {"savedSearches", "savedSearchResults"}
"""`tests/api/test_saved_searches.py`."""
WRITES = {
    'applyToJob(input: {job: {id: "JOB"}, candidate: {id: $id}}) { application { id }': Kind.PERSON,
    'applyToJob(input: {job: {id: $id}, candidate: {id: "PERSON"}}) { application { id }': Kind.JOB,
    'moveApplication(input: {application: {id: $id}, stageId: "STAGE"}) { application { id }': Kind.APPLICATION,
    'shortlist(input: {job: {id: "JOB"}, candidates: [{id: "PERSON"}, {id: $id}]}) { added': Kind.PERSON,
    'shortlist(input: {job: {id: $id}, candidates: [{id: "PERSON"}]}) { added': Kind.JOB,
    'createReferral(input: {by: {id: "COLLEAGUE"}, candidate: {id: $id}}) { referral { id }': Kind.PERSON,
    'createReferral(input: {by: {id: "COLLEAGUE"}, candidate: {id: "PERSON"}, job: {id: $id}}) { referral { id }': Kind.JOB,
    'contactCandidates(input: {idempotencyKey: "k", candidates: [{id: $id}], templateId: "TEMPLATE"})'
    " { outcomes { queued refusal repeated touch { id } }": Kind.PERSON,
    'contactCandidates(input: {idempotencyKey: "of a job", candidates: [{id: "PERSON"}], templateId: "TEMPLATE", job: {id: $id}})'
    " { outcomes { queued refusal repeated touch { id } }": Kind.JOB,
    "retryIntake(input: {intakeId: $id}) { intake { id }": Kind.INTAKE,
    'updateJob(input: {job: {id: $id}, title: "Another"}) { job { id }': Kind.JOB,
    "setJobAccess(input: {job: {id: $id}, confidential: false, members: []}) { job { id }": Kind.JOB,
    "setCandidatePrivacy(input: {candidate: {id: $id}, private: false, sharedWith: []}) { candidate { id }": Kind.PERSON,
}
"""Each mutation and each thing that it names; `$id` is the one that is hidden, the others are there to be seen."""
UPLOADING = {"importResume"}
"""A file cannot stand in a document: it has a test of its own."""
NAMING_NOTHING = {"createJob", "createCandidate", "createTemplate"}
NAMING_WHAT_ALL_SEE = {"createTerm", "updateTerm", "mergeTerms"}
OWNERS_ALONE = {
    "createSavedSearch",
    "updateSavedSearch",
    "deleteSavedSearch",
    "setSavedSearchStanding",
    "markSavedSearchMatchesSeen",
}
"""What is private is hidden from everybody else, whatever their sights: `tests/api/test_saved_searches.py`, `test_standing.py`."""
ADMINISTRATIVE = {
    name
    for name, field in MUTATIONS.items()
    for extension in field.extensions["strawberry-definition"].extensions
    if isinstance(extension, Requires) and extension.permission in ADMINISTRATION
}
"""For those from whom nothing is hidden."""


def test_every_mutation_that_names_something_is_tried() -> None:
    named = {each.partition("(")[0] for each in WRITES}
    assert named | UPLOADING | NAMING_NOTHING | NAMING_WHAT_ALL_SEE | OWNERS_ALONE | ADMINISTRATIVE == set(
        MUTATIONS
    )


def test_every_query_that_names_something_is_tried() -> None:
    named = {re.match(r"{ (\w+)", each)[1] for each in READS}  # type: ignore[index]
    fields = SCHEMA._schema.query_type.fields  # type: ignore[union-attr]
    administrative = {
        name
        for name, field in fields.items()
        for extension in field.extensions["strawberry-definition"].extensions
        if isinstance(extension, Requires) and extension.permission in ADMINISTRATION
    }
    assert named | BY_SEARCH | LISTED | FOR_ALL | OWNERS | administrative == set(fields)


def test_nothing_is_hidden_from_administrators() -> None:
    administrators = {role for role in AccessRole if GRANTS[role] & ADMINISTRATION}
    assert {SIGHTS[role] for role in administrators} == {EVERYTHING}


def _hidden(drawing: graphs.Drawing, kind: Kind) -> list[str]:
    principal = Principal(id="x", role=AccessRole.RECRUITER, label="x", expires_at=None)
    reference = Reference(drawing, principal)
    label = "Candidate" if kind is Kind.PERSON else str(kind)
    return [global_id(kind, t.id) for t in drawing.labelled(label) if not reference.sees(t)]


def _seen(drawing: graphs.Drawing, label: str, kind: Kind) -> str:
    principal = Principal(id="x", role=AccessRole.RECRUITER, label="x", expires_at=None)
    reference = Reference(drawing, principal)
    return next(global_id(kind, t.id) for t in drawing.labelled(label) if reference.sees(t))


@pytest.fixture(scope="module")
async def secretive(graph: Graph) -> graphs.Drawing:
    """A graph in which something of every kind is hidden from a recruiter, and something is not."""
    for seed in range(100, 400):
        drawn = graphs.sound(seed)
        hidden = {kind: _hidden(drawn, kind) for kind in {*WRITES.values()}}
        try:
            for label, kind in (("Job", Kind.JOB), ("Candidate", Kind.PERSON), ("Colleague", Kind.PERSON)):
                _seen(drawn, label, kind)
        except StopIteration:
            continue
        if all(hidden.values()):
            await drawn.write(graph)
            return drawn
    raise AssertionError("no such graph was drawn")


@pytest.mark.parametrize("query", READS)
async def test_what_is_hidden_is_read_as_if_it_was_not_there(
    operations: Operations, graph: Graph, secretive: graphs.Drawing, query: str
) -> None:
    principal = Principal(id="x", role=AccessRole.RECRUITER, label="x", expires_at=None)
    wanted = READS[query]
    query = query.replace('"PERSON"', f'"{_seen(secretive, "Candidate", Kind.PERSON)}"')
    for kind in (Kind.PERSON, Kind.JOB, Kind.APPLICATION, Kind.INTAKE) if wanted is None else (wanted,):
        unknown = global_id(kind, new_id())
        expected = await answer(operations, graph, principal, f"query($id: ID!) {query}", id=unknown)
        for id_ in _hidden(secretive, kind):
            found = await answer(operations, graph, principal, f"query($id: ID!) {query}", id=id_)
            assert found == expected


@pytest.mark.parametrize("field", WRITES)
async def test_what_is_hidden_is_written_to_as_if_it_was_not_there(
    operations: Operations, graph: Graph, secretive: graphs.Drawing, field: str
) -> None:
    principal = Principal(id="x", role=AccessRole.RECRUITER, label="x", expires_at=None)
    query = f"mutation($id: ID!) {{ {field} userErrors {{ field message code }} }} }}"
    for word, label, kind in (
        ("JOB", "Job", Kind.JOB),
        ("PERSON", "Candidate", Kind.PERSON),
        ("STAGE", "Stage", Kind.STAGE),
        ("COLLEAGUE", "Colleague", Kind.PERSON),
        ("TEMPLATE", "Template", Kind.TEMPLATE),
    ):
        query = query.replace(f'"{word}"', f'"{_seen(secretive, label, kind)}"')
    before = await graph.execute(FINGERPRINT)
    kind = WRITES[field]
    expected = await answer(operations, graph, principal, query, id=global_id(kind, new_id()))
    ((payload,),) = [list(expected["data"].values())]
    refused = payload["userErrors"] or [outcome["refusal"] for outcome in payload["outcomes"]]
    assert refused
    for id_ in _hidden(secretive, kind):
        assert await answer(operations, graph, principal, query, id=id_) == expected
    assert await graph.execute(FINGERPRINT) == before


async def test_a_file_about_somebody_hidden_is_refused_as_one_about_nobody(
    operations: Operations, graph: Graph, secretive: graphs.Drawing
) -> None:
    principal = Principal(id="x", role=AccessRole.RECRUITER, label="x", expires_at=None)
    query = (
        "mutation($id: ID!, $file: Upload!) { importResume(input: {file: $file, candidate: {id: $id}})"
        " { intake { id } userErrors { field message code } } }"
    )

    async def sent(id_: str) -> Any:
        file = UploadFile(io.BytesIO(b"Kim Example"), filename="a.txt")
        return await answer(operations, graph, principal, query, id=id_, file=file)

    before = await graph.execute(FINGERPRINT)
    expected = await sent(global_id(Kind.PERSON, new_id()))
    assert expected["data"]["importResume"]["userErrors"][0]["code"] == "NOT_FOUND"
    for id_ in _hidden(secretive, Kind.PERSON):
        assert await sent(id_) == expected
    assert await graph.execute(FINGERPRINT) == before


NAMED = {
    "query($name: ExternalIdInput!) { candidate(by: {externalId: $name}) { id } }": Kind.PERSON,
    "query($name: ExternalIdInput!) { job(by: {externalId: $name}) { id } }": Kind.JOB,
    "query($name: ExternalIdInput!) { referralPaths(candidate: {externalId: $name}) { truncated } }": Kind.PERSON,
    'mutation($name: ExternalIdInput!) { updateJob(input: {job: {externalId: $name}, title: "Another"})'
    " { job { id } userErrors { field message code } } }": Kind.JOB,
    "mutation($name: ExternalIdInput!) { setCandidatePrivacy(input: {candidate: {externalId: $name}, private: false,"
    " sharedWith: []}) { userErrors { field message code } } }": Kind.PERSON,
    "mutation($name: ExternalIdInput!) { moveApplication(input: {application: {externalId: $name}, stageId: "
    f'"{global_id(Kind.STAGE, new_id())}"}}) {{ userErrors {{ field message code }} }} }}': Kind.APPLICATION,
}


@pytest.mark.parametrize("query", NAMED)
async def test_what_is_hidden_has_no_other_name(
    operations: Operations, graph: Graph, secretive: graphs.Drawing, query: str
) -> None:
    principal = Principal(id="x", role=AccessRole.RECRUITER, label="x", expires_at=None)
    kind = NAMED[query]
    hidden = set(_hidden(secretive, kind))
    ties = [tie for tie in secretive.ties if tie.type == "OF" and "ExternalId" in tie.start.labels]
    names = [
        {"system": tie.start.properties["system"], "value": tie.start.properties["value"]}
        for tie in ties
        if global_id(kind, tie.end.id) in hidden
    ]
    assert names
    before = await graph.execute(FINGERPRINT)
    expected = await answer(operations, graph, principal, query, name={"system": "none", "value": "none"})
    for name in names:
        assert await answer(operations, graph, principal, query, name=name) == expected
    assert await graph.execute(FINGERPRINT) == before


def test_the_table_has_a_row_for_every_role() -> None:
    assert set(SIGHTS) == set(GRANTS) == set(AccessRole)
