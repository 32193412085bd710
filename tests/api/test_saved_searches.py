"""Saved searches at the door: whose they are, what they find for whom, and what is refused."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from graph import outbox
from graph.ids import new_id
from graph.searches import LONGEST_NAME, MOST_SAVED
from schema.node import Kind, any_id, global_id
from tests.api.conftest import System, kith

SHOWN = "id name shared owner { kind name } text where should sortedBy sortDirection version"
CREATE = f"mutation($input: CreateSavedSearchInput!) {{ createSavedSearch(input: $input) {{ savedSearch {{ {SHOWN} }} userErrors {{ field message code }} }} }}"
UPDATE = f"mutation($input: UpdateSavedSearchInput!) {{ updateSavedSearch(input: $input) {{ savedSearch {{ {SHOWN} }} userErrors {{ field code }} }} }}"
DELETE = "mutation($input: DeleteSavedSearchInput!) { deleteSavedSearch(input: $input) { savedSearchId userErrors { field code } } }"
NAMED = f"query($name: String!) {{ savedSearches(first: 100, where: {{ name: {{ eq: $name }} }}) {{ totalCount nodes {{ {SHOWN} }} }} }}"
NODE = f"query($id: ID!) {{ node(id: $id) {{ ... on SavedSearch {{ {SHOWN} }} }} }}"
RUN = (
    "query($id: ID!, $first: Int! = 50, $after: String) { savedSearchResults(id: $id, first: $first, after: $after) "
    "{ totalCount gone nodes { id } edges { score } pageInfo { hasNextPage endCursor } } }"
)
ROLES = ("admin", "recruiter", "sourcer", "hiring_manager")


async def _saved(system: System, *, role: str = "recruiter", shared: bool = False, **search: Any) -> Any:
    given = {"name": f"Saved {new_id()}", "shared": shared, "search": search}
    payload = (await system.data(CREATE, {"input": given}, role=role))["createSavedSearch"]
    assert payload["userErrors"] == []
    return payload["savedSearch"]


async def _run(system: System, saved: Any, *, role: str, **page: Any) -> Any:
    return (await system.data(RUN, {"id": saved["id"], **page}, role=role))["savedSearchResults"]


async def _refused(system: System, document: str, role: str, **given: Any) -> Any:
    ((payload,),) = [list((await system.data(document, {"input": given}, role=role)).values())]
    return payload["userErrors"]


async def _candidate(system: System, **profile: Any) -> str:
    document = "mutation($input: CreateCandidateInput!) { createCandidate(input: $input) { candidate { id } userErrors { code } } }"
    made = await system.data(document, {"input": profile})
    id_: str = made["createCandidate"]["candidate"]["id"]
    return id_


async def test_a_search_is_kept_as_it_was_given(system: System) -> None:
    saved = await _saved(
        system,
        text="python nice:kafka",
        where={"yearsOfExperience": {"gte": 2}, "NOT": {"skills": {"in": ["Cobol"]}}},
        should=[{"near": {"city": "Lyon", "country": "FR", "kilometres": 50}}],
        sortBy={"field": "DISTANCE", "direction": "DESC"},
    )
    assert (saved["text"], saved["version"], saved["shared"]) == ("python nice:kafka", 1, False)
    assert (saved["sortedBy"], saved["sortDirection"]) == ("DISTANCE", "DESC")
    assert saved["where"] == ["not (skills in Cobol) and years_experience gte 2.0"]
    assert saved["owner"]["kind"] == "TOKEN"
    assert (await system.data(NODE, {"id": saved["id"]}, role="recruiter"))["node"] == saved
    listed = (await system.data(NAMED, {"name": saved["name"]}, role="recruiter"))["savedSearches"]
    assert listed == {"totalCount": 1, "nodes": [saved]}


async def test_a_private_search_is_not_there_for_others(system: System) -> None:
    saved = await _saved(system, text="python")
    unknown = {"id": global_id(Kind.SAVED_SEARCH, new_id())}
    for role in ROLES:
        if role == "recruiter":
            continue
        before = await system.fingerprint()
        listed = (await system.data(NAMED, {"name": saved["name"]}, role=role))["savedSearches"]
        assert listed == {"totalCount": 0, "nodes": []}
        by_id = "query($id: ID!) { savedSearches(first: 1, where: { id: { eq: $id } }) { totalCount } }"
        assert (await system.data(by_id, {"id": saved["id"]}, role=role))["savedSearches"]["totalCount"] == 0
        for document in (NODE, RUN):
            answers = [await system.post(document, each, role=role) for each in (saved, unknown)]
            for answer in answers:
                answer["extensions"].pop("cost")
            assert answers[0] == answers[1]
        for document, change in ((UPDATE, {"name": "Mine"}), (UPDATE, {"expectedVersion": 7}), (DELETE, {})):
            for each in (saved, unknown):
                refused = await _refused(system, document, role, savedSearchId=each["id"], **change)
                assert refused == [{"field": "savedSearchId", "code": "NOT_FOUND"}]
        assert await system.fingerprint() == before
    assert (await _run(system, saved, role="recruiter"))["totalCount"] > 0


async def test_a_shared_search_is_read_by_others_and_changed_by_its_owner(system: System) -> None:
    saved = await _saved(system, shared=True, text="python")
    for role in ROLES:
        assert (await system.data(NODE, {"id": saved["id"]}, role=role))["node"] == saved
    before = await system.fingerprint()
    for document in (UPDATE, DELETE):
        refused = await _refused(system, document, "sourcer", savedSearchId=saved["id"])
        assert refused == [{"field": "savedSearchId", "code": "NOT_THE_OWNER"}]
    assert await system.fingerprint() == before
    change = {"savedSearchId": saved["id"], "name": " By  an administrator "}
    changed = (await system.data(UPDATE, {"input": change}))["updateSavedSearch"]["savedSearch"]
    assert changed == {**saved, "name": "By an administrator", "version": 2}
    private = {"savedSearchId": saved["id"], "shared": False}
    changed = (await system.data(UPDATE, {"input": private}, role="recruiter"))["updateSavedSearch"]
    assert changed["savedSearch"]["version"] == 3
    for role in ROLES:
        there = (await system.data(NODE, {"id": saved["id"]}, role=role))["node"]
        assert (there is not None) == (role == "recruiter")
    gone = (await system.data(DELETE, {"input": {"savedSearchId": saved["id"]}}, role="recruiter"))[
        "deleteSavedSearch"
    ]
    assert gone == {"savedSearchId": saved["id"], "userErrors": []}
    assert (await system.data(NODE, {"id": saved["id"]}, role="recruiter"))["node"] is None


async def test_a_change_of_what_one_has_not_seen_is_refused(system: System) -> None:
    saved = await _saved(system, text="python")
    same = {"savedSearchId": saved["id"], "name": saved["name"], "search": {"text": "python"}}
    before = await system.fingerprint()
    assert (await system.data(UPDATE, {"input": same}, role="recruiter"))["updateSavedSearch"][
        "savedSearch"
    ] == saved
    assert await system.fingerprint() == before
    change = {"savedSearchId": saved["id"], "search": {"text": "java"}, "expectedVersion": 1}
    changed = (await system.data(UPDATE, {"input": change}, role="recruiter"))["updateSavedSearch"]
    assert changed["savedSearch"] == {**saved, "text": "java", "version": 2}
    for document in (UPDATE, DELETE):
        refused = await _refused(system, document, "recruiter", savedSearchId=saved["id"], expectedVersion=1)
        assert refused == [{"field": "expectedVersion", "code": "VERSION_CONFLICT"}]


async def test_results_are_those_of_the_search_page_by_page(system: System) -> None:
    await system.settled()
    where = {"yearsOfExperience": {"gte": 1}}
    saved = await _saved(system, text="python OR java", where=where, sortBy={"field": "NAME"})
    asked = 'query($where: TalentFilter) { talentSearch(first: 100, text: "python OR java", where: $where, sortBy: { field: NAME }) { nodes { id } } }'
    expected = [
        each["id"]
        for each in (await system.data(asked, {"where": where}, role="recruiter"))["talentSearch"]["nodes"]
    ]
    found: list[str] = []
    after = None
    while True:
        page = await _run(system, saved, role="recruiter", first=7, after=after)
        found += [each["id"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(found) > 7
    assert found == expected


async def test_a_search_runs_with_the_rights_of_who_runs_it(system: System) -> None:
    mark = f"Rightsmark{new_id()[-6:]}"
    candidate = await _candidate(system, name="Quin Hidden", headline=mark)
    await system.data(
        "mutation($input: SetCandidatePrivacyInput!) { setCandidatePrivacy(input: $input) { userErrors { code } } }",
        {"input": {"candidate": {"id": candidate}, "private": True, "sharedWith": []}},
    )
    await system.settled()
    saved = await _saved(system, role="admin", shared=True, text=mark.lower())
    assert (await _run(system, saved, role="admin"))["nodes"] == [{"id": candidate}]
    for role in ("recruiter", "sourcer", "hiring_manager"):
        found = await _run(system, saved, role=role)
        assert (found["totalCount"], found["gone"], found["nodes"]) == (0, 0, [])


async def test_conditions_ask_for_the_permissions_of_who_runs_it(system: System) -> None:
    saved = await _saved(system, shared=True, where={"consent": True})
    assert (await _run(system, saved, role="recruiter"))["totalCount"] > 0
    answer = await system.post(RUN, {"id": saved["id"]}, role="hiring_manager")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


async def test_a_job_that_others_do_not_see_stays_hidden(system: System) -> None:
    job = (
        await system.data(
            "mutation($input: CreateJobInput!) { createJob(input: $input) { job { id } userErrors { code } } }",
            {"input": {"title": "Secret", "description": "Secret."}},
        )
    )["createJob"]["job"]["id"]
    candidate = await _candidate(system, name="Quin Applicant")
    await system.data(
        "mutation($input: ApplyToJobInput!) { applyToJob(input: $input) { userErrors { code } } }",
        {"input": {"job": {"id": job}, "candidate": {"id": candidate}}},
    )
    await system.settled()
    where = {"application": {"job": {"eq": job}}}
    saved = await _saved(system, role="admin", shared=True, where=where)
    assert (await _run(system, saved, role="recruiter"))["nodes"] == [{"id": candidate}]
    hidden = await system.data(
        "mutation($input: SetJobAccessInput!) { setJobAccess(input: $input) { userErrors { code } } }",
        {"input": {"job": {"id": job}, "confidential": True, "members": []}},
    )
    assert hidden["setJobAccess"]["userErrors"] == []
    await system.settled()
    assert (await _run(system, saved, role="recruiter"))["totalCount"] == 0
    shown = (await system.data(NODE, {"id": saved["id"]}, role="recruiter"))["node"]
    assert shown["where"] == ["applications: applications.job_id eq …"]
    local = any_id(job)
    assert local
    assert local[1] not in str(shown)


@pytest.mark.parametrize(
    ("given", "field", "code", "word"),
    [
        ({"search": {"text": "(java"}}, "search.text", "INVALID_SEARCH", "UNCLOSED_PARENTHESIS"),
        ({"search": {"text": "titel:lead"}}, "search.text", "INVALID_SEARCH", "UNKNOWN_FIELD"),
        ({"search": {"text": "a" * 100_000}}, "search.text", "INVALID_SEARCH", "TEXT_TOO_LONG"),
        ({"search": {"sortBy": {"field": "DISTANCE"}}}, "search", "INVALID_SEARCH", "NO_PLACE"),
        ({"search": {"sortBy": {"field": "RELEVANCE"}}}, "search", "INVALID_SEARCH", "NOTHING_RANKS"),
        (
            {"search": {"where": {"near": {"city": "Nowhereville", "kilometres": 5}}}},
            "search",
            "INVALID_SEARCH",
            "UNKNOWN_PLACE",
        ),
        (
            {"search": {"should": [{"hasEmail": True}] * 31}},
            "search",
            "INVALID_SEARCH",
            "TOO_MANY_CONDITIONS",
        ),
        ({"search": {"where": {"skills": {"eq": " "}}}}, "search", "INVALID_SEARCH", "EMPTY_VALUE"),
        (
            {"search": {"should": [{"skills": {"in": [f"{'x' * 250}{i}" for i in range(100)]}}] * 5}},
            "search",
            "TOO_LONG",
            "100,000",
        ),
        ({"search": {"where": {"id": {"eq": "x"}}}}, "where", "NOT_FOUND", "person"),
        ({"search": {"where": {"near": {"kilometres": 5}}}}, "near", "REQUIRED", "near"),
        ({"name": " "}, "name", "REQUIRED", "name"),
        ({"name": "x" * (LONGEST_NAME + 1)}, "name", "TOO_LONG", "200"),
        ({"idempotencyKey": ""}, "idempotencyKey", "OUT_OF_RANGE", "key"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_nobody_could_run_is_not_saved(
    system: System, given: dict[str, Any], field: str, code: str, word: str
) -> None:
    before = await system.fingerprint()
    made = await system.data(CREATE, {"input": {"name": "Broken", "search": {}} | given}, role="recruiter")
    assert made["createSavedSearch"]["savedSearch"] is None
    (error,) = made["createSavedSearch"]["userErrors"]
    assert (error["field"], error["code"]) == (field, code)
    assert word in error["message"]
    assert await system.fingerprint() == before


async def test_an_owner_has_so_many_and_no_more_however_fast(system: System) -> None:
    token = kith("token", "create", "--role", "sourcer")
    own = replace(system, tokens={**system.tokens, "own": token.stdout.strip()})
    at_once = 20
    parts = " ".join(
        f'c{i}: createSavedSearch(input: {{ name: "{i}", search: {{}} }}) {{ userErrors {{ code }} }}'
        for i in range(at_once)
    )
    for _ in range(MOST_SAVED // at_once - 1):
        made = await own.data(f"mutation {{ {parts} }}", role="own")
        assert all(each["userErrors"] == [] for each in made.values())
    given = {"input": {"name": "One more", "search": {}}}
    made = await asyncio.gather(*(own.data(CREATE, given, role="own") for _ in range(at_once + 4)))
    refused = [each["createSavedSearch"]["userErrors"] for each in made]
    assert sorted(len(each) for each in refused) == [0] * at_once + [1] * 4
    assert {each["code"] for errors in refused for each in errors} == {"TOO_MANY"}
    listed = await own.data(
        '{ savedSearches(first: 1, where: { name: { eq: "One more" } }) { totalCount } }', role="own"
    )
    assert listed["savedSearches"]["totalCount"] == at_once


async def test_administrators_alone_hear_of_it_by_its_id(system: System) -> None:
    await system.settled()
    begin = await system.graph.read(outbox.last_sequence)
    saved = await _saved(system, text="python")
    await system.settled()
    heard = "query($after: String!) { events(first: 100, after: $after) { nodes { type savedSearchId detail { touchReason } } } }"
    for role, expected in (("admin", [("SAVED_SEARCH_CREATED", saved["id"])]), ("recruiter", [])):
        nodes = (await system.data(heard, {"after": str(begin)}, role=role))["events"]["nodes"]
        assert [(each["type"], each["savedSearchId"]) for each in nodes if each["savedSearchId"]] == expected
        assert role == "admin" or "SAVED_SEARCH" not in str(nodes)
