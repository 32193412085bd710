"""Standing searches at the door, with real workers: who is told of whom, when, and who is not."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest_asyncio

from api.demo.searches import OWNER
from graph import outbox
from graph.client import Statement
from graph.ids import new_id
from graph.tokens import AccessRole
from schema.node import Kind, any_id, global_id
from search.insights.log import LEAST_SHOWN
from tests.api.conftest import System, kith
from tests.api.serving import Served, client
from tests.api.signing_in import member
from tests.waiting import eventually

CREATE = "mutation($input: CreateSavedSearchInput!) { createSavedSearch(input: $input) { savedSearch { id } userErrors { code } } }"
UPDATE = "mutation($input: UpdateSavedSearchInput!) { updateSavedSearch(input: $input) { savedSearch { standing version } userErrors { code } } }"
STAND = (
    "mutation($input: SetSavedSearchStandingInput!) { setSavedSearchStanding(input: $input) "
    "{ savedSearch { standing standingSince standingFault digest version } userErrors { field code } } }"
)
SEEN = (
    "mutation($input: MarkSavedSearchMatchesSeenInput!) { markSavedSearchMatchesSeen(input: $input) "
    "{ seen savedSearch { id } userErrors { field code } } }"
)
DELETE = "mutation($input: DeleteSavedSearchInput!) { deleteSavedSearch(input: $input) { savedSearchId userErrors { code } } }"
MATCHES = (
    "query($id: ID!, $first: Int! = 50, $after: String, $where: SavedSearchMatchFilter) { node(id: $id) { ... on SavedSearch "
    "{ digest standing standingFault matches(first: $first, after: $after, where: $where) { totalCount nodes { id } "
    "edges { cursor matchedAt seenAt endedAt node { id name } } pageInfo { hasNextPage endCursor } } } } }"
)
EVENTS = (
    "query($after: String!) { events(first: 100, after: $after, types: [SAVED_SEARCH_MATCHED]) "
    "{ nodes { sequence type candidateId savedSearchId savedSearch { name } candidate { name } } } }"
)
LIVE = "subscription($after: String) { events: savedSearchMatches(after: $after) { sequence candidateId savedSearch { id } } }"
LET_DIGEST_BE_DUE = Statement(
    "tests.due", "MATCH (s:SavedSearch {id: $id}) SET s.digest_due_at = '2026-01-01T06:00:00.000000Z'"
)
SECONDS = 15.0


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def all_ended(system: System) -> AsyncIterator[None]:
    """Leave no search standing: it would write while other tests look whether anything is written."""
    yield
    await system.graph.execute(
        Statement(
            "tests.no_search",
            "MATCH (s:SavedSearch) WHERE s.name = 'Standing' OR s.standing AND s.owner <> $demo DETACH DELETE s",
        ),
        demo=OWNER,
    )


async def saved(system: System, *, role: str = "recruiter", shared: bool = False, **search: Any) -> str:
    given = {"name": "Standing", "shared": shared, "search": search}
    made = (await system.data(CREATE, {"input": given}, role=role))["createSavedSearch"]
    id_: str = made["savedSearch"]["id"]
    return id_


async def stands(system: System, id_: str, *, role: str = "recruiter", **given: Any) -> Any:
    payload = (
        await system.data(STAND, {"input": {"savedSearchId": id_, "standing": True, **given}}, role=role)
    )["setSavedSearchStanding"]
    assert payload["userErrors"] == []
    return payload["savedSearch"]


async def candidate(system: System, **profile: Any) -> str:
    document = "mutation($input: CreateCandidateInput!) { createCandidate(input: $input) { candidate { id } userErrors { code } } }"
    made = await system.data(document, {"input": profile})
    id_: str = made["createCandidate"]["candidate"]["id"]
    return id_


async def matches(system: System, id_: str, *, role: str = "recruiter", **page: Any) -> Any:
    return (await system.data(MATCHES, {"id": id_, **page}, role=role))["node"]["matches"]


async def told(system: System, id_: str, number: int, *, role: str = "recruiter") -> Any:
    """Wait until so many candidates are told of."""

    async def enough() -> Any:
        found = await matches(system, id_, role=role)
        return found if found["totalCount"] >= number else None

    return await eventually(enough, within=SECONDS)


def mark() -> str:
    return f"Mark{new_id()[-8:].translate(str.maketrans('0123456789', 'ghijklmnop'))}"


async def test_a_new_and_a_changed_candidate_are_told_of_within_seconds_and_once(
    system: System, served: Served
) -> None:
    word, email = mark(), f"{new_id()}@example.com"
    there = await candidate(system, name="Was There", headline=word)
    await system.settled()
    begin = await system.graph.read(outbox.last_sequence)
    search = await saved(system, text=word)
    begun = await stands(system, search)
    assert (begun["standing"], begun["digest"], begun["standingFault"]) == (True, "NONE", None)
    async with client(served, system.tokens["recruiter"]) as one:
        await one.subscribe(LIVE, {"after": str(begin)})
        new = await candidate(system, name="New Here", emails=[email], headline=word)
        event = (await one.receive())["payload"]["data"]["events"]
        assert (event["candidateId"], event["savedSearch"]["id"]) == (new, search)
        changed = await candidate(system, name="Changed Later", emails=[f"{new_id()}@example.com"])
        await system.settled()
        again = await candidate(system, name="New Here", emails=[email], skills=["Python"])
        assert again == new
        await candidate(system, name="Was There", headline=word)
        later = await candidate(system, name="Third", headline=word)
        people = set()
        while later not in people:
            people.add((await one.receive())["payload"]["data"]["events"]["candidateId"])
        assert new not in people
        assert changed not in people
    await system.settled()
    nodes = (await system.data(EVENTS, {"after": str(begin)}, role="recruiter"))["events"]["nodes"]
    own = [each["candidateId"] for each in nodes if each["savedSearchId"] == search]
    assert len(own) == len(set(own)) == (await matches(system, search))["totalCount"]
    assert there not in own
    assert {each["savedSearch"]["name"] for each in nodes if each["savedSearchId"] == search} == {"Standing"}


async def test_matches_are_paged_seen_and_ended(system: System) -> None:
    word = mark()
    search = await saved(system, text=word)
    await stands(system, search)
    people = []
    for number in range(5):
        people.append(await candidate(system, name=f"Page {number}", headline=word))
        await told(system, search, number + 1)
    found: list[str] = []
    after = None
    while True:
        page = await matches(system, search, first=2, after=after)
        found += [each["id"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == people[::-1]
    edges = (await matches(system, search))["edges"]
    assert [edge["seenAt"] for edge in edges] == [None] * 5
    given = {"savedSearchId": search, "until": edges[2]["matchedAt"]}
    payload = (await system.data(SEEN, {"input": given}, role="recruiter"))["markSavedSearchMatchesSeen"]
    assert (payload["seen"], payload["userErrors"]) == (3, [])
    unseen = await matches(system, search, where={"seenAt": {"isNull": True}})
    assert [edge["node"]["id"] for edge in unseen["edges"]] == people[:2:-1]
    given = {"savedSearchId": search}
    payload = (await system.data(SEEN, {"input": given}, role="recruiter"))["markSavedSearchMatchesSeen"]
    assert payload["seen"] == 2
    change = {"savedSearchId": search, "search": {"text": mark()}}
    updated = (await system.data(UPDATE, {"input": change}, role="recruiter"))["updateSavedSearch"]
    assert updated == {"savedSearch": {"standing": True, "version": 3}, "userErrors": []}
    ended = await matches(system, search)
    assert all(edge["endedAt"] for edge in ended["edges"])


async def test_matches_are_the_owners_alone(system: System) -> None:
    word = mark()
    search = await saved(system, text=word, shared=True)
    await stands(system, search)
    begin = await system.graph.read(outbox.last_sequence)
    await candidate(system, name="Only Mine", headline=word)
    await told(system, search, 1)
    await system.settled()
    for role in ("admin", "sourcer", "hiring_manager"):
        node = (await system.data(MATCHES, {"id": search}, role=role))["node"]
        assert (node["standing"], node["digest"], node["standingFault"]) == (True, None, None)
        assert node["matches"]["totalCount"] == 0
        assert node["matches"]["edges"] == []
        if role != "hiring_manager":
            events = (await system.data(EVENTS, {"after": str(begin)}, role=role))["events"]["nodes"]
            assert events == []
    assert len((await system.data(EVENTS, {"after": str(begin)}, role="recruiter"))["events"]["nodes"]) == 1


async def test_live_matches_are_not_shared_between_those_with_equal_rights(
    system: System, served: Served
) -> None:
    word = mark()
    made = kith("token", "create", "--role", "recruiter").stdout.strip()
    other = replace(system, tokens={**system.tokens, "other": made})
    mine, theirs = await saved(system, text=word), await saved(other, text=word, role="other")
    await stands(system, mine)
    await stands(other, theirs, role="other")
    begin = str(await system.graph.read(outbox.last_sequence))
    async with client(served, system.tokens["recruiter"]) as one, client(served, made) as two:
        for each in (one, two):
            await each.subscribe(LIVE, {"after": begin})
        for document in ("subscription { events(types: [SAVED_SEARCH_MATCHED]) { savedSearchId } }",):
            for each in (one, two):
                await each.subscribe(document, id="2")
        await served.all_live(4)
        await candidate(system, name="For Both", headline=word)
        for each, search in ((one, mine), (two, theirs)):
            for _ in range(2):
                event = (await asyncio.wait_for(each.receive(), SECONDS))["payload"]["data"]["events"]
                assert search in {event.get("savedSearchId"), (event.get("savedSearch") or {}).get("id")}


async def test_others_neither_begin_nor_end_nor_mark_and_nothing_is_written(system: System) -> None:
    private, shared = await saved(system, text="python"), await saved(system, text="python", shared=True)
    unknown = global_id(Kind.SAVED_SEARCH, new_id())
    before = await system.fingerprint()
    for document, change in ((STAND, {"standing": True}), (STAND, {"standing": False}), (SEEN, {})):
        for role in ("admin", "sourcer", "hiring_manager"):
            for id_, code in ((private, "NOT_FOUND"), (unknown, "NOT_FOUND"), (shared, "NOT_THE_OWNER")):
                data = await system.data(document, {"input": {"savedSearchId": id_, **change}}, role=role)
                ((payload,),) = [list(data.values())]
                assert [each["code"] for each in payload["userErrors"]] == [code], (document, role, id_)
                assert payload["savedSearch"] is None
    answer = await system.data(
        STAND,
        {"input": {"savedSearchId": shared, "standing": True, "digest": "DAILY"}},
        role="recruiter",
    )
    errors = answer["setSavedSearchStanding"]["userErrors"]
    assert errors == [{"field": "digest", "code": "NO_ADDRESS"}]
    stale = {"savedSearchId": shared, "standing": True, "expectedVersion": 7}
    errors = (await system.data(STAND, {"input": stale}, role="recruiter"))["setSavedSearchStanding"]
    assert [each["code"] for each in errors["userErrors"]] == ["VERSION_CONFLICT"]
    assert await system.fingerprint() == before


async def test_what_one_may_not_search_by_does_not_stand(system: System) -> None:
    search = await saved(system, role="hiring_manager", where={"consent": True})
    before = await system.fingerprint()
    given = {"input": {"savedSearchId": search, "standing": True}}
    answer = await system.post(STAND, given, role="hiring_manager")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert await system.fingerprint() == before


async def test_a_search_that_somebody_else_changes_stands_no_longer(system: System) -> None:
    word = mark()
    search = await saved(system, text=word, shared=True)
    await stands(system, search)
    change = {"savedSearchId": search, "search": {"text": "python"}}
    updated = (await system.data(UPDATE, {"input": change}))["updateSavedSearch"]
    assert updated == {"savedSearch": {"standing": False, "version": 3}, "userErrors": []}
    await candidate(system, name="Not Told", headline=word, skills=["Python"])
    await system.settled()
    assert (await matches(system, search))["totalCount"] == 0


async def test_hiring_managers_hear_of_their_matches_too(system: System, served: Served) -> None:
    """They may not read the event log, but what is found for them."""
    async with client(served, system.tokens["hiring_manager"]) as one:
        await one.subscribe(LIVE, {"after": "0"})
        await served.all_live(1)
    answer = await system.post(EVENTS, {"after": "0"}, role="hiring_manager")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


async def test_a_users_digest_comes_by_mail_once(system: System) -> None:
    user = await member(system, AccessRole.RECRUITER)
    own = replace(system, tokens={**system.tokens, "own": user.token})
    word = mark()
    search = await saved(own, role="own", text=word)
    begun = await stands(own, search, role="own", digest="DAILY")
    assert begun["digest"] == "DAILY"
    name = f"Digest {word}"
    await candidate(system, name=name, headline=word)
    await told(own, search, 1, role="own")
    local = any_id(search)
    assert local

    def mails() -> list[Any]:
        listed = kith("mail", "--json")
        assert listed.returncode == 0, listed.stderr
        return [mail for mail in json.loads(listed.stdout) if user.email in mail["to"]]

    assert mails() == []
    for _ in range(2):
        await system.graph.execute(LET_DIGEST_BE_DUE, id=local[1])

        async def moved() -> bool:
            (row,) = await system.graph.execute(
                Statement("tests.due_at", "MATCH (s:SavedSearch {id: $id}) RETURN s.digest_due_at AS at"),
                id=local[1],
            )
            return bool(row["at"] > "2026-01-02")

        await eventually(moved, within=30)

    async def sent() -> list[Any]:
        return await asyncio.to_thread(mails)

    (mail,) = await eventually(sent, within=30)
    assert "Standing: 1" in mail["body"]
    assert f"- {name}" in mail["body"]


async def test_searches_through_a_saved_one_are_counted_as_direct_ones(system: System) -> None:
    word = f"kubernetess{mark().lower()}"
    search = await saved(system, text=word)
    run = "query($id: ID!) { savedSearchResults(id: $id, first: 1) { totalCount } }"
    for _ in range(LEAST_SHOWN):
        found = await system.data(run, {"id": search}, role="recruiter")
        assert found["savedSearchResults"]["totalCount"] == 0

    async def shown() -> bool:
        insights = await system.data("{ searchInsights(first: 50) { text searches } }")
        return any(each["text"] == word for each in insights["searchInsights"])

    assert await eventually(shown)
