"""GraphiQL from our own machine: the page, and its files out of the engines' cache."""

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from engines.errors import EngineError
from engines.graphiql import assets

PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Kith GraphiQL</title>
  <link rel="stylesheet" href="/graphiql/graphiql.min.css">
  <style>body { margin: 0 } #graphiql { height: 100vh }</style>
</head>
<body>
  <div id="graphiql">Loading …</div>
  <script src="/graphiql/react.js"></script>
  <script src="/graphiql/react-dom.js"></script>
  <script src="/graphiql/graphiql.min.js"></script>
  <script>
    const socket = location.origin.replace(/^http/, 'ws') + '/graphql';
    const fetcher = GraphiQL.createFetcher({ url: '/graphql', subscriptionUrl: socket });
    ReactDOM.createRoot(document.getElementById('graphiql')).render(
      React.createElement(GraphiQL, {
        fetcher,
        defaultEditorToolsVisibility: 'headers',
        shouldPersistHeaders: true,
        defaultHeaders: '{"Authorization": "Bearer "}',
        defaultQuery: '# Put your token into the headers below.\\n{\\n  candidates(first: 3) {\\n    nodes { name headline }\\n  }\\n}\\n',
      }));
  </script>
</body>
</html>
"""


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


def _files() -> dict[str, Path]:
    found = assets()
    return {
        "react.js": found.react,
        "react-dom.js": found.react_dom,
        "graphiql.min.js": found.script,
        "graphiql.min.css": found.style,
    }
