from typing import ClassVar

import strawberry

from graph import access_links, users
from graph.access_links import Mailing
from graph.reading import ID, Anchor, node
from graph.rights import Permission
from graph.tokens import AccessRole
from graph.users import UserOrder, UserStatus
from schema.candidates.types import Colleague
from schema.enums import described
from schema.filters import (
    DateTimeFilter,
    EnumFilter,
    IdFilter,
    SortDirection,
    TextFilter,
    filtered,
    ids_of,
    joined,
)
from schema.node import Kind, Node
from schema.origins import Read
from schema.permissions import PrincipalKind
from schema.reads import identity, referenced, related, stored
from schema.scalars import DateTime

described(
    UserStatus,
    name="UserStatus",
    description="Whether a user may sign in.",
    values={
        UserStatus.INVITED: "Not yet: the invitation was not accepted so far.",
        UserStatus.ACTIVE: "They may.",
        UserStatus.DISABLED: "They may not any more.",
    },
)
described(
    UserOrder,
    name="UserSortField",
    description="What users are sorted by.",
    values={
        UserOrder.CREATED_AT: "When they were invited first.",
        UserOrder.EMAIL: "The address that they sign in with.",
    },
)
described(
    Mailing,
    name="InvitationMailing",
    description="How far an invitation's e-mail has come.",
    values={
        Mailing.NONE: "There is none: the link was handed over otherwise.",
        Mailing.QUEUED: "It is to be sent.",
        Mailing.SENDING: "It is being sent.",
        Mailing.SENT: "The mail server took it.",
        Mailing.FAILED: "The mail server refused it for good.",
        Mailing.UNCERTAIN: "Nobody knows whether the mail server took it: invite once more.",
    },
)


@strawberry.type(description="An invitation that was not accepted yet.")
class Invitation(Read):
    expires_at: DateTime = stored("Until when its link can be used.", node("expires_at"))
    mailing: Mailing = stored("How far its e-mail has come.", node("mailing"), make=Mailing)


@strawberry.type(description="Somebody who signs in.")
class User(Read, Node):
    anchor: ClassVar[Anchor] = users.USER
    id: strawberry.ID = identity(Kind.USER)
    email: str = stored("The address that they sign in with.", node("email"))
    role: AccessRole = stored("What they may do.", node("role"), make=AccessRole)
    status: UserStatus = stored("Whether they may sign in.", node("status"), make=UserStatus)
    created_at: DateTime = stored("When they were invited first.", node("created_at"))
    joined_at: DateTime | None = stored("When they came in first.", node("joined_at"))
    version: int = stored("Grows by one with each change; give it as `expectedVersion`.", node("version"))
    colleague: Colleague | None = related("The colleague they are, where we know.", users.PERSON)
    invitation: Invitation | None = related(
        "The invitation that they have not accepted yet.", access_links.OPEN_INVITATION
    )


@strawberry.type(description="Who is asking: you.")
class Viewer:
    id: strawberry.ID = strawberry.field(description="Names the token, the user or the candidate; opaque.")
    kind: PrincipalKind = strawberry.field(description="What you are.")
    role: AccessRole = strawberry.field(description="What your role is.")
    label: str = strawberry.field(description="What a token is for; `session` where you signed in.")
    scopes: list[Permission] | None = strawberry.field(
        description="What narrows the role; null where nothing does."
    )
    permissions: list[Permission] = strawberry.field(description="All that you may do.")
    person_id: strawberry.ID | None = strawberry.field(
        description="The colleague or the candidate whom you are, where we know."
    )
    colleague: Colleague | None = referenced("The colleague you are, where we know.")
    expires_at: DateTime | None = strawberry.field(
        description="When your token or session ends at the latest; null where it doesn't."
    )


@strawberry.input(description="Which users; all that is given must hold.")
class UserFilter:
    all: list["UserFilter"] | None = joined("AND", "All of these hold.")
    any: list["UserFilter"] | None = joined("OR", "One of these holds.")
    none: "UserFilter | None" = joined("NOT", "This does not hold.")
    id: IdFilter | None = filtered("By id.", ID, ids_of(Kind.USER))
    email: TextFilter | None = filtered("By address.", node("email"))
    role: EnumFilter[AccessRole] | None = filtered("By role.", node("role"))
    status: EnumFilter[UserStatus] | None = filtered("By whether they may sign in.", node("status"))
    created_at: DateTimeFilter | None = filtered("By when they were invited first.", node("created_at"))


@strawberry.input(description="How users are sorted.")
class UserSort:
    field: UserOrder = strawberry.field(description="By what.")
    direction: SortDirection = strawberry.field(default=SortDirection.ASC, description="Which way round.")
