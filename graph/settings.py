from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class GraphSettings(BaseSettings):
    """Where Neo4j is and how patiently to ask it; read from `KITH_NEO4J_*`."""

    model_config = SettingsConfigDict(env_prefix="KITH_NEO4J_")

    uri: str = Field(default="bolt://127.0.0.1:7687", description="Bolt address of Neo4j")
    user: str = Field(default="neo4j", description="user name; ignored without a password")
    password: SecretStr | None = Field(default=None, description="password; none where Neo4j asks for none")
    database: str = Field(default="neo4j", description="database to use")
    pool_size: int = Field(default=64, description="most connections of one process")
    connect_seconds: float = Field(
        default=3.0, description="longest time that opening a connection may take, in seconds"
    )
    retry_seconds: float = Field(
        default=4.0, description="longest time spent repeating a transient failure, in seconds"
    )
    silence_seconds: float = Field(
        default=2.5, description="silence after which Neo4j counts as absent to those who wait, in seconds"
    )
    query_seconds: float = Field(default=30.0, description="longest time one transaction may run, in seconds")
