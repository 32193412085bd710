"""Terms: what people decide holds, and no import undoes it."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.client import Graph, Statement
from graph.errors import Code, Refused
from graph.events import Change
from graph.ids import new_id
from graph.profiles import skill_key
from graph.taxonomy import importing
from graph.taxonomy.editing import NewTerm, TermChange, _distinct, create_term, merge_terms, update_term
from graph.taxonomy.importing import ImportedLink, ImportedTerm, Tally
from graph.taxonomy.loading import TermRow, TermsOfGraph
from graph.taxonomy.terms import MOST_SPELLINGS, TermKind, TermSource

SKILL, TITLE = TermKind.SKILL, TermKind.TITLE
EVENTS = Statement(
    "tests.term_events", "MATCH (e:Event) WHERE e.type STARTS WITH 't' RETURN e.type AS type ORDER BY type"
)


@dataclass
class Terms:
    """The taxonomy of a test, by name."""

    graph: Graph

    async def create(self, name: str, *synonyms: str, kind: TermKind = SKILL, **links: Any) -> str:
        term = NewTerm(id=new_id(), kind=kind, name=name, synonyms=synonyms, **links)
        return await self.graph.write(create_term, term=term, change=Change.by("test"))

    async def update(self, id_: str, **wanted: Any) -> str:
        wanted_ = TermChange(id=id_, **wanted)
        return await self.graph.write(update_term, wanted=wanted_, change=Change.by("test"))

    async def merge(self, id_: str, merged: str, expected: int | None = None) -> str:
        change = Change.by("test")
        return await self.graph.write(
            merge_terms, id=id_, merged=merged, expected_version=expected, change=change
        )

    async def bring(self, terms: list[ImportedTerm], links: tuple[ImportedLink, ...] = ()) -> Tally:
        source: Any = {"source": TermSource.ESCO, "change": Change.by("test")}
        tally = await self.graph.write(importing.import_terms, terms=terms, **source)
        tally += await self.graph.write(importing.import_links, links=links)
        await self.graph.write(importing.end_import, tally=tally, **source)
        return tally

    async def all(self) -> dict[str, TermRow]:
        return {row.name: row async for page in TermsOfGraph(self.graph).pages() for row in page}

    async def events(self) -> list[str]:
        return [row["type"] for row in await self.graph.execute(EVENTS)]


@pytest.fixture
def terms(empty: Graph) -> Terms:
    return Terms(empty)


async def _refusal(work: Any) -> tuple[Code, str | None]:
    with pytest.raises(Refused) as refused:
        await work
    return refused.value.reason, refused.value.field


async def test_a_term_keeps_its_spellings_and_links(terms: Terms) -> None:
    container = await terms.create("Containers")
    kubernetes = await terms.create("Kubernetes", "k8s", "K8S", " kube ", "kubernetes", broader=(container,))
    row = (await terms.all())["Kubernetes"]
    assert (row.id, row.synonyms, row.broader) == (kubernetes, ("k8s", "kube"), (container,))
    assert await terms.events() == ["term.created"] * 2


async def test_a_spelling_belongs_to_one_term_of_its_kind(terms: Terms) -> None:
    one = await terms.create("Kubernetes", "k8s")
    other = await terms.create("Docker")
    assert await _refusal(terms.create("K8s")) == (Code.SPELLING_TAKEN, "name")
    assert await _refusal(terms.create("Helm", "KUBERNETES")) == (Code.SPELLING_TAKEN, "synonyms")
    assert await _refusal(terms.update(other, add_synonyms=("k8s",))) == (Code.SPELLING_TAKEN, "addSynonyms")
    assert await _refusal(terms.update(other, name="k8s")) == (Code.SPELLING_TAKEN, "name")
    await terms.create("K8s", kind=TITLE)
    assert {row.id for row in (await terms.all()).values()} > {one, other}


async def test_of_twenty_who_make_one_term_at_once_one_does(terms: Terms) -> None:
    answers = await asyncio.gather(*(terms.create("Rust") for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert len(await terms.all()) == 1


async def test_a_new_name_keeps_the_old_as_a_synonym(terms: Terms) -> None:
    id_ = await terms.create("JS", "ECMAScript")
    await terms.update(id_, name="JavaScript", expected_version=1)
    assert (await terms.all())["JavaScript"].synonyms == ("ECMAScript", "JS")
    await terms.update(id_, name="JS")
    assert (await terms.all())["JS"].synonyms == ("ECMAScript", "JavaScript")
    stale = await _refusal(terms.update(id_, name="Script", expected_version=1))
    assert stale == (Code.VERSION_CONFLICT, "expectedVersion")
    assert await _refusal(terms.update(id_, remove_synonyms=("js",))) == (Code.NAME_NEEDED, "removeSynonyms")


async def test_what_changes_nothing_is_no_event(terms: Terms) -> None:
    id_ = await terms.create("Go", "Golang")
    other = await terms.create("Languages")
    await terms.update(id_, add_synonyms=("GOLANG",), remove_broader=(other,), name="Go")
    assert await terms.events() == ["term.created"] * 2
    await terms.update(id_, add_broader=(other,))
    await terms.update(id_, add_broader=(other,))
    assert await terms.events() == ["term.created"] * 2 + ["term.updated"]


async def test_links_make_no_circles_and_keep_their_kind(terms: Terms) -> None:
    top = await terms.create("Engineering")
    middle = await terms.create("Software", broader=(top,))
    low = await terms.create("Python", broader=(middle,))
    title = await terms.create("Python developer", kind=TITLE)
    assert await _refusal(terms.update(top, add_broader=(low,))) == (Code.TERM_CIRCLE, "addBroader")
    assert await _refusal(terms.update(top, add_related=(top,))) == (Code.SAME_TERM, "addRelated")
    assert await _refusal(terms.update(low, add_broader=(title,))) == (Code.OTHER_KIND, "addBroader")
    assert await _refusal(terms.update(low, add_broader=(new_id(),))) == (Code.NOT_FOUND, "addBroader")
    await terms.update(low, add_related=(title,))
    assert (await terms.all())["Python developer"].related == (low,)


async def test_a_merged_term_lives_on_in_the_other(terms: Terms) -> None:
    below = await terms.create("Istio")
    one = await terms.create("Kubernetes", "k8s")
    other = await terms.create("Kube", "Kubernetes cluster")
    await terms.update(below, add_broader=(other,))
    assert await terms.merge(one, other) == one
    found = await terms.all()
    assert set(found) == {"Istio", "Kubernetes"}
    assert found["Kubernetes"].synonyms == ("k8s", "Kube", "Kubernetes cluster")
    assert found["Istio"].broader == (one,)
    assert await _refusal(terms.merge(one, other)) == (Code.NOT_FOUND, "mergedId")
    assert await _refusal(terms.merge(one, one)) == (Code.SAME_TERM, "mergedId")


async def test_merging_a_term_with_one_above_it_makes_no_circle(terms: Terms) -> None:
    top = await terms.create("Top")
    middle = await terms.create("Middle", broader=(top,))
    low = await terms.create("Low", broader=(middle,))
    await terms.merge(low, top)
    found = await terms.all()
    assert not (found["Low"].broader and found["Middle"].broader)


async def test_an_import_repeated_changes_nothing(terms: Terms) -> None:
    brought = [
        ImportedTerm(kind=SKILL, name="Kubernetes", synonyms=("k8s",)),
        ImportedTerm(kind=SKILL, name="Cloud"),
    ]
    links = (ImportedLink(term=(SKILL, "Kubernetes"), to=(SKILL, "Cloud"), broader=True),)
    assert await terms.bring(brought, links) == Tally(2, 0, 1)
    assert await terms.bring(brought, links) == Tally()
    more = [ImportedTerm(kind=SKILL, name="KUBERNETES", synonyms=("kube", "K8S"))]
    assert await terms.bring(more) == Tally(0, 1, 0)
    assert (await terms.all())["Kubernetes"].synonyms == ("k8s", "kube")
    assert await terms.events() == ["taxonomy.imported"] * 2


async def test_no_import_undoes_what_people_decided(terms: Terms) -> None:
    brought = [
        ImportedTerm(kind=SKILL, name="Kubernetes", synonyms=("k8s", "borg")),
        ImportedTerm(kind=SKILL, name="Cloud"),
        ImportedTerm(kind=SKILL, name="Kube"),
    ]
    links = (
        ImportedLink(term=(SKILL, "Kubernetes"), to=(SKILL, "Cloud"), broader=True),
        ImportedLink(term=(SKILL, "Kubernetes"), to=(SKILL, "Kube"), broader=False),
    )
    await terms.bring(brought, links)
    found = await terms.all()
    cloud, kube, id_ = (found[name].id for name in ("Cloud", "Kube", "Kubernetes"))
    await terms.update(
        id_, name="K8s", remove_synonyms=("borg",), remove_broader=(cloud,), remove_related=(kube,)
    )
    await terms.merge(id_, kube)
    before = await terms.all()
    assert await terms.bring(brought, links) == Tally()
    assert await terms.all() == before
    assert set(before) == {"K8s", "Cloud"}
    assert before["K8s"].synonyms == ("Kubernetes", "Kube")
    assert (before["K8s"].broader, before["K8s"].related) == ((), ())


async def test_bounds_hold(terms: Terms, monkeypatch: pytest.MonkeyPatch) -> None:
    many = tuple(f"spelling {n}" for n in range(MOST_SPELLINGS + 50))
    assert await _refusal(terms.create("Much", *many)) == (Code.TOO_MANY, "synonyms")
    assert await _refusal(terms.create(" ")) == (Code.REQUIRED, "name")
    assert await _refusal(terms.create("x" * 201)) == (Code.TOO_LONG, "name")
    await terms.bring([ImportedTerm(kind=SKILL, name="Much", synonyms=(*many, "y" * 201))])
    assert len((await terms.all())["Much"].synonyms) == MOST_SPELLINGS - 1
    monkeypatch.setattr("graph.taxonomy.terms.MOST_TERMS", 0)
    assert (await _refusal(terms.create("More")))[0] == Code.TOO_MANY


async def test_the_stamp_is_another_after_each_change(terms: Terms) -> None:
    source = TermsOfGraph(terms.graph)
    stamps = [await source.stamp()]
    id_ = await terms.create("One")
    stamps.append(await source.stamp())
    await terms.update(id_, add_synonyms=("Uno",))
    stamps.append(await source.stamp())
    await terms.bring([])
    stamps.append(await source.stamp())
    assert stamps[0] == ""
    assert len(set(stamps)) == len(stamps)


@given(st.lists(st.text(alphabet="aAbB é", min_size=1, max_size=4)), st.sets(st.sampled_from("ab")))
def test_distinct_spellings_are_compared_apart(spellings: list[str], out: set[str]) -> None:
    kept = _distinct(spellings, but=out)
    keys = [skill_key(each) for each in kept]
    assert len(set(keys)) == len(keys)
    assert set(keys) == {skill_key(each) for each in spellings} - out
