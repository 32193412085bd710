"""Who comes in, and who has to go: invitations, first sign-ins, changed passwords, disabled users, candidates' links."""

from dataclasses import dataclass, replace

from graph import outbox
from graph.access_links import (
    LinkKind,
    Mailing,
    candidate_at,
    create_link,
    hand_over,
    revoke_links,
    use_link,
)
from graph.client import Transaction
from graph.errors import Code, Conflict
from graph.events import Change, EventType, Subject
from graph.sessions import NewSession, end_sessions, start_session
from graph.tokens import AccessRole
from graph.users import (
    NewUser,
    UserStatus,
    add_user,
    join,
    keep_identity,
    keep_password,
    locked_user,
    note,
    plain_email,
    set_status,
    user_by_email,
)

ANONYMOUS = "anonymous"
"""Who asks for a link to sign in: nobody knows yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Whom to invite; with a `secret` the link is handed over by the caller, without one a worker mails it."""

    link_id: str
    user: NewUser
    expires_at: str
    secret: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invited user; `token` is what the link's address ends with, where the caller hands it over."""

    user_id: str
    token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link that the caller hands over."""

    id: str
    secret: str
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody whom the provider of single sign-on vouches for; `key` names issuer and subject, for ever the same."""

    key: str
    email: str


async def invite(tx: Transaction, /, *, invitation: Invitation, change: Change) -> Invited:
    """Invite a colleague, or invite them once more: earlier links end.

    Raises:
        Conflict: there is a user with this address who was not just invited, or the colleague is another user already.
        NotFound: there is no such colleague.
    """
    user_id = await add_user(tx, user=invitation.user, at=change.at)
    await revoke_links(tx, subject=user_id, at=change.at)
    await create_link(
        tx,
        id=invitation.link_id,
        kind=LinkKind.INVITATION,
        subject=user_id,
        address=plain_email(invitation.user.email),
        mailing=Mailing.QUEUED if invitation.secret is None else Mailing.NONE,
        expires_at=invitation.expires_at,
        at=change.at,
    )
    token = None
    if invitation.secret is not None:
        token = await hand_over(tx, id=invitation.link_id, secret=invitation.secret, at=change.at)
    subject = Subject(user_id=user_id, link_id=invitation.link_id)
    event = change.event(EventType.USER_INVITED, subject, {"role": invitation.user.role})
    await outbox.append(tx, [event])
    return Invited(user_id=user_id, token=token)


async def revoke_invitation(tx: Transaction, /, *, user_id: str, change: Change) -> None:
    """End an invitation that was not accepted yet.

    Raises:
        NotFound: there is no such user.
        Conflict: the user has no open invitation.
    """
    await locked_user(tx, id=user_id)
    if not await revoke_links(tx, subject=user_id, at=change.at):
        raise Conflict(Code.NO_OPEN_INVITATION, "this user has no open invitation", field="userId")
    await note(tx, EventType.USER_INVITATION_REVOKED, user_id, change)


async def accept_invitation(
    tx: Transaction, /, *, token: str, password_hash: str, session: NewSession, change: Change
) -> str | None:
    """Let an invited user in with a password, and start their first session; return the user's id.

    Returns None where the link admits nobody (any more).
    """
    user_id = await use_link(tx, token=token, kind=LinkKind.INVITATION, at=change.at)
    if user_id is None:
        return None
    user = await locked_user(tx, id=user_id)
    if user.status is not UserStatus.INVITED:
        return None
    by_them = replace(change, actor=f"user:{user_id}")
    await join(tx, user=user, password_hash=password_hash, identity=None, change=by_them)
    await start_session(tx, session=replace(session, subject=user_id), change=by_them)
    return user_id


async def change_password(
    tx: Transaction, /, *, user_id: str, session_id: str, before: str, password_hash: str, change: Change
) -> bool:
    """Change a password and end the user's other sessions; return False if it was changed meanwhile."""
    if not await keep_password(tx, id=user_id, before=before, password_hash=password_hash):
        return False
    await end_sessions(tx, user_id=user_id, spared=session_id, at=change.at)
    await note(tx, EventType.USER_PASSWORD_CHANGED, user_id, change)
    return True


