"""Signing in and out, over plain HTTP: `/auth/…`."""

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.auth import pages
from api.auth.answers import answering, texts
from api.auth.attempts import address_of
from api.auth.door import Door, Opened
from graph.access_links import LinkKind
from graph.errors import KithError
from schema.permissions import Principal


@answering
async def sign_in(request: Request) -> Response:
    """Start a session with e-mail address and password."""
    email, password = await texts(request, ("email", "password"))
    return session_answer(
        await door(request).sign_in(email=email, password=password, address=address_of(request))
    )


@answering
async def sign_out(request: Request) -> Response:
    """End the session whose token comes with the request."""
    await door(request).sign_out(await _principal(request))
    return Response(status_code=204)


@answering
async def accept_invitation(request: Request) -> Response:
    """Become a user, with a password of one's own choice."""
    invitation, password = await texts(request, ("invitation", "password"))
    opened = await door(request).accept_invitation(
        invitation=invitation, password=password, address=address_of(request)
    )
    return session_answer(opened)


@answering
async def change_password(request: Request) -> Response:
    """Change one's password; all other sessions end."""
    principal = await _principal(request)
    current, new = await texts(request, ("currentPassword", "newPassword"))
    await door(request).change_password(principal, current=current, new=new)
    return Response(status_code=204)


@answering
async def request_link(request: Request) -> Response:
    """Have a link mailed to a candidate; the answer is the same whether there is one."""
    (email,) = await texts(request, ("email",))
    work = await door(request).request_link(email=email, address=address_of(request))
    return Response(status_code=202, background=BackgroundTask(work))


@answering
async def redeem_link(request: Request) -> Response:
    """Start a candidate's session with a link."""
    (link,) = await texts(request, ("link",))
    return session_answer(
        await door(request).enter(LinkKind.SIGN_IN, token=link, address=address_of(request))
    )


ROUTES = [
    Route("/auth/sign-in", sign_in, methods=["POST"]),
    Route("/auth/sign-out", sign_out, methods=["POST"]),
    Route("/auth/accept-invitation", accept_invitation, methods=["POST"]),
    Route("/auth/change-password", change_password, methods=["POST"]),
    Route("/auth/magic-link", request_link, methods=["POST"]),
    Route("/auth/magic-link/redeem", redeem_link, methods=["POST"]),
    Route("/auth/invitation", pages.invitation),
    Route("/auth/link", pages.link),
]


def door(request: Request) -> Door:
    """Return the application's door."""
    found: Door = request.app.state.door
    return found


async def _principal(request: Request) -> Principal:
    principal = await door(request).authenticator.principal(request.headers.get("authorization"))
    if principal is None:
        raise KithError("UNAUTHENTICATED", "send a valid token: `Authorization: Bearer …`")
    return principal


def session_answer(opened: Opened) -> Response:
    """Return what somebody gets who signed in."""
    return JSONResponse({"token": opened.token, "expiresAt": opened.expires_at})
