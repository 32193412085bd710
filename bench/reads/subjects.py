"""Who is measured: this project, its fallback path, `@neo4j/graphql` twice, and the raw driver."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.reads.shapes import Shape, of_peer, of_project, peer_bodies, project_bodies, raw_bodies
from bench.side_by_side import node
from bench.side_by_side.load import Target
from bench.side_by_side.servers import Server, free_ports
from engines import ports

NAMES = ("planned", "fallback", "apollo", "yoga", "raw")
_FIRST_PORT = 18_400
_UNLIMITED = 1_000_000_000
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A server and how to talk to it; `comparable` brings its answers into the common form."""

    server: Server
    headers: Mapping[str, str]
    path: Callable[[Shape], str]
    bodies: Callable[[Shape], list[bytes]]
    comparable: Callable[[Any], Any]

    def target(self, shape: Shape) -> Target:
        """Return where and what to ask."""
        url = f"http://{ports.LOOPBACK}:{self.server.port}{self.path(shape)}"
        return Target(url=url, headers=self.headers, bodies=self.bodies(shape))

    def answers(self, shape: Shape) -> bool:
        """Whether it can answer that at all: `@neo4j/graphql` has no search."""
        return shape.peer_document is not None or self.bodies is not peer_bodies


def subjects(names: Sequence[str], token: str) -> dict[str, Subject]:
    """Return the named subjects."""
    given = dict(zip(names, free_ports(_FIRST_PORT, len(names)), strict=True))
    return {name: _subject(name, port, token) for name, port in given.items()}


def _subject(name: str, port: int, token: str) -> Subject:
    match name:
        case "planned":
            return _project(name, port, token, "-m", "api.cli.app", "run-api")
        case "fallback":
            return _project(name, port, token, "-m", "bench.reads.fallback", str(port))
        case "raw":
            return Subject(
                server=Server(
                    name=name,
                    port=port,
                    command=[sys.executable, "-m", "bench.reads.raw", str(port)],
                    environment={},
                ),
                headers=_JSON,
                path=lambda shape: f"/{shape.name}",
                bodies=raw_bodies,
                comparable=lambda answer: answer,
            )
    script = node.script(Path(__file__).with_name("peers.mjs"))
    command = [str(node.NODE), str(script), name, str(port), os.environ["KITH_NEO4J_URI"]]
    return Subject(
        server=Server(name=name, port=port, command=command, environment={"NODE_ENV": "production"}),
        headers=_JSON,
        path=lambda _: "/graphql" if name == "yoga" else "/",
        bodies=peer_bodies,
        comparable=of_peer,
    )


def _project(name: str, port: int, token: str, *arguments: str) -> Subject:
    return Subject(
        server=Server(
            name=name,
            port=port,
            command=[sys.executable, *arguments],
            environment={
                "KITH_API_HOST": ports.LOOPBACK,
                "KITH_API_PORT": str(port),
                "KITH_API_COST_CAPACITY": str(_UNLIMITED),
                "KITH_API_COST_RESTORE_RATE": str(_UNLIMITED),
            },
            probe="/readyz",
        ),
        headers={**_JSON, "authorization": f"Bearer {token}"},
        path=lambda _: "/graphql",
        bodies=project_bodies,
        comparable=of_project,
    )
