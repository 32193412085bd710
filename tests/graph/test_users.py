"""Users, their sessions and one-time links, as the graph keeps them."""

import asyncio
from dataclasses import replace

import pytest

from graph import admission, sessions, users
from graph.access_links import (
    LinkKind,
    Mailing,
    claim_link,
    new_link_secret,
    settle_link,
    stale_links,
    use_link,
)
from graph.client import Graph, Statement
from graph.credentials import hash_of, new_secret
from graph.errors import Conflict
from graph.events import Change
from graph.ids import new_id
from graph.profiles import Profile, Role
from graph.sessions import PREFIX, NewSession, Session, SignIn
from graph.tokens import AccessRole
from graph.users import NewUser, User, UserStatus
from tests.graph.conftest import AT, LATER, event_types, new_record, outcomes, save, size

FAR = "2026-06-22T12:00:00.000000Z"
LONG_AGO = "2026-06-15T11:00:00.000000Z"
MAILING = Statement("tests.mailing", "MATCH (l:AccessLink {id: $id}) RETURN l.mailing AS mailing")


def change(at: str = AT) -> Change:
    return Change(event_id=new_id(), actor="test", at=at)


def invitation(email: str, *, secret: str | None = None, expires_at: str = FAR) -> admission.Invitation:
    user = NewUser(id=new_id(), email=email, role=AccessRole.RECRUITER, status=UserStatus.INVITED)
    return admission.Invitation(link_id=new_id(), user=user, expires_at=expires_at, secret=secret)


def session(subject: str = "", *, expires_at: str = FAR) -> NewSession:
    return NewSession(
        id=new_id(),
        secret=new_secret(PREFIX),
        subject=subject,
        sign_in=SignIn.PASSWORD,
        expires_at=expires_at,
    )


async def invited(graph: Graph, email: str | None = None) -> tuple[str, str]:
    given = invitation(email or f"{new_id()}@example.com", secret=new_link_secret())
    done = await graph.write(admission.invite, invitation=given, change=change())
    assert done.token is not None
    return done.user_id, done.token


async def active(graph: Graph) -> tuple[User, NewSession]:
    _, token = await invited(graph)
    first = session()
    id_ = await graph.write(
        admission.accept_invitation, token=token, password_hash="hash", session=first, change=change()
    )
    assert id_ is not None
    user = await graph.read(users.user_by_id, id=id_)
    assert user is not None
    return user, first


async def found(graph: Graph, secret: str, *, at: str = AT, seen_after: str = LONG_AGO) -> Session | None:
    hashes = [hash_of(secret)]
    return next(
        iter((await graph.read(sessions.sessions_of, hashes=hashes, at=at, seen_after=seen_after)).values()),
        None,
    )


async def test_an_invitation_is_accepted_by_one_of_many(graph: Graph) -> None:
    _, token = await invited(graph)
    accepted, failures = await outcomes(
        graph.write(
            admission.accept_invitation, token=token, password_hash="hash", session=session(), change=change()
        )
        for _ in range(8)
    )
    assert failures == []
    assert len([id_ for id_ in accepted if id_ is not None]) == 1


async def test_one_address_is_one_user(empty: Graph) -> None:
    done, failures = await outcomes(
        empty.write(admission.invite, invitation=invitation("Kim@Example.com"), change=change())
        for _ in range(5)
    )
    assert failures == []
    assert len({one.user_id for one in done}) == 1
    (user,) = await empty.read(users.everyone)
    assert (user.email, user.status, user.password_hash) == ("kim@example.com", UserStatus.INVITED, None)
    assert await event_types(empty) == ["user.invited"] * 5


async def test_a_user_is_not_invited_again(graph: Graph) -> None:
    user, _ = await active(graph)
    before = await size(graph)
    with pytest.raises(Conflict):
        await graph.write(admission.invite, invitation=invitation(user.email), change=change())
    assert await size(graph) == before


