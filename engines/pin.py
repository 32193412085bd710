"""Writes the manifests anew after a version was changed: `python -m engines.pin`.

Dependencies of Neo4j are resolved, all files are fetched once into a temporary folder, and their SHA-256 are
written beside this module. Review the difference before committing it.
"""

import re
import tempfile
from pathlib import Path

from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext
from remotezip import RemoteZip

from engines import artifacts, elasticsearch, graphiql, neo4j

_RUNTIME = ("compile", "runtime")


def pin_neo4j(folder: Path) -> None:
    """Resolve and pin all jars that Neo4j runs on."""
    context = MavenContext(repo_cache=folder)
    roots = [context.create_dependency(coordinate) for coordinate in neo4j.COORDINATES]
    for root in roots:
        root.scope = "compile"
    direct, transitive = context.resolver.resolve(roots)
    needed = [*direct, *(one for one in transitive if one.scope in _RUNTIME)]
    artifacts.write_manifest(neo4j.MANIFEST, folder, {one.artifact.resolve() for one in needed})


def pin_members(source: artifacts.ZipMembers, manifest: Path, folder: Path, kept: re.Pattern[str]) -> None:
    """Pin the members of a published zip whose paths match `kept`."""
    with RemoteZip(f"{MAVEN_CENTRAL_URL}/{source.archive}") as archive:
        names = [
            name.removeprefix(source.prefix) for name in archive.namelist() if name.startswith(source.prefix)
        ]
    wanted = [name for name in names if kept.fullmatch(name) and not name.endswith("/")]
    source.fetch([artifacts.Artifact(name, 0, "") for name in wanted], folder, lambda _: None)
    artifacts.write_manifest(manifest, folder, (folder / name for name in wanted))


def main() -> None:
    """Write all manifests."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        pin_neo4j(folder / "neo4j")
        pin_members(
            elasticsearch.SOURCE, elasticsearch.MANIFEST, folder / "elasticsearch", elasticsearch.KEPT
        )
        for package in graphiql.PACKAGES:
            pin_members(package.source, package.manifest, folder / package.name, package.kept)


if __name__ == "__main__":
    main()
