"""Whose an address, a number or a link is, by whatever way of asking: found with `contacts:read`, and by nobody else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from graph.client import Statement
from graph.ids import new_id
from tests.api.conftest import System
from tests.api.test_resume_texts import EVERYTHING, MAKE, imported
from tests.waiting import eventually

SEARCH = """
query($text: String!) { talentSearch(first: 5, text: $text) {
  totalCount
  edges { score node { id } fit { score reasons { clause verdict contribution } receiptId } }
} }
"""
EXPLAIN = """
query($id: ID!) { explainMatch(receiptId: $id) {
  changes recorded { score reasons { clause verdict contribution } } today { score reasons { clause verdict contribution } }
} }
"""
HAS_EMAIL = "{ talentSearch(first: 1, where: { hasEmail: true }) { totalCount } }"
BY_EMAIL = "query($email: String!) { candidate(by: { email: $email }) { id } }"
SIMILAR = (
    "query($email: String!) { similarCandidates(candidates: [{ email: $email }], first: 3) { totalCount } }"
)
SAVE = "mutation($input: CreateSavedSearchInput!) { createSavedSearch(input: $input) { savedSearch { id } userErrors { code } } }"
RUN = "query($id: ID!) { savedSearchResults(id: $id, first: 5) { totalCount } }"
STAND = "mutation($input: SetSavedSearchStandingInput!) { setSavedSearchStanding(input: $input) { savedSearch { standing } userErrors { code } } }"
MATCHES = "query($id: ID!) { node(id: $id) { ... on SavedSearch { matches(first: 5) { totalCount } } } }"
CREATE = "mutation($input: CreateCandidateInput!) { createCandidate(input: $input) { candidate { id } userErrors { code } } }"
NO_SEARCH = Statement("tests.no_search", "MATCH (s:SavedSearch {name: 'By address'}) DETACH DELETE s")
SCOPES = ("TALENT_SEARCH", "CANDIDATES_READ")


@dataclass(frozen=True, slots=True)
class Someone:
    """A candidate who came by a file, and how their contact data are written."""

    id: str
    word: str
    email: str
    phone: str
    link: str

    @property
    def ways(self) -> list[str]:
        """Return the ways in which somebody asks whose contact data these are."""
        local, _, domain = self.email.partition("@")
        bare = self.phone.replace(" ", "")
        return [
            *(self.email, self.email.upper(), f'"{self.email}"', f"<{self.email}>"),
            *(local, f'"{local} {domain}"', f"{local}?"),
            *(self.phone, bare, f'"{self.phone}"', bare.removeprefix("+44"), f"0{bare.removeprefix('+44')}"),
            *(self.link, self.link.removeprefix("https://"), f'"{self.link}"', self.link.rpartition("/")[2]),
        ]

    @property
    def keys(self) -> list[str]:
        """Return those ways that name an address, a number or a link as a whole."""
        bare = self.phone.replace(" ", "")
        return [
            *(self.email, self.email.upper(), f'"{self.email}"', f"<{self.email}>"),
            *(self.phone, bare, f'"{self.phone}"', bare.removeprefix("+44"), f"0{bare.removeprefix('+44')}"),
            *(self.link, self.link.removeprefix("https://"), f'"{self.link}"'),
        ]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def someone(system: System) -> Someone:
    digits = f"{int(new_id()[-6:], 16) % 1_000_000:06}"
    word = f"zoe{digits}"
    text = EVERYTHING.replace("zoe.bronte.{number}", f"post.{word}").replace(
        "zoebronte{number}", f"link{word}"
    )
    text = text.replace("7946 0{number}", f"79{digits}").replace("Builds", f"Builds {word}")
    candidate = await imported(system, "contact.txt", text.encode())
    await system.settled()
    return Someone(
        candidate["id"],
        word,
        f"post.{word}@example.org",
        f"+44 20 79{digits}",
        f"https://github.com/link{word}",
    )


@asynccontextmanager
async def asking(system: System, *, role: str = "RECRUITER", contacts: bool) -> AsyncIterator[Any]:
    """Ask with a token that is narrowed to a search, with or without contact data."""
    scopes = [*SCOPES, *(["CONTACTS_READ"] if contacts else [])]
    made = await system.data(MAKE, {"input": {"label": "contacts", "role": role, "scopes": scopes}})
    headers = {"Authorization": f"Bearer {made['createToken']['secret']}"}
    async with httpx.AsyncClient(base_url=system.url, headers=headers, trust_env=False, timeout=60) as client:

        async def ask(query: str, **variables: Any) -> Any:
            return (await client.post("/graphql", json={"query": query, "variables": variables})).json()

        yield ask


async def found(ask: Any, text: str) -> list[str]:
    answer = await ask(SEARCH, text=text)
    assert "errors" not in answer, (text, answer)
    result = answer["data"]["talentSearch"]
    assert result["totalCount"] == len(result["edges"])
    return [edge["node"]["id"] for edge in result["edges"]]


@pytest.mark.parametrize("role", ["RECRUITER", "ADMIN"])
async def test_without_the_right_no_way_of_asking_finds_anybody(
    system: System, someone: Someone, role: str
) -> None:
    async with asking(system, role=role, contacts=False) as ask:
        assert await found(ask, someone.word) == [someone.id]
        for text in someone.ways:
            assert await found(ask, text) == [], text
        assert await found(ask, f"{someone.word} NOT {someone.email}") == [someone.id]


async def test_with_the_right_each_whole_address_number_and_link_finds_whose_it_is(
    system: System, someone: Someone
) -> None:
    async with asking(system, contacts=True) as ask:
        for text in someone.keys:
            assert await found(ask, text) == [someone.id], text
        assert await found(ask, f"{someone.word} AND {someone.email} nice:cooking") == [someone.id]
        assert await found(ask, f"{someone.word} NOT {someone.email}") == []


async def test_scores_of_other_words_are_the_same_for_all(system: System, someone: Someone) -> None:
    answers = []
    for contacts in (True, False):
        async with asking(system, contacts=contacts) as ask:
            (edge,) = (await ask(SEARCH, text=someone.word))["data"]["talentSearch"]["edges"]
            del edge["fit"]["receiptId"]
            answers.append(edge)
    assert answers[0] == answers[1]


@pytest.mark.parametrize("way", ["email", "phone", "link"])
async def test_a_receipt_that_tells_is_not_there_without_the_right(
    system: System, someone: Someone, way: str
) -> None:
    text = f"{getattr(someone, way)} nice:python"
    async with asking(system, contacts=True) as ask:
        (edge,) = (await ask(SEARCH, text=text))["data"]["talentSearch"]["edges"]
        receipt = edge["fit"].pop("receiptId")
        assert sum(each["contribution"] for each in edge["fit"]["reasons"]) == pytest.approx(edge["score"])
        explained = (await ask(EXPLAIN, id=receipt))["data"]["explainMatch"]
        assert explained == {"changes": [], "recorded": edge["fit"], "today": edge["fit"]}
        (edge,) = (await ask(SEARCH, text=someone.word))["data"]["talentSearch"]["edges"]
        harmless = edge["fit"]["receiptId"]
    async with asking(system, contacts=False) as ask:
        refused = await ask(EXPLAIN, id=receipt)
        assert refused["data"] is None or refused["data"]["explainMatch"] is None
        assert [error["extensions"]["code"] for error in refused["errors"]] == ["NOT_FOUND"]
        assert "errors" not in await ask(EXPLAIN, id=harmless)


@pytest.mark.parametrize("role", ["RECRUITER", "ADMIN"])
async def test_an_address_names_nobody_without_the_right(system: System, someone: Someone, role: str) -> None:
    for contacts in (True, False):
        async with asking(system, role=role, contacts=contacts) as ask:
            named = await ask(BY_EMAIL, email=someone.email.upper())
            assert named["data"]["candidate"] == ({"id": someone.id} if contacts else None)
            alike = await ask(SIMILAR, email=someone.email)
            codes = [error["extensions"]["code"] for error in alike.get("errors", [])]
            assert codes == ([] if contacts else ["NOT_FOUND"])


@pytest.mark.parametrize("role", ["RECRUITER", "ADMIN"])
async def test_who_has_an_address_is_no_condition_without_the_right(system: System, role: str) -> None:
    for contacts in (True, False):
        async with asking(system, role=role, contacts=contacts) as ask:
            codes = [error["extensions"]["code"] for error in (await ask(HAS_EMAIL)).get("errors", [])]
            assert codes == ([] if contacts else ["FORBIDDEN"])


async def test_saved_and_standing_searches_ask_the_right_of_who_runs_them(
    system: System, someone: Someone
) -> None:
    email = f"stands.{new_id()[-8:]}@example.org"
    async with asking(system, contacts=True) as may, asking(system, contacts=False) as may_not:
        searches = []
        for ask in (may, may_not):
            given = {"name": "By address", "shared": True, "search": {"text": f"{email} OR {someone.email}"}}
            saved = (await ask(SAVE, input=given))["data"]["createSavedSearch"]["savedSearch"]["id"]
            stands = await ask(STAND, input={"savedSearchId": saved, "standing": True})
            assert stands["data"]["setSavedSearchStanding"]["savedSearch"] == {"standing": True}
            searches.append(saved)
        for saved in searches:
            assert (await may(RUN, id=saved))["data"]["savedSearchResults"]["totalCount"] == 1
            assert (await may_not(RUN, id=saved))["data"]["savedSearchResults"]["totalCount"] == 0
        await system.data(CREATE, {"input": {"name": "Stands For", "emails": [email]}})

        async def told() -> bool:
            answer = await may(MATCHES, id=searches[0])
            return bool(answer["data"]["node"]["matches"]["totalCount"])

        assert await eventually(told, within=15)
        await system.settled()
        assert (await may_not(MATCHES, id=searches[1]))["data"]["node"]["matches"]["totalCount"] == 0
    await system.graph.execute(NO_SEARCH)
