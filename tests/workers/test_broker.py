"""What the broker does otherwise than its library: a dead worker's messages come back within seconds."""

from workers.broker import DEAD_LETTER_DAYS, MAINTENANCE_CHANCE, open_broker
from workers.settings import RedisSettings, WorkerSettings

SECONDS = 7
OF_A_MILLION = 1_000_000
SOME_SECONDS = 0.01
"""Of one look at a queue, the library's own chance to look after dead workers is a thousandth."""


def test_dead_workers_are_found_soon_and_dead_letters_kept_long() -> None:
    broker = open_broker(RedisSettings(), WorkerSettings(heartbeat_seconds=SECONDS))
    assert broker.heartbeat_timeout == SECONDS * 1_000
    assert broker.maintenance_chance == MAINTENANCE_CHANCE
    assert SOME_SECONDS < MAINTENANCE_CHANCE / OF_A_MILLION <= 1
    assert broker.dead_message_ttl == DEAD_LETTER_DAYS * 24 * 3_600 * 1_000
    assert WorkerSettings().heartbeat_seconds < 60, "a minute is the library's own"
