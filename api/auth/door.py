"""The door: passwords, invitations and links become sessions, and sessions end."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from api.auth.attempts import Attempts
from api.auth.authenticator import Authenticator
from api.auth.passwords import Passwords, check_new
from api.auth.settings import AuthSettings
from graph import admission, sessions, users
from graph.access_links import LinkKind
from graph.client import Graph
from graph.credentials import new_secret
from graph.errors import KithError
from graph.events import Change
from graph.ids import from_now, new_id
from graph.sessions import PREFIX, NewSession, SignIn
from graph.users import User, UserStatus
from schema.permissions import Principal, PrincipalKind

LOG = logging.getLogger(__name__)

LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session that was just started; its token is not to be had again."""

    token: str
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Lets people in and out."""

    graph: Graph
    authenticator: Authenticator
    passwords: Passwords
    attempts: Attempts
    settings: AuthSettings

    async def sign_in(self, *, email: str, password: str, address: str) -> Opened:
        """Start a session for who knows the password.

        An unknown address, a wrong password and a disabled user get the same answer after the same work.

        Raises:
            TooMany: there were too many attempts from the network address, or for the e-mail address.
            KithError: nobody comes in so.
        """
        account = users.plain_email(email)[:LONGEST_EMAIL]
        await self.count(address)
        await self.attempts.count("account", account, most=self.settings.account_attempts)
        user = await self.graph.read(users.user_by_email, email=account)
        known = user.password_hash if user is not None else None
        right = await self.passwords.verify(password, known)
        if not right or user is None or user.status is not UserStatus.ACTIVE:
            raise KithError("UNAUTHENTICATED", "the e-mail address or the password is wrong")
        await self.attempts.forgive("account", account)
        await self._renew(user, password)
        session = self.new_session(SignIn.PASSWORD, subject=user.id)
        change = Change.by(f"{PrincipalKind.USER}:{user.id}")
        if not await self.graph.write(sessions.start_session, session=session, change=change):
            raise KithError("UNAUTHENTICATED", "the e-mail address or the password is wrong")
        return _opened(session)

    async def sign_out(self, principal: Principal) -> None:
        """End the principal's session.

        Raises:
            KithError: it has none: service tokens are revoked.
        """
        session_id = _session_of(principal)
        change = Change.by(principal.actor)
        await self.graph.write(sessions.end_session, id=session_id, change=change)
        self.authenticator.forget(session_id)

    async def accept_invitation(self, *, invitation: str, password: str, address: str) -> Opened:
        """Let an invited user in with the password that they choose.

        Raises:
            TooMany: there were too many attempts from the network address.
            InvalidInput: the password is too short or too long.
            KithError: the invitation lets nobody in (any more).
        """
        await self.count(address)
        check_new(password, field="password")
        session = self.new_session(SignIn.INVITATION)
        user_id = await self.graph.write(
            admission.accept_invitation,
            token=invitation,
            password_hash=await self.passwords.hash(password),
            session=session,
            change=Change.by(admission.ANONYMOUS),
        )
        if user_id is None:
            raise KithError("UNAUTHENTICATED", "this invitation is used, over or revoked; ask for a new one")
        return _opened(session)

    async def request_link(self, *, email: str, address: str) -> Callable[[], Awaitable[None]]:
        """Return what has a link mailed, if a candidate has the address; to be done when the answer is out.

        So the answer comes as soon, and is the same, whoever has the address.

        Raises:
            TooMany: there were too many attempts from the network address, or for the e-mail address.
        """
        account = users.plain_email(email)[:LONGEST_EMAIL]
        await self.count(address)
        await self.attempts.count("link", account, most=self.settings.link_attempts)
        return partial(self._request_link, account)

    async def enter(self, kind: LinkKind, *, token: str, address: str) -> Opened:
        """Start a session for whom a one-time link admits.

        Raises:
            TooMany: there were too many attempts from the network address.
            KithError: the link lets nobody in (any more).
        """
        await self.count(address)
        session = self.new_session(SignIn.LINK if kind is LinkKind.SIGN_IN else SignIn.SINGLE_SIGN_ON)
        change = Change.by(admission.ANONYMOUS)
        if (
            await self.graph.write(admission.enter, token=token, kind=kind, session=session, change=change)
            is None
        ):
            raise KithError("UNAUTHENTICATED", "this link is used or over; ask for a new one")
        return _opened(session)

    async def change_password(self, principal: Principal, *, current: str, new: str) -> None:
        """Change the password of a signed-in user; their other sessions end.

        Raises:
            TooMany: there were too many wrong passwords.
            InvalidInput: the current password is wrong, or the new one too short or too long.
            KithError: the principal is no user with a password, or it was changed meanwhile.
        """
        session_id = _session_of(principal)
        check_new(new, field="newPassword")
        await self.attempts.count("user", principal.id, most=self.settings.account_attempts)
        user = await self.graph.read(users.user_by_id, id=principal.id)
        if user is None or user.password_hash is None:
            raise KithError("CONFLICT", "you sign in without a password")
        if not await self.passwords.verify(current, user.password_hash):
            raise KithError("INVALID_INPUT", "that is not your password", field="currentPassword")
        changed = await self.graph.write(
            admission.change_password,
            user_id=user.id,
            session_id=session_id,
            before=user.password_hash,
            password_hash=await self.passwords.hash(new),
            change=Change.by(principal.actor),
        )
        if not changed:
            raise KithError("CONFLICT", "the password was changed by somebody else meanwhile; sign in again")
        await self.attempts.forgive("user", principal.id)
        self.authenticator.forget(user.id)

    def new_session(self, sign_in: SignIn, *, subject: str = "") -> NewSession:
        """Return a session to be started now."""
        return NewSession(
            id=new_id(),
            secret=new_secret(PREFIX),
            subject=subject,
            sign_in=sign_in,
            expires_at=from_now(self.settings.session),
        )

    async def count(self, address: str) -> None:
        """Count an attempt from a network address.

        Raises:
            TooMany: there were too many.
        """
        await self.attempts.count("address", address, most=self.settings.address_attempts)

    async def _request_link(self, email: str) -> None:
        ends = from_now(timedelta(minutes=self.settings.link_minutes))
        change = Change.by(admission.ANONYMOUS)
        try:
            await self.graph.write(
                admission.request_link, email=email, link_id=new_id(), expires_at=ends, change=change
            )
        except KithError as error:
            LOG.warning("a link was asked for in vain: %s", error.code)

    async def _renew(self, user: User, password: str) -> None:
        """Hash a password anew where the parameters have changed."""
        if user.password_hash is not None and self.passwords.is_outdated(user.password_hash):
            await self.graph.write(
                users.keep_password,
                id=user.id,
                before=user.password_hash,
                password_hash=await self.passwords.hash(password),
            )


def _opened(session: NewSession) -> Opened:
    return Opened(token=session.secret, expires_at=session.expires_at)


def _session_of(principal: Principal) -> str:
    if principal.session_id is None:
        raise KithError("CONFLICT", "this is no session but a service token; an administrator can revoke it")
    return principal.session_id
