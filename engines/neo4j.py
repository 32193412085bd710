"""Neo4j Community, run from its published jars."""

import os
from pathlib import Path
from typing import LiteralString

import neo4j as driver
from neo4j.exceptions import DriverError, Neo4jError
from rich.console import Console

from engines import artifacts, jdk, places, ports, processes
from engines.engine import Login, NotReadyError

VERSION = "2026.08.1"
COORDINATES = (f"org.neo4j.app:neo4j-server:{VERSION}", f"org.neo4j:neo4j:{VERSION}")
MANIFEST = Path(__file__).with_name("neo4j.sha256")

_LISTENER = "neo4j"
_CACHED = f"neo4j-{VERSION}"
_MAIN = "org.neo4j.server.Neo4jCommunity"
_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.lang")
_HEAP = "512m"
_CONNECT_SECONDS = 2.0
_PROBE: LiteralString = "RETURN 1"


class Neo4j:
    """The graph database: Bolt on the loopback address only, and therefore without a password."""

    name = "neo4j"
    variable = "KITH_NEO4J_URI"
    listeners: tuple[tuple[str, int], ...] = ((_LISTENER, 17687),)
    ready_seconds = 300
    grace_seconds = 60
    megabytes = 1000

    def install(self, console: Console) -> None:
        """Bring the jars into the cache."""
        artifacts.ensure(_CACHED, artifacts.read_manifest(MANIFEST), artifacts.MavenJars(), console)

    def prepare(self, home: Path) -> processes.Command:
        """Write `neo4j.conf` and say how to start the server."""
        folder = places.state(home, self.name)
        configuration = places.state(folder, "conf")
        port = ports.remembered(home)[_LISTENER]
        places.write(configuration / "neo4j.conf", _configuration(folder, port))
        jars = places.cache() / _CACHED
        class_path = os.pathsep.join(str(jars / jar.path) for jar in artifacts.read_manifest(MANIFEST))
        arguments = [
            str(jdk.find().java),
            f"-Xms{_HEAP}",
            f"-Xmx{_HEAP}",
            "-XX:+ExitOnOutOfMemoryError",
            *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            class_path,
            _MAIN,
            f"--home-dir={folder}",
            f"--config-dir={configuration}",
        ]
        return processes.Command(arguments, processes.inherited_environment(), folder)

    def address(self, port: int) -> str:
        """The Bolt address."""
        return f"bolt://{ports.LOOPBACK}:{port}"

    def ask(self, address: str, login: Login) -> str:
        """The version that runs a query."""
        credentials = (login.user, login.password) if login.user else None
        try:
            with driver.GraphDatabase.driver(
                address,
                auth=credentials,
                connection_timeout=_CONNECT_SECONDS,
                connection_acquisition_timeout=_CONNECT_SECONDS,
                max_transaction_retry_time=0,
            ) as client:
                client.execute_query(_PROBE)
                return str(client.get_server_info().agent).removeprefix("Neo4j/")
        except (DriverError, Neo4jError, OSError) as error:
            raise NotReadyError(str(error)) from error


def _configuration(folder: Path, port: int) -> str:
    settings = {
        "server.directories.data": folder / "data",
        "server.directories.logs": folder / "logs",
        "server.directories.run": folder / "run",
        "server.directories.import": folder / "import",
        "server.directories.plugins": folder / "plugins",
        "server.bolt.listen_address": f"{ports.LOOPBACK}:{port}",
        "server.bolt.advertised_address": f"{ports.LOOPBACK}:{port}",
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "server.memory.pagecache.size": "256m",
        "db.tx_log.rotation.retention_policy": "200M size",
        "db.tx_log.preallocate": "false",
        "db.transaction.bookmark_ready_timeout": "5s",
        "dbms.security.auth_enabled": "false",
        "dbms.security.allow_csv_import_from_file_urls": "false",
        "dbms.usage_report.enabled": "false",
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())
