"""The judge of the planner: graphql-core's executor must give the same bytes for every document, errors included.

`DIFFERENTIAL_DOCUMENTS` says how many random documents are tried; unset, the same 400 are tried each time.
"""

import asyncio
import math
import os
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from inspect import isawaitable
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import (
    DocumentNode,
    GraphQLError,
    MiddlewareManager,
    OperationType,
    execute,
    get_named_type,
    get_operation_ast,
    is_object_type,
    parse,
    validate,
)
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from graph import indexing
from graph.client import Graph
from graph.errors import KithError
from graph.events import Event as EventRecord
from graph.events import EventType
from graph.migrations.runner import migrate
from graph.outbox import events_after
from graph.rights import Permission
from graph.settings import GraphSettings
from graph.taxonomy.loading import TermsOfGraph
from graph.tokens import AccessRole
from graph.visibility import visible_events
from schema.answers import Answer, encoded, masked
from schema.context import Context, Services
from schema.errors import published
from schema.events.types import Event
from schema.limits import MOST_TOKENS, check, cost_of
from schema.loaders import Loaders
from schema.node import Kind, any_id
from schema.operations import Operations, Request, _Resolved
from schema.page_sizes import OnePageSize, check_page_sizes
from schema.permissions import Principal
from schema.plan.leaves import Unfit
from schema.plan.values import Unplanned
from schema.root import build_schema
from search.client import open_client
from search.indices import candidate_index, ensure_indices
from search.insights.log import SearchLog
from search.resumes.store import ResumeStore, StoreSettings
from search.settings import ElasticsearchSettings
from search.talent.points import PointsInTime
from search.taxonomy.live import LiveTaxonomy
from search.writer import write
from tests.schema import graphs
from tests.schema.documents import Document, Sorting, Words, documents
from tests.schema.sights import Reference, hidden_ids
from workers.documents import document_of