async def test_a_colleague_is_one_user(graph: Graph) -> None:
    address = f"{new_id()}@example.com"
    record = new_record(Profile(name="Kim", emails=(address,)), roles=(Role.RECRUITER,))
    (saved,) = await save(graph, record)
    id_, _ = await invited(graph, address)
    user = await graph.read(users.user_by_id, id=id_)
    assert user is not None
    assert user.person_id == saved.person_id
    other = invitation(f"{new_id()}@example.com")
    other = replace(other, user=replace(other.user, person_id=saved.person_id))
    before = await size(graph)
    with pytest.raises(Conflict):
        await graph.write(admission.invite, invitation=other, change=change())
    assert await size(graph) == before


async def test_a_session_is_valid_until_it_is_over_or_unused(graph: Graph) -> None:
    user, first = await active(graph)
    assert await found(graph, first.secret) == Session(
        id=first.id, user_id=user.id, person_id=None, role=AccessRole.RECRUITER, expires_at=FAR
    )
    assert await found(graph, first.secret, at=FAR) is None
    assert await found(graph, first.secret, seen_after=AT) is None
    assert await found(graph, hash_of(first.secret)) is None
    await graph.write(sessions.note_use, ids=[first.id], at=LATER, unless_since=LATER)
    assert await found(graph, first.secret, seen_after=AT) is not None
    await graph.write(sessions.note_use, ids=[first.id], at=FAR, unless_since=AT)
    assert await found(graph, first.secret, seen_after=LATER) is None, "noted not long ago: left as it is"


async def test_sessions_that_are_over_are_forgotten_at_the_next(graph: Graph) -> None:
    user, first = await active(graph)
    await graph.write(sessions.end_session, id=first.id, change=change())
    before = await size(graph)
    second = session(user.id)
    assert await graph.write(sessions.start_session, session=second, change=change())
    nodes, edges = await size(graph)
    assert (nodes, edges) == (before[0] + 1, before[1]), "one session for another, and one event"


async def test_nobody_else_gets_a_session(graph: Graph) -> None:
    user, first = await active(graph)
    await graph.write(admission.disable_user, user_id=user.id, change=change())
    assert await found(graph, first.secret) is None
    pending, _ = await invited(graph)
    before = await size(graph)
    for subject in (user.id, pending, new_id()):
        assert not await graph.write(sessions.start_session, session=session(subject), change=change())
    nodes, edges = before
    assert await size(graph) == (nodes - 1, edges - 1), (
        "the session that was over is forgotten, none is added"
    )


async def test_a_password_is_changed_by_one_of_many(graph: Graph) -> None:
    user, first = await active(graph)
    second = session(user.id)
    await graph.write(sessions.start_session, session=second, change=change())
    changed = await asyncio.gather(
        *(
            graph.write(
                admission.change_password,
                user_id=user.id,
                session_id=first.id,
                before="hash",
                password_hash=f"hash {i}",
                change=change(),
            )
            for i in range(5)
        )
    )
    assert sum(changed) == 1
    assert await found(graph, first.secret) is not None
    assert await found(graph, second.secret) is None


async def test_a_link_is_mailed_by_one_of_many_and_its_secret_is_not_kept(graph: Graph) -> None:
    given = invitation(f"{new_id()}@example.com")
    await graph.write(admission.invite, invitation=given, change=change())
    secrets = [new_link_secret() for _ in range(5)]
    claimed = await asyncio.gather(
        *(
            graph.write(
                claim_link,
                id=given.link_id,
                claim_id=f"claim {i}",
                secret=secret,
                at=AT,
                lost_before=LONG_AGO,
            )
            for i, secret in enumerate(secrets)
        )
    )
    ((number, link),) = [(i, link) for i, link in enumerate(claimed) if link is not None]
    assert (link.address, link.token) == (given.user.email, f"{given.link_id}.{secrets[number]}")
    for claim_id, is_ours in (("another", False), (f"claim {number}", True)):
        settled = await graph.write(
            settle_link, id=given.link_id, claim_id=claim_id, mailing=Mailing.SENT, reason=None, at=AT
        )
        assert settled is is_ours
    for i, secret in enumerate(secrets):
        if i != number:
            token = f"{given.link_id}.{secret}"
            assert await graph.write(use_link, token=token, kind=LinkKind.INVITATION, at=AT) is None
    assert await graph.write(use_link, token=link.token, kind=LinkKind.SIGN_IN, at=AT) is None
    assert await graph.write(use_link, token=link.token, kind=LinkKind.INVITATION, at=FAR) is None
    assert await graph.write(use_link, token=link.token, kind=LinkKind.INVITATION, at=AT) is not None
    assert await graph.write(use_link, token=link.token, kind=LinkKind.INVITATION, at=AT) is None


