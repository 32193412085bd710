"""One-click unsubscribe (RFC 8058): a POST opts out; a GET only asks, since mail scanners follow links."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from graph.client import Graph
from graph.ids import new_id, now
from graph.outreach.opt_outs import opt_out
from schema.context import Services

LONGEST_KEY = 200
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"></head>
<body style="font-family: sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem">
<h1>{title}</h1>{body}</body></html>
"""
_ASK = '<form method="post"><button type="submit" style="font-size: 1.2rem">Unsubscribe</button></form>'
_DONE = "<p>We will not write to you again.</p>"


async def unsubscribe(request: Request) -> Response:
    """Ask on GET, opt out on POST; an unknown link gets the same answer, so that keys can't be guessed by it."""
    if request.method != "POST":
        return HTMLResponse(_PAGE.format(title="Unsubscribe from our messages?", body=_ASK))
    key = request.path_params["key"]
    if len(key) <= LONGEST_KEY:
        services: Services = request.app.state.services
        graph: Graph = services.graph
        await graph.write(opt_out, unsubscribe_key=key, at=now(), event_id=new_id())
    return HTMLResponse(_PAGE.format(title="You are unsubscribed", body=_DONE))
