"""The files of GraphiQL and React, so that the API can serve them without any outside network."""

import re
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from engines import artifacts

_WEBJARS = "META-INF/resources/webjars"


@dataclass(frozen=True, slots=True)
class Package:
    """One published package and the pattern of those of its files that we serve."""

    name: str
    version: str
    kept: re.Pattern[str]

    @property
    def source(self) -> artifacts.ZipMembers:
        """Where its files are."""
        return artifacts.ZipMembers(
            archive=f"org/webjars/npm/{self.name}/{self.version}/{self.name}-{self.version}.jar",
            prefix=f"{_WEBJARS}/{self.name}/{self.version}/",
        )

    @property
    def manifest(self) -> Path:
        """What pins its files."""
        return Path(__file__).with_name(f"{self.name}.sha256")


PACKAGES = (
    Package("graphiql", "2.4.7", re.compile(r"graphiql\.min\.(js|css)|LICENSE")),
    Package("react", "18.3.1", re.compile(r"umd/react\.production\.min\.js|LICENSE")),
    Package("react-dom", "18.3.1", re.compile(r"umd/react-dom\.production\.min\.js|LICENSE")),
)


@dataclass(frozen=True, slots=True)
class Assets:
    """The paths of the files that a GraphiQL page loads."""

    react: Path
    react_dom: Path
    script: Path
    style: Path


def assets(console: Console | None = None) -> Assets:
    """The files, fetched into the cache where they are missing. Raises `EngineError`."""
    console = console or Console(stderr=True)
    folders = {
        package.name: artifacts.ensure(
            f"{package.name}-{package.version}",
            artifacts.read_manifest(package.manifest),
            package.source,
            console,
        )
        for package in PACKAGES
    }
    return Assets(
        react=folders["react"] / "umd/react.production.min.js",
        react_dom=folders["react-dom"] / "umd/react-dom.production.min.js",
        script=folders["graphiql"] / "graphiql.min.js",
        style=folders["graphiql"] / "graphiql.min.css",
    )
