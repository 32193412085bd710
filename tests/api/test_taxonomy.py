"""The taxonomy at the door: seeded by `kith up`, imported by a command, changed by mutations."""

from pathlib import Path
from typing import Any

from tests.api.conftest import System, kith
from tests.waiting import eventually

TERM = "query($spelling: String!) { taxonomyTerms(first: 5, where: { spelling: { has: $spelling } }) { nodes { id name source synonyms } } }"


async def _named(system: System, spelling: str) -> list[dict[str, object]]:
    data = await system.data(TERM, {"spelling": spelling})
    nodes: list[dict[str, object]] = data["taxonomyTerms"]["nodes"]
    return nodes


async def test_the_compact_set_is_there(system: System) -> None:
    (found,) = await _named(system, "K8S")
    assert (found["name"], found["source"]) == ("Kubernetes", "SHIPPED")
    (title,) = await _named(system, "programmer")
    assert title["name"] == "Software engineer"


async def test_an_import_is_safe_to_repeat(system: System, tmp_path: Path) -> None:
    file = tmp_path / "skills_en.csv"
    file.write_text(
        'preferredLabel,altLabels\nrope walking,"funambulism\ntightrope walking"\n', encoding="utf-8"
    )
    first = kith("taxonomy", "import", "esco", str(file))
    assert first.returncode == 0, first.stderr
    assert "new terms: 1, with new spellings: 0, new links: 0" in first.stdout
    again = kith("taxonomy", "import", "esco", str(tmp_path))
    assert "new terms: 0, with new spellings: 0, new links: 0" in again.stdout
    (found,) = await _named(system, "Funambulism")
    assert (found["name"], found["source"]) == ("rope walking", "ESCO")


def test_what_is_no_taxonomy_is_said_in_a_line(started: None, tmp_path: Path) -> None:
    answer = kith("taxonomy", "import", "onet", str(tmp_path))
    assert answer.returncode == 1
    assert "Occupation Data.txt" in answer.stderr
    assert "Traceback" not in answer.stderr


SEARCH = """query($text: String!) { talentSearch(text: $text, first: 5) { totalCount edges { node { name } fit {
  taxonomyVersion receiptId reasons { clause verdict evidence { field fragment } } } } } }"""
EXPLAIN = "query($id: ID!) { explainMatch(receiptId: $id) { changes recorded { taxonomyVersion } today { taxonomyVersion } } }"
CREATE = (
    "mutation($input: CreateTermInput!) { createTerm(input: $input) { term { id } userErrors { code } } }"
)
UPDATE = "mutation($input: UpdateTermInput!) { updateTerm(input: $input) { userErrors { code } } }"


async def test_a_changed_term_is_searched_within_seconds(system: System) -> None:
    candidate = {"name": "Fyn Weaver", "skills": ["Quipucraft"]}
    await system.data(
        "mutation($input: CreateCandidateInput!) { createCandidate(input: $input) { userErrors { code } } }",
        {"input": candidate},
    )
    await system.settled()
    assert (await system.data(SEARCH, {"text": "skill:qpc"}))["talentSearch"]["totalCount"] == 0
    made = await system.data(
        CREATE, {"input": {"kind": "SKILL", "name": "Quipucraft", "synonyms": ["QPC"]}}, role="sourcer"
    )
    assert made["createTerm"]["userErrors"] == []

    async def found() -> Any:
        edges = (await system.data(SEARCH, {"text": "skill:qpc"}))["talentSearch"]["edges"]
        return edges[0] if edges else None

    hit = await eventually(found, within=15.0)
    assert hit["node"]["name"] == "Fyn Weaver"
    (evidence, *_) = hit["fit"]["reasons"][0]["evidence"]
    assert evidence == {"field": "skills", "fragment": "<em>Quipucraft</em>"}

    receipt = {"id": hit["fit"]["receiptId"]}
    explained = (await system.data(EXPLAIN, receipt))["explainMatch"]
    assert explained["changes"] == []
    change = {"termId": made["createTerm"]["term"]["id"], "addSynonyms": ["Quipu craft"]}
    assert (await system.data(UPDATE, {"input": change}))["updateTerm"]["userErrors"] == []

    async def changed() -> Any:
        explained = (await system.data(EXPLAIN, receipt))["explainMatch"]
        return explained if explained["changes"] else None

    explained = await eventually(changed, within=15.0)
    assert explained["changes"] == ["TAXONOMY"]
    assert explained["recorded"]["taxonomyVersion"] == hit["fit"]["taxonomyVersion"]
    assert explained["today"]["taxonomyVersion"] != hit["fit"]["taxonomyVersion"]