async def test_a_mail_that_was_not_taken_is_called_for_again(empty: Graph) -> None:
    given = invitation("kim@example.com")
    await empty.write(admission.invite, invitation=given, change=change())

    async def waiting(queued_before: str, sending_before: str = LONG_AGO, at: str = LATER) -> bool:
        found = await empty.read(
            stale_links, queued_before=queued_before, sending_before=sending_before, at=at, limit=10
        )
        return found == (given.link_id,)

    async def claimed(claim_id: str, at: str = AT, lost_before: str = LONG_AGO) -> bool:
        link = await empty.write(
            claim_link,
            id=given.link_id,
            claim_id=claim_id,
            secret=new_link_secret(),
            at=at,
            lost_before=lost_before,
        )
        return link is not None

    assert not await waiting(AT)
    assert await waiting(LATER)
    assert await claimed("first")
    assert not await waiting(LATER)
    await empty.write(
        settle_link, id=given.link_id, claim_id="first", mailing=Mailing.QUEUED, reason="CONNECT", at=AT
    )
    assert await waiting(LATER)
    assert await claimed("second")
    assert await waiting(AT, sending_before=LATER)
    assert not await claimed("third", at=LATER, lost_before=LATER)
    (row,) = await empty.execute(MAILING, id=given.link_id)
    assert row["mailing"] == Mailing.UNCERTAIN, "nobody knows; it is not mailed a second time by itself"
    assert not await waiting(FAR, sending_before=FAR, at=LATER)


async def test_single_sign_on_lets_in_who_is_known(graph: Graph) -> None:
    async def admit(email: str, key: str, role: AccessRole | None = None) -> str | None:
        return await graph.write(
            admission.admit_identity,
            identity=admission.Identity(key=key, email=email),
            new_user_id=new_id(),
            role=role,
            link=admission.NewLink(id=new_id(), secret=new_link_secret(), expires_at=LATER),
            change=change(),
        )

    async def entered(code: str | None, at: str = AT) -> str | None:
        assert code is not None
        return await graph.write(
            admission.enter, token=code, kind=LinkKind.SINGLE_SIGN_ON, session=session(), change=change(at)
        )

    before = await size(graph)
    assert await admit(f"{new_id()}@example.com", "a") is None
    assert await size(graph) == before
    user, _ = await active(graph)
    code = await admit(user.email.upper(), "a")
    assert await entered(code) == user.id
    assert await entered(code) is None
    assert await entered(await admit(user.email, "a"), LATER) is None
    before = await size(graph)
    assert await admit(user.email, "b") is None, "the address is another's by now"
    assert await size(graph) == before
    id_, token = await invited(graph, email := f"{new_id()}@example.com")
    assert await entered(await admit(email, "c")) == id_
    assert await graph.write(use_link, token=token, kind=LinkKind.INVITATION, at=AT) is None
    stranger = f"{new_id()}@example.com"
    made = await entered(await admit(stranger, "d", AccessRole.EMPLOYEE))
    assert made is not None
    found_ = await graph.read(users.user_by_email, email=stranger)
    assert found_ is not None
    assert (found_.id, found_.role, found_.status) == (made, AccessRole.EMPLOYEE, UserStatus.ACTIVE)
    await graph.write(admission.disable_user, user_id=user.id, change=change())
    before = await size(graph)
    assert await admit(user.email, "a", AccessRole.ADMIN) is None
    assert await size(graph) == before
