"""Who and what may be matched: what one may not see is not there, by whatever way it is named."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api import operations
from graph.client import Statement
from schema.node import any_id
from tests.api.conftest import System

HIDE = Statement("tests.hide", "MATCH (n {id: $id}) SET n.confidential = $hidden, n.private = $hidden")
MATCH = "query($job: JobRef!) { matchCandidates(job: $job, first: 20) { totalCount nodes { id } } }"
SIMILAR = """
query($candidates: [CandidateRef!]!, $not: [CandidateRef!]) {
  similarCandidates(candidates: $candidates, not: $not, first: 20) { totalCount nodes { id } }
}
"""
JOBS = """
query($candidate: CandidateRef!, $first: Int!, $after: String) {
  matchJobs(candidate: $candidate, first: $first, after: $after) {
    totalCount
    edges { score node { id status } fit { score receiptId reasons { clause contribution } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
EXPLAIN = "query($receipt: ID!) { explainMatch(receiptId: $receipt) { recorded { score } today { score } } }"
SEEING = ("recruiter", "sourcer")


def variables(name: str) -> Any:
    return operations.read_operation(name, []).variables


@asynccontextmanager
async def hidden(system: System, id_: str) -> AsyncIterator[None]:
    """Make a job confidential, or a candidate private, of whom nobody is a member or an owner."""
    known = any_id(id_)
    assert known is not None
    local = known[1]
    await system.graph.execute(HIDE, id=local, hidden=True)
    try:
        yield
    finally:
        await system.graph.execute(HIDE, id=local, hidden=False)


def code(answer: Any) -> Any:
    return answer["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize("role", SEEING)
async def test_a_confidential_job_is_not_there(system: System, role: str) -> None:
    job = variables("match_candidates")["job"]
    assert (await system.data(MATCH, {"job": job}, role=role))["matchCandidates"]["totalCount"] > 0
    async with hidden(system, job["id"]):
        assert code(await system.post(MATCH, {"job": job}, role=role)) == "NOT_FOUND"
        assert "errors" not in await system.post(MATCH, {"job": job}, role="admin")


@pytest.mark.parametrize("role", SEEING)
@pytest.mark.parametrize("argument", ["candidates", "not"])
async def test_a_private_candidate_is_not_there(system: System, role: str, argument: str) -> None:
    await system.settled()
    given = variables("similar_candidates")
    assert (await system.data(SIMILAR, given, role=role))["similarCandidates"]["totalCount"] > 0
    async with hidden(system, given[argument][0]["id"]):
        answer = await system.post(SIMILAR, given, role=role)
        assert code(answer) == "NOT_FOUND"
        assert "errors" not in await system.post(SIMILAR, given, role="admin")


async def test_a_receipt_explains_nobody_who_is_hidden_since(system: System) -> None:
    await system.settled()
    search = '{ talentSearch(first: 1, text: "python") { edges { node { id } fit { receiptId } } } }'
    (edge,) = (await system.data(search, role="recruiter"))["talentSearch"]["edges"]
    given = {"receipt": edge["fit"]["receiptId"]}
    assert (await system.data(EXPLAIN, given, role="recruiter"))["explainMatch"]["recorded"]["score"]
    async with hidden(system, edge["node"]["id"]):
        answer = await system.post(EXPLAIN, given, role="recruiter")
        assert code(answer) == "NOT_FOUND"
        assert answer["data"] is None
        assert "errors" not in await system.post(EXPLAIN, given, role="admin")


async def test_a_private_candidate_is_no_hit(system: System) -> None:
    await system.settled()
    job = variables("match_candidates")["job"]
    first = (await system.data(MATCH, {"job": job}, role="recruiter"))["matchCandidates"]["nodes"][0]["id"]
    async with hidden(system, first):
        found = await system.data(MATCH, {"job": job}, role="recruiter")
        assert first not in {node["id"] for node in found["matchCandidates"]["nodes"]}


async def test_a_job_fits_a_candidate_as_the_candidate_fits_the_job(system: System) -> None:
    await system.settled()
    given = variables("match_jobs")
    found = (await system.data(JOBS, {**given, "first": 100}))["matchJobs"]
    assert found["edges"]
    scores = [edge["score"] for edge in found["edges"]]
    assert scores == sorted(scores, reverse=True)
    document = """
    query($job: JobRef!, $candidate: ID!) {
      matchCandidates(job: $job, first: 1, where: { id: { eq: $candidate } }) { edges { score fit { reasons { clause contribution } } } }
    }
    """
    for edge in found["edges"][:3]:
        assert edge["node"]["status"] == "OPEN"
        other = {"job": {"id": edge["node"]["id"]}, "candidate": given["candidate"]["id"]}
        (same,) = (await system.data(document, other))["matchCandidates"]["edges"]
        assert same["score"] == edge["fit"]["score"]
        assert [each for each in same["fit"]["reasons"] if each["contribution"]] == [
            each for each in edge["fit"]["reasons"] if each["contribution"]
        ]
        receipt = {"receipt": edge["fit"]["receiptId"]}
        explained = (await system.data(EXPLAIN, receipt))["explainMatch"]
        assert explained["recorded"]["score"] == explained["today"]["score"] == same["score"]


async def test_pages_of_jobs_make_up_the_list(system: System) -> None:
    await system.settled()
    given = variables("match_jobs")
    whole = (await system.data(JOBS, {**given, "first": 100}))["matchJobs"]
    seen, after = [], None
    while True:
        page = (await system.data(JOBS, {**given, "first": 2, "after": after}))["matchJobs"]
        seen += page["edges"]
        after = page["pageInfo"]["endCursor"]
        assert page["totalCount"] == whole["totalCount"] == len(whole["edges"])
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == whole["edges"]


async def test_a_confidential_job_is_matched_with_nobody(system: System) -> None:
    await system.settled()
    given = {**variables("match_jobs"), "first": 100}
    whole = (await system.data(JOBS, given, role="recruiter"))["matchJobs"]
    hidden_one = whole["edges"][0]["node"]["id"]
    async with hidden(system, hidden_one):
        left = (await system.data(JOBS, given, role="recruiter"))["matchJobs"]
        assert left["totalCount"] == whole["totalCount"] - 1
        assert hidden_one not in {edge["node"]["id"] for edge in left["edges"]}
        for_all = (await system.data(JOBS, given, role="admin"))["matchJobs"]
        assert hidden_one in {edge["node"]["id"] for edge in for_all["edges"]}
    async with hidden(system, given["candidate"]["id"]):
        assert code(await system.post(JOBS, given, role="recruiter")) == "NOT_FOUND"


async def test_jobs_are_named_by_what_other_systems_call_them_too(system: System) -> None:
    unknown = {"externalId": {"system": "elsewhere", "value": "nothing"}}
    assert code(await system.post(MATCH, {"job": unknown})) == "NOT_FOUND"
