from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph.tokens import AccessRole
from schema.budgets import Allowance, Budgets


class ApiSettings(BaseSettings):
    """Where the API listens and what it takes; read from `KITH_API_*`."""

    model_config = SettingsConfigDict(env_prefix="KITH_API_")

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, description="port to listen on")
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="the address that candidates' mail links to, without a slash at the end",
    )
    organization: str = Field(default="Kith Demo", description="the employer's name, as messages call it")
    json_bytes: int = Field(default=1024 * 1024, description="longest JSON body, in bytes")
    upload_bytes: int = Field(
        default=11 * 1024 * 1024, description="longest multipart body, in bytes: a file and its form"
    )
    token_cache_seconds: float = Field(
        default=5.0,
        gt=0,
        le=60,
        description="how long a token's role is remembered; a revoked token lives on for so long at most, where the "
        "event of it does not come through",
    )
    request_seconds: float = Field(
        default=10.0, gt=0, description="longest time one operation may take, in seconds; then it is stopped"
    )
    production: bool = Field(
        default=False, description="whether partners are told nothing about the schema but what they may ask"
    )
    cost_capacity: int = Field(
        default=50_000, gt=0, description="points that one principal may spend at once, in one process"
    )
    cost_restore_rate: float = Field(
        default=5_000, gt=0, description="points that come back to a principal each second, in one process"
    )
    cost_by_role: dict[AccessRole, Allowance] = Field(
        default={AccessRole.PARTNER: Allowance(capacity=10_000, restore_rate=500)},
        description="other capacities and rates of single roles, as JSON: "
        '{"PARTNER": {"capacity": 10000, "restore_rate": 500}}',
    )

    @property
    def budgets(self) -> Budgets:
        """Full buckets of these capacities and rates."""
        return Budgets(
            Allowance(capacity=self.cost_capacity, restore_rate=self.cost_restore_rate), self.cost_by_role
        )
