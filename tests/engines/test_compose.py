import re
from typing import Any

import pytest
import yaml

from engines import elasticsearch, neo4j, places, redis

TEXT = (places.CHECKOUT / "docker-compose.yml").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(TEXT)["services"]


@pytest.mark.parametrize(
    ("service", "version"),
    [("neo4j", f"{neo4j.VERSION}-community"), ("elasticsearch", elasticsearch.VERSION)],
)
def test_versions_are_those_of_the_local_engines(service: str, version: str) -> None:
    assert SERVICES[service]["image"].endswith(f":{version}")


def test_redis_is_new_enough() -> None:
    found = re.search(r":(\d+)\.(\d+)", SERVICES["redis"]["image"])
    assert found
    assert (int(found[1]), int(found[2])) >= redis.OLDEST


def test_secrets_have_no_defaults() -> None:
    used = re.findall(r"\$\{(\w*PASSWORD\w*)(.*?)\}", TEXT)
    assert {name for name, _ in used} == {
        "KITH_NEO4J_PASSWORD",
        "KITH_ELASTICSEARCH_PASSWORD",
        "KITH_REDIS_PASSWORD",
        "KITH_SMTP_PASSWORD",
    }
    assert all(rest.startswith(":?") for _, rest in used)


def test_security_is_on() -> None:
    assert SERVICES["elasticsearch"]["environment"]["xpack.security.enabled"] == "true"
    assert SERVICES["neo4j"]["environment"]["NEO4J_AUTH"].startswith("neo4j/${")
    assert "--requirepass" in SERVICES["redis"]["command"][-1]


@pytest.mark.parametrize("service", ["neo4j", "elasticsearch", "redis", "api"])
def test_health_is_checked(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"]


@pytest.mark.parametrize("service", ["api", "worker"])
def test_api_and_workers_can_be_scaled(service: str) -> None:
    assert "container_name" not in SERVICES[service]
    assert SERVICES[service]["image"] == SERVICES["prepare"]["image"]


@pytest.mark.parametrize("service", ["neo4j", "elasticsearch", "redis"])
def test_data_lie_in_named_volumes_and_no_port_is_open(service: str) -> None:
    assert SERVICES[service]["volumes"]
    assert "ports" not in SERVICES[service]
