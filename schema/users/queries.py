import strawberry

from graph.rights import Permission
from graph.users import USERS
from schema.context import Info
from schema.node import Kind, global_id
from schema.pagination import Connection
from schema.permissions import PrincipalKind
from schema.reads import by_id, paged
from schema.scalars import DateTime
from schema.users.types import User, UserFilter, UserSort, Viewer

_KINDS = {
    PrincipalKind.TOKEN: Kind.TOKEN,
    PrincipalKind.USER: Kind.USER,
    PrincipalKind.CANDIDATE: Kind.PERSON,
}


@strawberry.type
class UserQueries:
    users: Connection[User] = paged(
        "Those who sign in, the newest first.",
        USERS,
        where=UserFilter,
        sort_by=UserSort,
        requires=Permission.USERS_MANAGE,
    )

    @strawberry.field(description="Who you are and what you may do.")
    def viewer(self, info: Info) -> Viewer:
        principal = info.context.principal
        person = principal.person_id
        return Viewer(
            id=global_id(_KINDS[principal.kind], principal.id),
            kind=principal.kind,
            role=principal.role,
            label=principal.label,
            scopes=None if principal.scopes is None else sorted(principal.scopes),
            permissions=sorted(principal.permissions),
            person_id=None if person is None else global_id(Kind.PERSON, person),
            colleague=by_id(person if principal.kind is PrincipalKind.USER else None),
            expires_at=None if principal.expires_at is None else DateTime(principal.expires_at),
        )
