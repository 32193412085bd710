"""Pages behind the links in mails, for those who have no front end yet.

The secret stands behind the `#` of the address, which browsers keep to themselves; a script sends it when somebody asks
for it, so that what mail scanners do with the address has no effect.
"""

import base64
import hashlib

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_SCRIPT = """
const form = document.querySelector("form"), said = document.querySelector("output");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = Object.fromEntries(new FormData(form));
  body[form.dataset.link] = location.hash.slice(1);
  const answer = await fetch(form.action, {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)
  });
  const content = await answer.json();
  said.textContent = answer.ok ? "You are signed in. Your token: " + content.token : content.errors[0].message;
  if (answer.ok) { form.hidden = true; history.replaceState(null, "", location.pathname); }
});
"""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"></head>
<body><h1>{title}</h1><form action="{action}" method="post" data-link="{link}">{fields}
<button type="submit">Sign in</button></form><p><output></output></p><script>{script}</script></body></html>
"""
_CHOICE = (
    '<p><label>A password of 12 characters or more <input name="password" type="password" minlength="12" '
    'maxlength="200" autocomplete="new-password" required></label></p>'
)
_POLICY = "default-src 'none'; connect-src 'self'; script-src 'sha256-{hash}'; frame-ancestors 'none'; base-uri 'none'"
_HEADERS = {
    "Content-Security-Policy": _POLICY.format(
        hash=base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


async def invitation(request: Request) -> Response:
    """Ask an invited colleague for a password."""
    return _page("Choose your password", "/auth/accept-invitation", "invitation", _CHOICE)


async def link(request: Request) -> Response:
    """Ask a candidate whether to sign in."""
    return _page("Sign in", "/auth/magic-link/redeem", "link", "")


def _page(title: str, action: str, name: str, fields: str) -> Response:
    content = _PAGE.format(title=title, action=action, link=name, fields=fields, script=_SCRIPT)
    return HTMLResponse(content, headers=_HEADERS)
