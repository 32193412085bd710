from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Protocol, TypeAlias

from elasticsearch import AsyncElasticsearch
from strawberry.types import Info as StrawberryInfo

from graph.client import Graph
from graph.events import Change, Event, EventType
from schema.loaders import Loaders
from schema.permissions import Principal, Redaction
from search.indices import CandidateIndex
from search.insights.log import SearchLog
from search.resumes.store import ResumeStore
from search.talent.points import PointsInTime
from search.taxonomy.live import LiveTaxonomy


class EventFeed(Protocol):
    """Where subscriptions read the log: everything after a sequence number, in order, then whatever comes."""

    def events(self, *, after: int, types: frozenset[EventType] | None) -> AsyncIterator[Event]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What resolvers work with; opened and closed by the application."""

    graph: Graph
    elasticsearch: AsyncElasticsearch
    index: CandidateIndex
    points: PointsInTime
    taxonomy: LiveTaxonomy
    searches: SearchLog
    store: ResumeStore
    feed: EventFeed
    organization: str
    invitation_valid: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One operation of one principal."""

    principal: Principal
    services: Services
    loaders: Loaders
    redactions: list[Redaction] = field(default_factory=list)
    """The fields that graphql-core has masked so far."""
    planned: bool = False
    """Whether a plan completes what resolvers return: it reads all that an answer refers to, and gives the operation up where
    something of it is hidden or gone; graphql-core then begins anew."""

    @property
    def graph(self) -> Graph:
        return self.services.graph

    def change(self) -> Change:
        """Return a change that this principal makes now."""
        return Change.by(self.principal.actor)

    def renewed(self) -> "Context":
        """Return the same with empty loaders: a WebSocket keeps one context for all its operations and events."""
        return replace(self, loaders=Loaders(self.graph, self.principal.viewer), redactions=[])

    def elsewhere(self, home: AbstractEventLoop) -> "Context":
        """Return the same for a thread with an event loop of its own; what it loads comes from `home`."""
        return replace(self, loaders=Loaders(self.graph, self.principal.viewer, home), redactions=[])


Info: TypeAlias = StrawberryInfo[Context, Any]
