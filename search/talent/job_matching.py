"""Which of some jobs fit one candidate: the searches that `matchCandidates` would make, each for this one candidate."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from elasticsearch import AsyncElasticsearch

from search.embedding import embedder
from search.errors import SearchOutOfTime, search_errors
from search.indices import CandidateIndex
from search.query_language.parser import parse
from search.talent.body import TalentQuery, build_talent_query
from search.talent.clauses import Clause
from search.talent.fit import Fit, fit_of
from search.talent.meaning import words_looked_for
from search.talent.request import TalentRequest


@dataclass(frozen=True, slots=True)
class JobFit:
    """A job that fits: the fit is the one of `matchCandidates`, the score its share for each word looked for.

    So a job does not come first because it asks for more.
    """

    job_id: str
    score: float
    request: TalentRequest
    fit: Fit


async def fitting_jobs(
    client: AsyncElasticsearch,
    index: CandidateIndex,
    candidate_id: str,
    searches: Mapping[str, TalentRequest],
    rights: Sequence[Clause],
) -> list[JobFit]:
    """Return those of the jobs, given as searches, that find the candidate: the best first, ties by id.

    Raises the errors of `search.errors`.
    """
    if not searches:
        return []
    only: Clause = {"term": {"id": candidate_id}}
    lines: list[Mapping[str, object]] = []
    requests = {id_: replace(request, size=1, reasons=True) for id_, request in searches.items()}
    queries = await asyncio.to_thread(_queries, requests, [only, *rights])
    for query in queries.values():
        lines += [{"index": index.alias}, query.body]
    with search_errors("match jobs"):
        answer = await client.msearch(searches=lines, include_named_queries_score=True)
    found = []
    for (id_, query), part in zip(queries.items(), answer["responses"], strict=True):
        if "error" in part or part["timed_out"]:
            raise SearchOutOfTime("the search took too long; look for less at once")
        for hit in part["hits"]["hits"]:
            fit = fit_of(query.parts, hit)
            words = max(1, words_looked_for(parse(requests[id_].text)))
            found.append(JobFit(id_, fit.score / words, requests[id_], fit))
    return sorted(found, key=lambda each: (-each.score, each.job_id))


def _queries(requests: Mapping[str, TalentRequest], rights: Sequence[Clause]) -> dict[str, TalentQuery]:
    return {id_: build_talent_query(request, rights, embedder()) for id_, request in requests.items()}