async def disable_user(tx: Transaction, /, *, user_id: str, change: Change) -> None:
    """Keep a user out: sessions and invitations end.

    Raises:
        NotFound: there is no such user.
    """
    user = await locked_user(tx, id=user_id)
    if user.status is UserStatus.DISABLED:
        return
    await set_status(tx, id=user_id, status=UserStatus.DISABLED)
    await end_sessions(tx, user_id=user_id, at=change.at)
    await revoke_links(tx, subject=user_id, at=change.at)
    await note(tx, EventType.USER_DISABLED, user_id, change)


async def enable_user(tx: Transaction, /, *, user_id: str, change: Change) -> None:
    """Let a disabled user sign in again; one who never came in has to be invited again.

    Raises:
        NotFound: there is no such user.
    """
    user = await locked_user(tx, id=user_id)
    if user.status is not UserStatus.DISABLED:
        return
    came_in = user.password_hash is not None or user.identity is not None
    await set_status(tx, id=user_id, status=UserStatus.ACTIVE if came_in else UserStatus.INVITED)
    await note(tx, EventType.USER_ENABLED, user_id, change)


async def admit_identity(
    tx: Transaction,
    /,
    *,
    identity: Identity,
    new_user_id: str,
    role: AccessRole | None,
    link: NewLink,
    change: Change,
) -> str | None:
    """Return a one-time code for whom single sign-on vouches: their browser takes it to `enter`.

    The user is found by the address; `role` is what somebody gets who is none yet. Returns None for strangers without
    a role, for the disabled, and where the address is another identity's by now.
    """
    user = await user_by_email(tx, email=identity.email)
    if user is None and role is not None:
        newcomer = NewUser(id=new_user_id, email=identity.email, role=role, status=UserStatus.INVITED)
        await add_user(tx, user=newcomer, at=change.at)
        user = await user_by_email(tx, email=identity.email)
    if user is None:
        return None
    user = await locked_user(tx, id=user.id)
    if user.status is UserStatus.DISABLED or user.identity not in (None, identity.key):
        return None
    if user.status is UserStatus.INVITED:
        await revoke_links(tx, subject=user.id, at=change.at)
        by_them = replace(change, actor=f"user:{user.id}")
        await join(tx, user=user, password_hash=None, identity=identity.key, change=by_them)
    elif user.identity is None:
        await keep_identity(tx, id=user.id, identity=identity.key)
    await create_link(
        tx,
        id=link.id,
        kind=LinkKind.SINGLE_SIGN_ON,
        subject=user.id,
        address=user.email,
        mailing=Mailing.NONE,
        expires_at=link.expires_at,
        at=change.at,
    )
    return await hand_over(tx, id=link.id, secret=link.secret, at=change.at)


async def request_link(
    tx: Transaction, /, *, email: str, link_id: str, expires_at: str, change: Change
) -> bool:
    """Have a link mailed to the candidate with this address; return whether there is one."""
    address = plain_email(email)
    candidate = await candidate_at(tx, email=address)
    if candidate is None:
        return False
    await create_link(
        tx,
        id=link_id,
        kind=LinkKind.SIGN_IN,
        subject=candidate,
        address=address,
        mailing=Mailing.QUEUED,
        expires_at=expires_at,
        at=change.at,
    )
    subject = Subject(candidate_id=candidate, link_id=link_id)
    event = replace(change, actor=ANONYMOUS).event(EventType.SIGN_IN_LINK_REQUESTED, subject)
    await outbox.append(tx, [event])
    return True


async def enter(
    tx: Transaction, /, *, token: str, kind: LinkKind, session: NewSession, change: Change
) -> str | None:
    """Use a link to sign in; return the id of the user or the candidate, None where it admits nobody (any more)."""
    subject = await use_link(tx, token=token, kind=kind, at=change.at)
    if subject is None:
        return None
    who = "candidate" if kind is LinkKind.SIGN_IN else "user"
    by_them = replace(change, actor=f"{who}:{subject}")
    started = await start_session(tx, session=replace(session, subject=subject), change=by_them)
    return subject if started else None
