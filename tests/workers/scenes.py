"""A system in which standing searches look out, asked by hand."""

from dataclasses import dataclass

from graph import indexing
from graph.client import Statement
from graph.events import Change
from graph.ids import new_id, now
from graph.owners import owners
from graph.profiles import Profile, RecordKind
from graph.records import NewRecord
from graph.searches import NewSavedSearch, create_saved_search
from graph.standing import choosing
from graph.standing.choosing import Baseline, DigestRhythm
from graph.taxonomy.loading import TermsOfGraph
from graph.tokens import AccessRole
from graph.users import NewUser, UserStatus, add_user, set_role
from graph.visibility import Viewer
from search.rights import clauses_of
from search.talent.request import TalentRequest
from search.talent.saved import content_of
from search.talent.standing import all_found, filter_of
from search.taxonomy.live import LiveTaxonomy
from tests.workers.conftest import System
from tests.workers.test_indexing import about
from workers.settings import WorkerSettings
from workers.standing import Lookout

FOUND = Statement(
    "tests.found",
    """
    MATCH (s:SavedSearch {id: $id})-[f:FOUND]->(p)
    RETURN p.id AS person, f.at AS at, f.ended_at AS ended ORDER BY f.at, p.id
    """,
)
MATCHED = Statement(
    "tests.matched",
    """
    MATCH (e:Event {type: 'saved_search.matched', saved_search_id: $id})
    RETURN e.candidate_id AS person, e.actor AS actor ORDER BY e.at, e.candidate_id
    """,
)
STORED = Statement("tests.stored_search", "MATCH (s:SavedSearch {id: $id}) RETURN properties(s) AS search")
SPOIL = Statement("tests.spoil_search", "MATCH (s:SavedSearch {id: $id}) SET s.content = $content")
HIDE = Statement("tests.hide", "MATCH (p:Person {id: $id}) SET p.private = $private")
MAKE_COLLEAGUE = Statement(
    "tests.make_colleague",
    "MATCH (u:User {id: $user}), (p:Person {id: $person}) SET p:Colleague MERGE (u)-[:IS]->(p)",
)
ERASE = Statement("tests.erase", "MATCH (p:Person {id: $id}) DETACH DELETE p")
EDGES = Statement("tests.edges", "MATCH (:SavedSearch {id: $id})-[m:MATCHES]->() RETURN count(m) AS number")


@dataclass(frozen=True, slots=True)
class Scene:
    """A system with a lookout that is asked by hand."""

    system: System
    lookout: Lookout

    async def settle(self) -> None:
        """Number, index and look at all that there is."""
        await self.system.number_events()
        await self.system.indexer().drain()
        await self.lookout.turn()

    async def welder(self, mark: str = "welding") -> str:
        (person,) = await self.system.add([record(headline=mark)])
        return person

    async def change(self, person: str, **profile: object) -> None:
        await self.system.add([about(person, **profile)])

    async def user(self, role: AccessRole = AccessRole.RECRUITER) -> str:
        """Make a user; return how the log names them."""
        user = NewUser(id=new_id(), email=f"{new_id()}@example.net", role=role, status=UserStatus.ACTIVE)
        return f"user:{await self.system.graph.write(add_user, user=user, at=now())}"

    async def set_role(self, owner: str, role: AccessRole) -> None:
        id_ = owner.partition(":")[2]
        await self.system.graph.write(set_role, id=id_, role=role, change=Change.by("test"))

    async def viewer(self, owner: str) -> Viewer:
        return (await self.system.graph.read(owners, actors=[owner], at=now()))[owner].viewer

    async def saved(self, owner: str, request: TalentRequest | None = None) -> str:
        search = NewSavedSearch(
            id=new_id(),
            name="Welders",
            shared=False,
            content=content_of(request or TalentRequest(text="welding")),
        )
        return await self.system.graph.write(create_saved_search, search=search, change=Change.by(owner))

    async def baseline(self, owner: str, request: TalentRequest) -> Baseline:
        rights = await self.viewer(owner)
        through = await self.system.graph.read(indexing.indexed_through)
        clauses = clauses_of(rights.sights.candidates, person_id=rights.person_id, jobs=())
        found = await all_found(
            self.system.elasticsearch, self.system.index.alias, [filter_of(request), *clauses]
        )
        return Baseline(content=content_of(request), candidates=found or [], through=through)

    async def stand(self, owner: str, id_: str, request: TalentRequest | None = None) -> None:
        await self.begin(owner, id_, await self.baseline(owner, request or TalentRequest(text="welding")))

    async def begin(self, owner: str, id_: str, baseline: Baseline) -> None:
        await self.system.graph.write(
            choosing.stand,
            id=id_,
            expected_version=None,
            digest=DigestRhythm.NONE,
            due_at=None,
            baseline=baseline,
            viewer=await self.viewer(owner),
            change=Change.by(owner),
        )

    async def end(self, owner: str, id_: str) -> None:
        await self.system.graph.write(
            choosing.stand_down,
            id=id_,
            expected_version=None,
            viewer=await self.viewer(owner),
            change=Change.by(owner),
        )

    async def standing(self, owner: str, request: TalentRequest | None = None) -> str:
        id_ = await self.saved(owner, request)
        await self.stand(owner, id_, request)
        return id_

    async def told(self, id_: str) -> list[str]:
        """Return of whom was told, once for each event."""
        rows = await self.system.graph.execute(MATCHED, id=id_)
        assert {row["actor"] for row in rows} <= {"worker:standing"}
        return [row["person"] for row in rows]

    async def stored(self, id_: str) -> dict[str, object]:
        (row,) = await self.system.graph.execute(STORED, id=id_)
        found: dict[str, object] = row["search"]
        return found


def record(**profile: object) -> NewRecord:
    return NewRecord(
        id=new_id(),
        kind=RecordKind.FORM,
        origin="test",
        received_at=now(),
        profile=Profile(name="Kim Nobody", **profile),  # type: ignore[arg-type]
        person_id=new_id(),
        event_id=new_id(),
    )


def lookout(system: System) -> Lookout:
    taxonomy = LiveTaxonomy(TermsOfGraph(system.graph))
    return Lookout(system.graph, system.elasticsearch, system.index, taxonomy, WorkerSettings())


async def opened(system: System) -> Scene:
    """Return a scene over an empty system."""
    await system.indexer().drain()
    return Scene(system, lookout(system))
