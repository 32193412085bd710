"""What the command line finds around it: the home, the addresses given from outside, and those of the home."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import typer

from engines import places, ports, stack
from engines.engine import Login

API = "api"
MAIL = "mail"
_PORT_VARIABLES = {API: "KITH_API_PORT", MAIL: "KITH_SMTP_PORT"}
_PREFERRED = {API: 8000, MAIL: 11025}
_CREDENTIALS = re.compile(r"//[^/@]*@")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The home, and the `KITH_` variables that were set before the command line added its own."""

    home: Path
    given: frozenset[str]

    @property
    def local_engines(self) -> list[str]:
        """The engines that the environment doesn't name, so that they are ours to start."""
        return [name for name, engine in stack.ENGINES.items() if engine.variable not in self.given]

    @property
    def token_file(self) -> Path:
        """Where the token of `kith up` is kept, for whoever may read the home."""
        return places.state(self.home, "run") / "token"

    @property
    def catches_mail(self) -> bool:
        """Whether mail goes to our own catcher: no SMTP server was given."""
        return "KITH_SMTP_HOST" not in self.given

    def environ_given(self) -> dict[str, str]:
        """The given variables with their values."""
        return {name: os.environ[name] for name in self.given}


def enter() -> Surroundings:
    """Look around, then complete the environment, so that every command finds the engines of the home."""
    given = frozenset(name for name, value in os.environ.items() if name.startswith("KITH_") and value)
    here = Surroundings(places.default_home(), given)
    complete_environment(here)
    return here


def current(context: typer.Context) -> Surroundings:
    """The surroundings that the root command looked up."""
    return cast("Surroundings", context.obj)


def complete_environment(here: Surroundings) -> None:
    """Set the variables that were not given to what the home's engines and processes use."""
    os.environ.update({name: value for name, value in _own(here).items() if name not in here.given})


def reserve_port(here: Surroundings, name: str) -> None:
    """Settle the port of the API or of the mail catcher: the given one, else one chosen free and remembered."""
    if _PORT_VARIABLES[name] not in here.given:
        ports.reserve(here.home, name, _PREFERRED[name])
    complete_environment(here)


def login(engine: str) -> Login:
    """The credentials that the environment holds for an engine."""
    prefix = f"KITH_{engine.upper()}_"
    user = os.environ.get(f"{prefix}USER") or os.environ.get(f"{prefix}USERNAME") or ""
    return Login(user, os.environ.get(f"{prefix}PASSWORD", ""))


def without_credentials(address: str) -> str:
    """The address as it may be shown."""
    return _CREDENTIALS.sub("//", address)


def _own(here: Surroundings) -> dict[str, str]:
    variables = stack.environment(here.home)
    variables["KITH_HOME"] = str(here.home)
    variables["KITH_STORE_PATH"] = str(here.home / "store")
    variables["KITH_MAIL_PATH"] = str(here.home / "mail")
    if port := _port(here, API):
        variables["KITH_API_HOST"] = ports.LOOPBACK
        variables["KITH_API_PORT"] = port
        variables["KITH_API_PUBLIC_URL"] = f"http://{ports.LOOPBACK}:{port}"
    if here.catches_mail and (port := _port(here, MAIL)):
        variables["KITH_SMTP_HOST"] = ports.LOOPBACK
        variables["KITH_SMTP_PORT"] = port
        variables["KITH_SMTP_STARTTLS"] = "false"
    return variables


def _port(here: Surroundings, name: str) -> str | None:
    variable = _PORT_VARIABLES[name]
    if variable in here.given:
        return os.environ[variable]
    remembered = ports.remembered(here.home).get(name)
    return str(remembered) if remembered else None