DOCUMENTS = int(os.environ.get("DIFFERENTIAL_DOCUMENTS", "400"))
GRAPHS = [("sound", 1), ("sound", 2), ("damaged", 3), ("sound", 4), ("damaged", 5)]
SEARCHES, MUTATIONS, SUBSCRIPTIONS = (max(10, DOCUMENTS // part) for part in (20, 10, 40))
MOST_LEFT = 0.05
KINDS = (
    Kind.PERSON,
    Kind.JOB,
    Kind.APPLICATION,
    Kind.STAGE,
    Kind.COMPANY,
    Kind.INTAKE,
    Kind.TEMPLATE,
    Kind.TOUCH,
    Kind.REFERRAL,
    Kind.RECORD,
    Kind.SKILL,
    Kind.SAVED_SEARCH,
    Kind.TERM,
    Kind.USER,
    Kind.TOKEN,
    Kind.PARTNER_APPLICATION,
)
MORE_TEXTS = (
    "ana@example.org",
    "+385 1 2345 678",
    "https://example.org/ana",
    "DE",
    "EUR",
    "{{candidate.name}}",
)
ROLES = (AccessRole.ADMIN, AccessRole.ADMIN, AccessRole.RECRUITER, AccessRole.HIRING_MANAGER, *AccessRole)
WRITERS = (AccessRole.ADMIN, AccessRole.HIRING_MANAGER, AccessRole.SOURCER)
NO_DOCUMENT_HOLDS = {"importResume"}
"""Mutations that take a file."""
SEARCHING = ("talentSearch", "talentSearch", "candidate", "matchCandidates", "matchJobs", "similarCandidates",
             "savedSearchResults")  # fmt: skip

pytestmark = [
    pytest.mark.timeout(120 + DOCUMENTS),
    pytest.mark.filterwarnings(
        "ignore:coroutine .* was never awaited:RuntimeWarning"
    ),  # graphql-core, where it stops
    pytest.mark.filterwarnings(
        "ignore:unclosed <socket:ResourceWarning"
    ),  # the driver, where graphql-core cancels a read because another field failed
]


def examples(number: int) -> settings:
    return settings(
        max_examples=number,
        deadline=None,
        derandomize="DIFFERENTIAL_DOCUMENTS" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )


class Counting(Operations):
    """Counts what is left to graphql-core."""

    left = 0

    async def _judge(self, *arguments: Any) -> Answer:
        self.left += 1
        return await super()._judge(*arguments)


@dataclass(slots=True)
class Tally:
    """How many documents were answered in each way."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, kind: str, answer: bytes, *, planned: bool) -> None:
        errors = "with errors" if b'"errors":' in answer else "without errors"
        self.counts[f"{kind}, {errors}, {'planned' if planned else 'left to graphql-core'}"] += 1


@dataclass(frozen=True, slots=True)
class Pair:
    """The planner and its judge, over one graph."""

    services: Services
    planner: Counting
    tally: Tally

    def context(self, principal: Principal) -> Context:
        loaders = Loaders(self.services.graph, principal.viewer)
        return Context(principal=principal, services=self.services, loaders=loaders)

    async def judged(
        self, request: Request, context: Context, resolved: Mapping[str, Any] | None = None
    ) -> bytes:
        """Have graphql-core answer; root fields in `resolved` have been resolved already."""
        variables = request.variables or {}
        try:
            document = parse(request.query, max_tokens=MOST_TOKENS)
            check(cost_of(document, variables))
        except KithError as error:
            return encoded(None, published([GraphQLError(error.message, original_error=error)]))
        refused = validate(SCHEMA, document)
        assert not refused, f"the generator wrote an invalid document: {refused}"
        if resolved is None and (unread := self.unread(document, request)):
            return encoded(None, unread, executed=False)
        renewed = context.renewed()
        result = execute(
            SCHEMA,
            document,
            context_value=renewed,
            variable_values=dict(variables),
            operation_name=request.operation_name,
            middleware=MiddlewareManager(_Resolved(resolved)) if resolved else None,
        )
        done = await result if isawaitable(result) else result
        return encoded(done.data, published(done.errors or []), masked(done.data, renewed.redactions))

    def unread(self, document: DocumentNode, request: Request) -> list[dict[str, Any]]:
        """Return why nothing is read where a list is asked for with both page sizes, or with none."""
        errors = validate(SCHEMA, document, [OnePageSize])
        operation = get_operation_ast(document, request.operation_name)
        if errors or operation is None:
            return published(errors)
        try:
            check_page_sizes(SCHEMA, document, operation, request.variables or {})
        except KithError as error:
            return published([GraphQLError(error.message, original_error=error)])
        return []

    async def data(self, query: str) -> Any:
        """Return what an administrator gets."""
        return orjson.loads(await self.judged(Request(query=query), self.context(ADMINISTRATOR)))["data"]

    async def words(self, drawing: graphs.Drawing) -> Words:
        """Return ids and cursors of what the graph holds."""
        return Words(
            ids={str(kind): drawing.ids(kind) for kind in KINDS if drawing.ids(kind)},
            cursors=await self.cursors(),
            texts=(*graphs.TEXTS, *MORE_TEXTS),
        )

    async def cursors(self) -> Mapping[tuple[str, Sorting], Sequence[str]]:
        """Ask each list for its cursors, in each of its orders."""
        found: dict[tuple[str, Sorting], list[str]] = defaultdict(list)
        for name, definition in SCHEMA.query_type.fields.items():
            connection = get_named_type(definition.type)
            if not is_object_type(connection) or "edges" not in connection.fields or name in BEHIND_SEARCH:
                continue
            orders: list[Sorting] = [None]
            if "sortBy" in definition.args:
                by = get_named_type(definition.args["sortBy"].type).fields["field"].type.of_type.values
                orders += [(one, direction) for one in by for direction in ("", "ASC", "DESC")]
            for order in orders:
                sort = ""
                if order is not None:
                    direction = f", direction: {order[1]}" if order[1] else ""
                    sort = f", sortBy: {{field: {order[0]}{direction}}}"
                data = await self.data(f"{{ list: {name}(first: 5{sort}) {{ edges {{ cursor }} }} }}")
                edges = data["list"]["edges"] if data else []
                found[connection.name, order] += [edge["cursor"] for edge in edges]
        data = await self.data("{ jobs(first: 5) { nodes { shortlist(first: 5) { edges { cursor } } } } }")
        for job in data["jobs"]["nodes"] if data else []:
            edges = job["shortlist"]["edges"] if job["shortlist"] else []
            found["ShortlistConnection", None] += [edge["cursor"] for edge in edges]
        data = await self.data(
            "{ savedSearches(first: 9) { nodes { matches(first: 5) { edges { cursor } } } } }"
        )
        for search in data["savedSearches"]["nodes"] if data else []:
            edges = search["matches"]["edges"] if search["matches"] else []
            found["SavedSearchMatchConnection", None] += [edge["cursor"] for edge in edges]
        return found

    async def compare(
        self, kind: str, document: Document, principal: Principal, drawing: graphs.Drawing
    ) -> None:
        """Answer a document both ways; fail where the answers differ, or name what the principal must not see."""
        request = request_of(document)
        before = self.planner.left
        answer = await self.planner.answer(request, self.context(principal))
        planned = self.planner.left == before
        judged = await self.judged(request, self.context(principal))
        same(document, principal, answer, judged, planned=planned)
        if kind != "damaged":
            hidden = hidden_ids(drawing, principal, orjson.loads(answer).get("data"))
            assert not hidden, f"{document!r}principal: {principal}\nnames what is hidden: {hidden}"
        self.tally.add(kind, judged, planned=planned)

    async def compare_payloads(self, document: Document, principal: Principal) -> None:
        """Let the planner run a mutation; fail where graphql-core reads another payload of what it returned."""
        request, context = request_of(document), self.context(principal)
        prepared = await self.planner.prepare(request.query, context.principal)
        returned: dict[str, Any] = {}
        answer = None
        with suppress(Unfit, Unplanned, GraphQLError):
            plan, run = await self.planner._plan(prepared, request, context)
            done = await plan.run(run, returned)
            answer = encoded(done.value, done.errors, masked(done.value, done.redactions))
        judged = await self.judged(request, context, returned)
        if answer is not None:
            same(document, principal, answer, judged, planned=True)
        self.tally.add("mutations", judged, planned=answer is not None)

    async def compare_events(self, document: Document, principal: Principal) -> None:
        """Answer a subscription for each event of the log; fail where graphql-core answers otherwise."""
        request, context = request_of(document), self.context(principal)
        types = sorted(context.principal.event_types())
        log = await self.services.graph.read(events_after, after=0, types=types, limit=10)
        shown = await self.services.graph.read(visible_events, viewer=principal.viewer, events=log.events)
        values = [Event.of(event) for event in shown]
        key = self.planner._root_key(await self.planner.prepare(request.query, context.principal), request)
        before = self.planner.left
        frames = await self.planner.frames(request, context, values)
        planned = self.planner.left == before
        for frame, value in zip(frames, values, strict=True):
            judged = await self.judged(request, context, {key: value})
            same(document, principal, frame, judged, planned=planned)
            self.tally.add("events", judged, planned=planned)


STRAWBERRY = build_schema()
SCHEMA: Any = STRAWBERRY._schema
BEHIND_SEARCH = {
    "talentSearch",
    "savedSearchResults",
    "matchCandidates",
    "matchJobs",
    "similarCandidates",
}
MUTATING = [name for name in SCHEMA.mutation_type.fields if name not in NO_DOCUMENT_HOLDS]
READING = [name for name in SCHEMA.query_type.fields if name not in BEHIND_SEARCH]


def request_of(document: Document) -> Request:
    return Request(query=document.query, variables=document.variables, operation_name=document.operation_name)


def same(document: Document, principal: Principal, answer: bytes, judged: bytes, *, planned: bool) -> None:
    """Fail with all that is needed to see why, if the answers differ.

    Where several errors make the same place null, graphql-core reports those that it finds before it stops there;
    which these are depends on who waited for what. So only planned answers must name the very same ones.
    """
    if answer == judged:
        return
    one, other = orjson.loads(answer), orjson.loads(judged)
    if planned or settled(one) != settled(other):
        difference = first_difference(one, other) or "the order of keys or of errors differs"
        note(f"{document!r}principal: {principal}")
        pytest.fail(f"{difference}\nanswered: {answer!r}\njudged:   {judged!r}")


def settled(answer: Any) -> Any:
    """Return the data, the errors of places that are null by themselves, what is masked, and the places that inner errors made null."""
    own, inherited = [], []
    for error in answer.get("errors", []):
        value, path = answer.get("data"), error.get("path", [])
        length = 0
        while value is not None and length < len(path):
            value, length = value[path[length]], length + 1
        if length == len(path):
            own.append(error)
        else:
            inherited.append(path[:length])
    return (
        answer.get("data"),
        own,
        answer.get("extensions"),
        [each for i, each in enumerate(inherited) if each not in inherited[:i]],
    )


def first_difference(answer: Any, judged: Any, place: str = "answer") -> str | None:
    """Return where two answers differ first, and how."""
    pairs: list[tuple[str, Any, Any]] = []
    if isinstance(answer, dict) and isinstance(judged, dict) and answer.keys() == judged.keys():
        pairs = [(f"{place}.{key}", answer[key], judged[key]) for key in judged]
    elif isinstance(answer, list) and isinstance(judged, list) and len(answer) == len(judged):
        pairs = [(f"{place}[{i}]", answer[i], judged[i]) for i in range(len(judged))]
    elif answer != judged:
        return f"{place}: answered {answer!r:.500}, judged {judged!r:.500}"
    differences = (first_difference(one, other, inner) for inner, one, other in pairs)
    return next((difference for difference in differences if difference), None)


class NoFeed:
    """Nothing happens here."""

    async def events(self, *, after: int, types: frozenset[EventType] | None) -> AsyncIterator[EventRecord]:
        nothing: tuple[EventRecord, ...] = ()
        for event in nothing:
            yield event


@pytest.fixture(scope="module")
async def loop() -> asyncio.AbstractEventLoop:
    """The loop on which the clients live; what Hypothesis calls is no coroutine."""
    return asyncio.get_running_loop()


@pytest.fixture(scope="module")
def tally() -> Tally:
    return Tally()


@pytest.fixture(scope="module")
async def pair(
    engines: dict[str, str], tally: Tally, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        graph = await stack.enter_async_context(Graph.open(GraphSettings(uri=engines["neo4j"])))
        await migrate(graph)
        client = await stack.enter_async_context(
            open_client(ElasticsearchSettings(url=engines["elasticsearch"]))
        )
        index = candidate_index(f"kith-test-{secrets.token_hex(4)}")
        await ensure_indices(client, index)
        services = Services(
            graph=graph,
            elasticsearch=client,
            index=index,
            points=PointsInTime(client, index, clock=lambda: 0.0),
            taxonomy=LiveTaxonomy(TermsOfGraph(graph)),
            searches=SearchLog(await stack.enter_async_context(Redis.from_url(engines["redis"]))),
            store=ResumeStore(StoreSettings(path=Path(tmp_path_factory.mktemp("store")))),
            feed=NoFeed(),
            organization="Test",
        )
        planner = Counting(STRAWBERRY)
        yield Pair(services, planner, tally)
        planner.close()
        await client.indices.delete(index=index.name)


ADMINISTRATOR = Principal(id="tester", role=AccessRole.ADMIN, label="test", expires_at=None)


def principals(drawing: graphs.Drawing, roles: Sequence[AccessRole] = ROLES) -> st.SearchStrategy[Principal]:
    """Draw who asks: somebody of the graph, or nobody in particular, in any of the roles, sometimes narrowed by scopes."""
    people = [None, *(thing.id for thing in drawing.labelled("Person"))]
    return st.builds(
        Principal,
        id=st.just("tester"),
        role=st.sampled_from(roles),
        label=st.just("test"),
        expires_at=st.none(),
        person_id=st.sampled_from(people),
        scopes=st.one_of(st.none(), st.none(), st.frozensets(st.sampled_from(list(Permission)), min_size=8)),
    )


@dataclass(frozen=True, slots=True)
class World:
    """A graph that is written, and what can be asked of it."""

    kind: str
    drawing: graphs.Drawing
    words: Words


async def world_of(pair: Pair, kind: str, seed: int) -> World:
    drawing = getattr(graphs, kind)(seed)
    await drawing.write(pair.services.graph)
    return World(kind, drawing, await pair.words(drawing))


@pytest.fixture(scope="module", params=GRAPHS, ids=lambda each: f"{each[0]}-{each[1]}")
async def world(request: pytest.FixtureRequest, pair: Pair) -> World:
    return await world_of(pair, *request.param)


@pytest.fixture(scope="module")
async def sound(pair: Pair) -> World:
    return await world_of(pair, "sound", 6)


@pytest.fixture(scope="module")
async def indexed(pair: Pair) -> World:
    """A graph whose candidates the index knows, and one more who is gone."""
    world = await world_of(pair, "sound", 7)
    ids = [thing.id for thing in world.drawing.labelled("Candidate")]
    people = await pair.services.graph.read(indexing.candidates, ids=ids)
    documents_ = [(id_, 1, document_of(person, None).to_source()) for id_, person in people.items()]
    gone = (graphs.sound(8).labelled("Candidate")[0].id, 1, documents_[0][2])
    outcome = await write(pair.services.elasticsearch, pair.services.index, [*documents_, gone], refresh=True)
    assert not outcome.failures
    data = await pair.data("{ talentSearch(first: 5) { edges { cursor } } }")
    cursors: dict[tuple[str, Sorting], list[str]] = {}
    cursors["TalentConnection", None] = [edge["cursor"] for edge in data["talentSearch"]["edges"]]
    return World(world.kind, world.drawing, Words(world.words.ids, cursors, world.words.texts))


def test_queries(pair: Pair, world: World, loop: asyncio.AbstractEventLoop) -> None:
    @examples(DOCUMENTS // len(GRAPHS))
    @given(documents(SCHEMA, world.words, READING), principals(world.drawing))
    def check(document: Document, principal: Principal) -> None:
        loop.run_until_complete(pair.compare(world.kind, document, principal, world.drawing))

    check()


def test_searches(pair: Pair, indexed: World, loop: asyncio.AbstractEventLoop) -> None:
    @examples(SEARCHES)
    @given(
        documents(SCHEMA, indexed.words, SEARCHING),
        principals(indexed.drawing),
    )
    def check(document: Document, principal: Principal) -> None:
        loop.run_until_complete(pair.compare("searches", document, principal, indexed.drawing))

    check()


def test_searches_find_and_count_just_who_is_to_be_seen(
    pair: Pair, indexed: World, loop: asyncio.AbstractEventLoop
) -> None:
    query = "{ talentSearch(first: 100) { totalCount gone nodes { id } } }"

    async def check(principal: Principal) -> None:
        reference = Reference(indexed.drawing, principal)
        expected = {p.id for p in indexed.drawing.labelled("Candidate") if reference.sees_candidate(p)}
        answer = await pair.planner.answer(Request(query=query), pair.context(principal))
        found = orjson.loads(answer)["data"]["talentSearch"]
        ids = {known[1] for node in found["nodes"] if (known := any_id(node["id"]))}
        assert (ids, found["totalCount"] - found["gone"]) == (expected, len(expected)), principal

    for role in AccessRole:
        for person in (None, *(thing.id for thing in indexed.drawing.labelled("Person"))):
            principal = replace(ADMINISTRATOR, role=role, person_id=person)
            if principal.may(Permission.TALENT_SEARCH):
                loop.run_until_complete(check(principal))


@pytest.mark.parametrize(
    "selection",
    [
        "edges { score }",
        "edges { cursor node { id } }",
        "edges { score node { __typename } }",
        "edges { node { id } } edges { score }",
        "edges { node { id } } bare: edges { score }",
        "edges { ... { score node { id } } }",
        "edges { score node @skip(if: true) { id } }",
        "... @skip(if: false) { edges { score } }",
        "nodes { id }",
        "nodes { id } edges { cursor }",
        "gone edges { node { id } }",
    ],
)
async def test_nothing_is_told_of_a_hit_who_is_gone(pair: Pair, indexed: World, selection: str) -> None:
    request = Request(query=f"{{ talentSearch(first: 100) {{ totalCount {selection} }} }}")
    context = pair.context(ADMINISTRATOR)
    answer = orjson.loads(await pair.planner.answer(request, context))
    assert answer == orjson.loads(await pair.judged(request, context))
    found = answer["data"]["talentSearch"]
    shown = [len(hits) for hits in found.values() if isinstance(hits, list)]
    assert shown == [found["totalCount"] - 1] * len(shown)
    assert shown


def test_payloads_of_mutations(pair: Pair, sound: World, loop: asyncio.AbstractEventLoop) -> None:
    @examples(MUTATIONS)
    @given(
        documents(SCHEMA, sound.words, MUTATING, kind=OperationType.MUTATION),
        principals(sound.drawing, WRITERS),
    )
    def check(document: Document, principal: Principal) -> None:
        loop.run_until_complete(sound.drawing.write(pair.services.graph))
        loop.run_until_complete(pair.compare_payloads(document, principal))

    check()


def test_events_of_subscriptions(pair: Pair, sound: World, loop: asyncio.AbstractEventLoop) -> None:
    @examples(SUBSCRIPTIONS)
    @given(
        documents(SCHEMA, sound.words, ["events", "savedSearchMatches"], kind=OperationType.SUBSCRIPTION),
        principals(sound.drawing),
    )
    def check(document: Document, principal: Principal) -> None:
        loop.run_until_complete(pair.compare_events(document, principal))

    check()


def test_nearly_all_documents_are_planned(tally: Tally) -> None:
    """Looks at what the tests above have counted; of few documents more may be left, as chance has it."""
    fine = {way: count for way, count in tally.counts.items() if "without errors" in way}
    print(*(f"{count:6} {way}" for way, count in sorted(tally.counts.items())), sep="\n")  # noqa: T201
    number = sum(fine.values())
    left = number - sum(count for way, count in fine.items() if way.endswith("planned"))
    deviation = math.sqrt(number * MOST_LEFT * (1 - MOST_LEFT))
    assert left <= MOST_LEFT * number + 4 * deviation, dict(tally.counts)
