"""Users: those who sign in. A user belongs to a colleague where we know which."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from graph import outbox
from graph.client import Row, Statement, Transaction
from graph.errors import Code, Conflict, InvalidInput, NotFound
from graph.events import Change, EventType, Subject
from graph.profiles import Email
from graph.reading import Anchor, Pattern, Shown, Sort, Source, node
from graph.tokens import AccessRole
from graph.versions import check_version

BY_EMAIL = Statement(
    "users.by_email",
    "MATCH (u:User {email: $email}) RETURN u{.*, person_id: [(u)-[:IS]->(p) | p.id][0]} AS user",
)
BY_ID = Statement(
    "users.by_id",
    "MATCH (u:User {id: $id}) RETURN u{.*, person_id: [(u)-[:IS]->(p) | p.id][0]} AS user",
)
LOCKED = Statement(
    "users.locked",
    """
    MATCH (u:User {id: $id})
    SET u.locked = true
    REMOVE u.locked
    RETURN u{.*, person_id: [(u)-[:IS]->(p) | p.id][0]} AS user
    """,
)
EVERYONE = Statement(
    "users.everyone",
    "MATCH (u:User) WHERE u.created_at IS NOT NULL RETURN properties(u) AS user ORDER BY u.created_at, u.id",
)
MERGE = Statement(
    "users.merge",
    """
    MERGE (u:User {email: $email})
    ON CREATE SET u.id = $id, u.status = $status, u.created_at = $at, u.version = 0
    WITH u, u.status = 'INVITED' OR u.id = $id AS changed
    SET u.role = CASE WHEN changed THEN $role ELSE u.role END,
        u.version = u.version + CASE WHEN changed THEN 1 ELSE 0 END
    RETURN u.id AS id, u.status AS status, u.id = $id AS created
    """,
)
COLLEAGUE = Statement(
    "users.colleague",
    "MATCH (p:Person:Colleague {id: $id}) RETURN p.id AS id, [(u:User)-[:IS]->(p) | u.id][0] AS user",
)
COLLEAGUE_AT = Statement(
    "users.colleague_at",
    """
    MATCH (:EmailAddress {address: $email})<-[:HAS_EMAIL]-(p:Person:Colleague)
    WHERE NOT EXISTS { (:User)-[:IS]->(p) }
    RETURN p.id AS id LIMIT 1
    """,
)
BE = Statement(
    "users.be",
    """
    MATCH (u:User {id: $id}), (p:Person {id: $person})
    OPTIONAL MATCH (u)-[old:IS]->()
    DELETE old
    MERGE (u)-[:IS]->(p)
    """,
)
CHANGE = Statement("users.change", "MATCH (u:User {id: $id}) SET u += $properties, u.version = u.version + 1")

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)

USER = Anchor("users.user", "(@node:User {id: @id})", Shown.OPEN)
PERSON = Pattern(name="users.person", match="(@parent)-[:IS]->(@node:Person)", shows=Shown.COLLEAGUE)
HAS_PASSWORD = Source("@node.password_hash IS NOT NULL")


class UserStatus(StrEnum):
    """Whether a user may sign in."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class UserOrder(StrEnum):
    """What users can be sorted by."""

    CREATED_AT = "CREATED_AT"
    EMAIL = "EMAIL"


