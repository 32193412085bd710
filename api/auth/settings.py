from datetime import timedelta

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph.tokens import AccessRole


class AuthSettings(BaseSettings):
    """How long people stay signed in, and how often one may try; read from `KITH_AUTH_*`."""

    model_config = SettingsConfigDict(env_prefix="KITH_AUTH_")

    session_hours: float = Field(default=12.0, gt=0, le=24 * 30, description="longest session, in hours")
    idle_minutes: float = Field(
        default=60.0, ge=5, le=24 * 60, description="how long a session may go unused, in minutes"
    )
    invitation_days: float = Field(default=7.0, gt=0, le=30, description="how long an invitation is valid")
    link_minutes: float = Field(
        default=15.0, gt=0, le=24 * 60, description="how long a candidate's link is valid, in minutes"
    )
    window_minutes: float = Field(
        default=15.0, gt=0, le=24 * 60, description="the stretch of time for which attempts are counted"
    )
    account_attempts: int = Field(
        default=10, ge=1, description="sign-ins tried for one e-mail address in that time"
    )
    address_attempts: int = Field(
        default=100, ge=1, description="attempts of all kinds from one network address in that time"
    )
    link_attempts: int = Field(
        default=5, ge=1, description="links asked for with one e-mail address in that time"
    )

    @property
    def invitation(self) -> timedelta:
        """How long an invitation is valid."""
        return timedelta(days=self.invitation_days)

    @property
    def session(self) -> timedelta:
        """The longest time from signing in to signing in again."""
        return timedelta(hours=self.session_hours)

    @property
    def idle(self) -> timedelta:
        """The longest time that a session may go unused."""
        return timedelta(minutes=self.idle_minutes)


class OidcSettings(BaseSettings):
    """The provider of single sign-on (OpenID Connect), from `KITH_OIDC_*`; without an issuer there is none."""

    model_config = SettingsConfigDict(env_prefix="KITH_OIDC_")

    issuer: str | None = Field(
        default=None,
        pattern=r"^https?://[!-~]{1,500}[^/]$",
        description="the provider's issuer, without a slash at the end; its discovery document says the rest",
    )
    client_id: str = Field(default="", description="how the provider knows us")
    client_secret: SecretStr | None = Field(
        default=None, description="the secret for it; none of public clients"
    )
    scope: str = Field(default="openid email", description="what to ask for")
    return_urls: list[str] = Field(
        default=[],
        description="where browsers may go back to, as a JSON list; the first is the usual one",
    )
    domains: dict[str, AccessRole] = Field(
        default={},
        description='roles for people who are no users yet, by domain, as JSON: `{"example.org": "EMPLOYEE"}`',
    )
