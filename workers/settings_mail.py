"""Settings of outgoing mail and of the local mailbox; instantiated only by entry points."""

from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _mail_address(value: str) -> str:
    try:
        address = Address(addr_spec=value)
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError("give a plain mail address, such as jobs@example.org") from error
    if not address.domain or not value.isascii():
        raise ValueError("give a plain mail address with a domain, such as jobs@example.org")
    return value


class MailSettings(BaseSettings):
    """Through which server mail goes out, from `KITH_SMTP_*`; `KITH_API_PUBLIC_URL` for the links in it."""

    model_config = SettingsConfigDict(env_prefix="KITH_SMTP_", populate_by_name=True)

    host: str = Field(default="127.0.0.1", description="mail server")
    port: int = Field(default=11025, ge=1, le=65_535, description="its port")
    username: str | None = Field(default=None, description="user name; none where the server asks for none")
    password: SecretStr | None = Field(default=None, description="password for the user name")
    starttls: bool = Field(default=False, description="whether to insist on encryption by STARTTLS")
    sender: Annotated[str, AfterValidator(_mail_address)] = Field(
        default="recruiting@example.org", description="the address that messages come from"
    )
    step_seconds: float = Field(
        default=20.0, gt=0, le=60, description="longest wait for one answer of the server"
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[!-~]{1,500}$",
        validation_alias="KITH_API_PUBLIC_URL",
        description="where people reach the API, for the links in mails",
    )


class LinkSettings(BaseSettings):
    """Where the one-time links in mails lead, from `KITH_AUTH_*`, and who invites.

    The secret follows the address behind a `#`, so that it is in no log of any server.
    """

    model_config = SettingsConfigDict(env_prefix="KITH_AUTH_", populate_by_name=True)

    invitation_url: str | None = Field(
        default=None,
        pattern=r"^https?://[!-\"$-~]{1,500}$",
        description="the page on which an invited colleague chooses a password; by default ours, /auth/invitation",
    )
    sign_in_url: str | None = Field(
        default=None,
        pattern=r"^https?://[!-\"$-~]{1,500}$",
        description="the page on which a candidate's link becomes a session; by default ours, /auth/link",
    )
    organization: str = Field(
        default="Kith Demo",
        validation_alias="KITH_API_ORGANIZATION",
        description="the employer's name, as messages call it",
    )


class MailboxSettings(BaseSettings):
    """Where the local mailbox keeps what it catches, from `KITH_MAIL_*`."""

    model_config = SettingsConfigDict(env_prefix="KITH_MAIL_")

    path: Path = Field(default=Path(".kith/mail"), description="folder of the caught messages (a Maildir)")
