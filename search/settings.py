"""Settings of the Elasticsearch connection; instantiated only by entry points."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ElasticsearchSettings(BaseSettings):
    """Where Elasticsearch is and how patient we are, from `KITH_ELASTICSEARCH_*`."""

    model_config = SettingsConfigDict(env_prefix="KITH_ELASTICSEARCH_", frozen=True)

    url: str = Field(
        default="http://127.0.0.1:9200", description="Address of one node; https for a secured one."
    )
    username: str | None = Field(default=None, description="User name, where security is on.")
    password: SecretStr | None = Field(default=None, description="Password of that user.")
    index_prefix: str = Field(
        default="kith",
        pattern=r"^[a-z][a-z0-9-]{0,40}$",
        description="First part of the names of all our indices and aliases.",
    )
    ca_certs: str | None = Field(
        default=None, description="File of the certificate authority's certificates."
    )
    connections: int = Field(default=32, ge=1, le=1000, description="Open connections to a node at most.")
    timeout_seconds: float = Field(
        default=10.0, gt=0, le=300, description="Limit of one attempt of one request."
    )
    retries: int = Field(default=2, ge=0, le=10, description="Further attempts after a failed one.")