USERS = Pattern(
    name="users.users",
    match="(@node:User)",
    shows=Shown.OPEN,
    sorts={
        UserOrder.CREATED_AT: Sort(node("created_at"), descending=True, seek="@node.created_at IS NOT NULL"),
        UserOrder.EMAIL: Sort(node("email")),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user with what signing in needs."""

    id: str
    email: str
    role: AccessRole
    status: UserStatus
    password_hash: str | None
    identity: str | None
    """Issuer and subject of single sign-on, once it was used; nobody else enters under this address."""
    person_id: str | None
    created_at: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """Somebody who is to become a user; `person_id` is the colleague, found by the address where it is None."""

    id: str
    email: str
    role: AccessRole
    status: UserStatus
    person_id: str | None = None


def plain_email(email: str) -> str:
    """Return an address as users and candidates are found by it."""
    return email.strip().lower()


def checked_email(email: str) -> str:
    """Return an address that mail can be sent to, in that form.

    Raises:
        InvalidInput: it is none.
    """
    try:
        return _EMAIL.validate_python(email)
    except ValidationError:
        raise InvalidInput(Code.MALFORMED, "that is no e-mail address", field="email") from None


async def user_by_email(tx: Transaction, /, *, email: str) -> User | None:
    """Return the user with this address."""
    row = await BY_EMAIL.row(tx, email=plain_email(email))
    return _user(row) if row else None


async def user_by_id(tx: Transaction, /, *, id: str) -> User | None:
    """Return the user with this id."""
    row = await BY_ID.row(tx, id=id)
    return _user(row) if row else None


async def everyone(tx: Transaction, /) -> list[User]:
    """Return all users, the oldest first."""
    return [_user(row) for row in await EVERYONE.rows(tx)]


async def add_user(tx: Transaction, /, *, user: NewUser, at: str) -> str:
    """Make a user, or give an invited one another role; return the id.

    Raises:
        InvalidInput: the address is none.
        Conflict: there is a user with this address who was not just invited, or the colleague is another user already.
        NotFound: there is no such colleague.
    """
    person = user.person_id
    email = checked_email(user.email)
    row = await MERGE.row(tx, id=user.id, email=email, role=user.role, status=user.status, at=at)
    assert row is not None
    if not row["created"] and row["status"] != UserStatus.INVITED:
        raise Conflict(Code.USER_EXISTS, "there is a user with this address already", field="email")
    if person is not None:
        found = await COLLEAGUE.row(tx, id=person)
        if found is None:
            raise NotFound("colleague", field="colleague")
        if found["user"] not in (None, row["id"]):
            raise Conflict(Code.USER_EXISTS, "this colleague has another user already", field="colleague")
    elif found := await COLLEAGUE_AT.row(tx, email=email):
        person = found["id"]
    if person is not None:
        await BE.run(tx, id=row["id"], person=person)
    return str(row["id"])


async def locked_user(tx: Transaction, /, *, id: str, field: str = "userId") -> User:
    """Return a user, whom no other transaction changes until this one ends.

    Raises:
        NotFound: there is none.
    """
    row = await LOCKED.row(tx, id=id)
    if row is None:
        raise NotFound("user", field=field)
    return _user(row)


async def set_role(
    tx: Transaction, /, *, id: str, role: AccessRole, change: Change, expected_version: int | None = None
) -> None:
    """Give a user another role, from now on and in all sessions.

    Raises:
        NotFound: there is no such user.
        Conflict: the user was changed since the version that is expected.
    """
    user = await locked_user(tx, id=id)
    check_version(expected_version, user.version)
    if user.role is role:
        return
    await CHANGE.run(tx, id=id, properties={"role": str(role)})
    await note(tx, EventType.USER_ROLE_CHANGED, id, change, {"previous_role": user.role, "role": role})


async def join(
    tx: Transaction, /, *, user: User, password_hash: str | None, identity: str | None, change: Change
) -> None:
    """Let an invited user in for good, with a password or with an identity of single sign-on."""
    properties = {"status": str(UserStatus.ACTIVE), "joined_at": change.at}
    if password_hash is not None:
        properties["password_hash"] = password_hash
    if identity is not None:
        properties["identity"] = identity
    await CHANGE.run(tx, id=user.id, properties=properties)
    await note(tx, EventType.USER_JOINED, user.id, change)


async def keep_password(tx: Transaction, /, *, id: str, before: str, password_hash: str) -> bool:
    """Keep a new hash unless the password was changed meanwhile; return whether it was kept."""
    user = await locked_user(tx, id=id)
    if user.password_hash != before or user.status is not UserStatus.ACTIVE:
        return False
    await CHANGE.run(tx, id=id, properties={"password_hash": password_hash})
    return True


async def keep_identity(tx: Transaction, /, *, id: str, identity: str) -> None:
    """Remember the identity under which single sign-on knows a user."""
    await CHANGE.run(tx, id=id, properties={"identity": identity})


async def set_status(tx: Transaction, /, *, id: str, status: UserStatus) -> None:
    """Note whether a user may sign in."""
    await CHANGE.run(tx, id=id, properties={"status": str(status)})


async def note(
    tx: Transaction, kind: EventType, user_id: str, change: Change, detail: dict[str, str] | None = None
) -> None:
    """Append an event about a user."""
    await outbox.append(tx, [change.event(kind, Subject(user_id=user_id), detail or {})])


def _user(row: Row) -> User:
    stored = row["user"]
    return User(
        id=stored["id"],
        email=stored["email"],
        role=AccessRole(stored["role"]),
        status=UserStatus(stored["status"]),
        password_hash=stored.get("password_hash"),
        identity=stored.get("identity"),
        person_id=stored.get("person_id"),
        created_at=stored["created_at"],
        version=stored["version"],
    )
