"""Elasticsearch counts all who match only where somebody asks how many they are."""

from typing import Any

import httpx
import pytest

from search.talent import searching
from search.talent.body import TalentQuery, build_talent_query
from tests.api.conftest import System
from tests.api.serving import LOOPBACK, Served


@pytest.mark.parametrize(
    ("selected", "counted"),
    [("nodes { name }", 1), ("totalCount", True), ("nodes { name } ...Total", True)],
)
async def test_the_total_is_counted_where_it_is_asked_for(
    system: System, served: Served, monkeypatch: pytest.MonkeyPatch, selected: str, counted: object
) -> None:
    asked = []

    def noted(*arguments: Any) -> TalentQuery:
        query = build_talent_query(*arguments)
        asked.append(query.body["track_total_hits"])
        return query

    monkeypatch.setattr(searching, "build_talent_query", noted)
    document = f"{{ talentSearch(first: 2) {{ {selected} }} }}"
    if "Total" in selected.partition("...")[2]:
        document += " fragment Total on TalentConnection { totalCount }"
    async with httpx.AsyncClient(trust_env=False, timeout=30) as one:
        answer = await one.post(
            f"http://{LOOPBACK}:{served.port}/graphql",
            json={"query": document},
            headers={"Authorization": f"Bearer {system.tokens['admin']}"},
        )
    assert "errors" not in answer.json()
    assert asked == [counted]
