"""The index is rebuilt and compared on the command line while clients search and write."""

import asyncio
import re
from typing import Any

from tests.api.conftest import System, kith
from tests.workers.conftest import running

SEARCH = """
query($after: String) {
  talentSearch(first: 20, text: "engineer OR nurse OR sales OR Rebuilt", after: $after) {
    totalCount nodes { id name } pageInfo { hasNextPage endCursor }
  }
}
"""
CREATE = """
mutation($input: CreateCandidateInput!) {
  createCandidate(input: $input) { candidate { id } userErrors { code } }
}
"""
FIND = "query($text: String!) { talentSearch(first: 1, text: $text) { totalCount } }"
WRITES = 60


async def test_a_rebuild_fails_no_request_and_loses_no_write(system: System) -> None:
    await system.settled()
    failures: list[Any] = []
    answered = 0

    async def search() -> None:
        nonlocal answered
        after = None
        while True:
            answer = await system.post(SEARCH, {"after": after})
            if "errors" in answer:
                failures.append(answer["errors"])
            else:
                page = answer["data"]["talentSearch"]["pageInfo"]
                after = page["endCursor"] if page["hasNextPage"] else None
            answered += 1

    async def write() -> None:
        for i in range(WRITES):
            new = {"name": f"Rebuilt Person{i}", "emails": [f"rebuilt.{i}@example.org"], "headline": "First"}
            for headline in ("First", "Rebuilt"):
                answer = await system.post(CREATE, {"input": {**new, "headline": headline}})
                if "errors" in answer or answer["data"]["createCandidate"]["userErrors"]:
                    failures.append(answer)

    async with running(search()), running(search()):
        writing = asyncio.create_task(write())
        for _ in range(2):
            done = await asyncio.to_thread(kith, "reindex")
            assert done.returncode == 0, done.stdout + done.stderr
            assert "searches answer from the new index" in done.stdout
        await writing
    assert failures == []
    assert answered > 10
    await system.settled()
    verified = await asyncio.to_thread(kith, "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert re.search(r"compared: \d+, missing: 0, stale: 0, extra: 0", verified.stdout)
    for i in (0, WRITES - 1):
        found = await system.data(FIND, {"text": f"name:person{i} title:rebuilt"})
        assert found["talentSearch"]["totalCount"] == 1
