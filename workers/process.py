"""One worker process: Dramatiq's threads, the event loop they share, and a standing candidate for the relay.

To do more, start more of these.
"""

import logging
import os
import signal
import threading

import dramatiq

from graph.settings import GraphSettings
from search.resumes.sandbox import SandboxSettings
from search.resumes.store import StoreSettings
from search.settings import ElasticsearchSettings
from workers.access_mail import SEND_LINK
from workers.broker import Queue, open_broker
from workers.digests import SEND_DIGEST
from workers.indexing import DRAIN_INDEX
from workers.intake import PARSE_INTAKE
from workers.logs import LogSettings, start_logging
from workers.metrics import WorkerMetricsSettings, telling
from workers.outreach import SEND_TOUCH
from workers.resources import Residence, Settings
from workers.settings import RedisSettings, WorkerSettings
from workers.settings_mail import LinkSettings, MailSettings
from workers.tracing import TracingSettings, tracing

LOG = logging.getLogger("workers.process")

TASKS = (DRAIN_INDEX, PARSE_INTAKE, SEND_TOUCH, SEND_LINK, SEND_DIGEST)
POLL_MILLISECONDS = 100
STOP_MILLISECONDS = 5_000
LAST_RESORT_SECONDS = 9.0


def main() -> None:
    """Work until SIGTERM or SIGINT; then finish or hand back what is under way and end within ten seconds."""
    start_logging(LogSettings())
    with tracing(TracingSettings(), service="worker"), telling(WorkerMetricsSettings()):
        _work()


def _work() -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker = start(
        Settings(
            graph=GraphSettings(),
            elasticsearch=ElasticsearchSettings(),
            redis=RedisSettings(),
            store=StoreSettings(),
            sandbox=SandboxSettings(),
            mail=MailSettings(),
            links=LinkSettings(),
            worker=WorkerSettings(),
        )
    )
    LOG.info("worker %s is ready", os.getpid())
    stop.wait()
    last_resort = threading.Timer(LAST_RESORT_SECONDS, os._exit, (1,))
    last_resort.daemon = True
    last_resort.start()
    worker.stop(timeout=STOP_MILLISECONDS)
    LOG.info("worker %s has ended", os.getpid())


def start(settings: Settings) -> dramatiq.Worker:
    """Open the resources and begin to work."""
    residence = Residence(settings)
    queues = open_broker(settings.redis, settings.worker, middleware=[residence])
    for task in TASKS:
        residence.declare(queues, task)
    worker = dramatiq.Worker(
        queues, worker_timeout=POLL_MILLISECONDS, worker_threads=settings.worker.parallel * len(Queue)
    )
    worker.queue_prefetch = settings.worker.parallel
    worker.start()
    return worker


if __name__ == "__main__":
    main()
