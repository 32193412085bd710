"""GraphiQL from our own machine: the page, its files out of the engines' cache, and the operations of the documentation as tabs."""

import asyncio
import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from api import operations
from engines.errors import EngineError
from engines.graphiql import assets

PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Kith GraphiQL</title>
  <link rel="stylesheet" href="/graphiql/graphiql.min.css">
  <style>
    body { margin: 0; display: flex; flex-direction: column; height: 100vh }
    #access { padding: 6px 12px; font: 14px sans-serif }
    #token { width: 28em }
    #graphiql { flex: 1; min-height: 0 }
  </style>
</head>
<body>
  <form id="access" autocomplete="off">
    <label>Token <input id="token" type="password" placeholder="kith_…"></label>
    for all tabs; a tab's own headers come before it.
  </form>
  <div id="graphiql">Loading …</div>
  <script src="/graphiql/react.js"></script>
  <script src="/graphiql/react-dom.js"></script>
  <script src="/graphiql/graphiql.min.js"></script>
  <script>
    const socket = location.origin.replace(/^http/, 'ws') + '/graphql';
    const token = document.getElementById('token');
    token.value = sessionStorage.getItem('kith-token') || '';
    token.addEventListener('input', () => sessionStorage.setItem('kith-token', token.value));
    document.getElementById('access').addEventListener('submit', (event) => event.preventDefault());
    const fetcher = (asked, options) => {
      const access = token.value ? { Authorization: 'Bearer ' + token.value.trim() } : {};
      const given = { ...access, ...(options && options.headers) };
      return GraphiQL.createFetcher({
        url: '/graphql', subscriptionUrl: socket, headers: access, wsConnectionParams: given,
      })(asked, options);
    };
    fetch('/graphiql/operations').then((answer) => answer.json()).then((operations) => {
      ReactDOM.createRoot(document.getElementById('graphiql')).render(
        React.createElement(GraphiQL, {
          fetcher,
          defaultEditorToolsVisibility: 'variables',
          defaultTabs: operations,
          defaultQuery: '{\\n  candidates(first: 3) {\\n    nodes { name headline }\\n  }\\n}\\n',
        }));
    });
  </script>
</body>
</html>
"""


async def graphiql_operations(request: Request) -> Response:
    """Give the operations of the documentation, as GraphiQL takes tabs; none where the documentation is not installed."""
    return JSONResponse(await asyncio.to_thread(_tabs))


async def graphiql_file(request: Request) -> Response:
    """Serve one of the page's files."""
    try:
        found = await asyncio.to_thread(_files)
    except EngineError as error:
        return PlainTextResponse(str(error), status_code=503)
    file = found.get(request.path_params["name"])
    if file is None:
        return PlainTextResponse("not found", status_code=404)
    return FileResponse(file, headers={"Cache-Control": "public, max-age=86400"})


def _tabs() -> list[dict[str, str]]:
    read = (operations.read_operation(name, []) for name in operations.names())
    return [{"query": one.document, "variables": json.dumps(one.variables, indent=2)} for one in read]


def _files() -> dict[str, Path]:
    found = assets()
    return {
        "react.js": found.react,
        "react-dom.js": found.react_dom,
        "graphiql.min.js": found.script,
        "graphiql.min.css": found.style,
    }
