"""The taxonomy at the door: seeded by `kith up`, imported by a command, changed by mutations."""

from pathlib import Path

from tests.api.conftest import System, kith

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
