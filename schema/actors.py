"""Who did something: what the event log keeps as `token:0199…`, in the schema's words."""

import strawberry

from graph.events import ActorKind
from schema.enums import described

described(
    ActorKind,
    name="ActorKind",
    description="What kind of actor did something.",
    values={
        ActorKind.TOKEN: "A system, by its service token.",
        ActorKind.USER: "A user who signed in.",
        ActorKind.CANDIDATE: "A candidate, by a link that only they were sent.",
        ActorKind.IMPORT: "An import of files or rows.",
        ActorKind.WORKER: "One of Kith's own workers.",
        ActorKind.COMMAND_LINE: "Somebody at the command line, on a machine that reaches the graph.",
        ActorKind.ANONYMOUS: "Nobody knows who, such as who asks for a link to sign in.",
        ActorKind.OTHER: "Something else.",
    },
)


@strawberry.type(description="Who did something; never personal data.")
class Actor:
    kind: ActorKind = strawberry.field(description="What kind of actor.")
    name: str | None = strawberry.field(
        description="Which one of its kind: the id of a token, a user or a candidate, the name of an import, a worker or a command."
    )


def actor_of(stored: str) -> Actor:
    """Read an actor as the graph keeps it."""
    kind, _, name = stored.partition(":")
    known = kind in ActorKind.__members__.values()
    return Actor(kind=ActorKind(kind) if known else ActorKind.OTHER, name=(name if known else stored) or None)
