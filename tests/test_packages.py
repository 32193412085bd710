"""`schema`, `search` and `workers` are also names on the package index: ours must be the ones that are imported."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from engines.places import CHECKOUT


@pytest.mark.parametrize("name", ["api", "bench", "engines", "graph", "schema", "search", "workers"])
def test_our_package_is_imported(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__).parent == CHECKOUT / name


@pytest.mark.parametrize("file", ["pyproject.toml", "requirements.lock"])
def test_no_download_address_is_committed(file: str) -> None:
    text = (CHECKOUT / file).read_text(encoding="utf-8")
    assert "://" not in text


PRODUCT = ("api", "engines", "graph", "schema", "search", "workers")
ASKING = {
    "aiohttp",
    "authlib.integrations.httpx_client",
    "http.client",
    "httpx",
    "httpx2",
    "jgo.maven",
    "remotezip",
    "requests",
    "urllib.request",
    "urllib3",
}
"""What fetches an address."""
FETCHING = {
    "api/cli/services.py": "the API of this machine",
    "api/operations.py": "the API that the command line names",
    "engines/elasticsearch.py": "the engine of this machine",
    "engines/artifacts.py": "the engines' own releases, by pinned checksums",
    "engines/pin.py": "the same releases, to write their checksums down",
    "api/auth/oidc.py": "the provider that the settings name",
}


def test_no_address_that_a_user_gives_is_fetched() -> None:
    """Who fetches is listed with what it fetches: addresses out of settings and pins, never out of data."""
    found = set()
    for folder in PRODUCT:
        for file in (CHECKOUT / folder).rglob("*.py"):
            for each in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = [alias.name for alias in each.names] if isinstance(each, ast.Import) else []
                if isinstance(each, ast.ImportFrom):
                    module = each.module or ""
                    names = [module, *(f"{module}.{alias.name}" for alias in each.names)]
                if ASKING & set(names):
                    found.add(str(file.relative_to(CHECKOUT)))
    assert found == set(FETCHING)


def test_the_model_is_loaded_without_network() -> None:
    program = """
import socket

def refuse(*_, **__):
    raise SystemExit("it asks for an address")

socket.getaddrinfo = socket.socket.connect = socket.create_connection = refuse
from search.embedding import embedder

assert embedder().embed("cook")
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
