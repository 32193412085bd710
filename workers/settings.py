"""Settings of the workers; instantiated only by entry points."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class RedisSettings(BaseSettings):
    """Where Redis is, from `KITH_REDIS_*`."""

    model_config = SettingsConfigDict(env_prefix="KITH_REDIS_")

    url: str = Field(default="redis://127.0.0.1:6379/0", description="address of Redis, with the database")


class WorkerSettings(BaseSettings):
    """How one worker process works, from `KITH_WORKER_*`."""

    model_config = SettingsConfigDict(env_prefix="KITH_WORKER_")

    parallel: int = Field(default=8, ge=1, le=64, description="messages of each queue worked on at once")
    heartbeat_seconds: float = Field(
        default=15.0, ge=5, le=600, description="silence after which a process counts as dead to the queues"
    )
    lease_seconds: float = Field(
        default=6.0, ge=1, le=60, description="silence after which another process becomes the relay"
    )
    heal_seconds: float = Field(
        default=5.0, ge=0.5, le=600, description="time between two searches for work that got lost"
    )
    verify_seconds: float = Field(
        default=6 * 3600.0,
        ge=1,
        le=30 * 24 * 3600,
        description="time between two comparisons of the whole search index with the graph",
    )
