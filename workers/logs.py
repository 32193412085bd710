"""Logs: one JSON object on a line of its own, without anything that people wrote.

Kith's own messages hold ids, names of things and codes. What libraries say may quote what they were given, so of
theirs only the text that stands in their code goes out, and of errors only the type and where they were raised.
"""

import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, cast

import orjson
from opentelemetry.trace import get_current_span
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

OURS = ("api", "engines", "graph", "schema", "search", "workers")
LONGEST_MESSAGE = 500
MOST_FRAMES = 20


class LogSettings(BaseSettings):
    """What is logged, from `KITH_LOG_*`."""

    model_config = SettingsConfigDict(env_prefix="KITH_LOG_")

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO",
        description="the least severe messages of Kith's own; libraries tell of warnings and worse",
    )


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object: `at`, `level`, `logger`, `message`, the trace, and the fields given with it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        span = get_current_span().get_span_context()
        if span.is_valid:
            line["trace"] = f"{span.trace_id:032x}"
        line |= {name: value for name, value in fields_of(record).items() if value is not None}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _error(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def fields(**values: str | float | bool | None) -> dict[str, object]:
    """Return what to give a logging call as `extra`, so that the line has these fields; None leaves one out."""
    return {"fields": values}


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields that a logging call gave."""
    return cast("dict[str, Any]", getattr(record, "fields", {}))


def start_logging(settings: LogSettings) -> None:
    """Send the logs of this process to its standard error, whatever was set up before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(settings.level)
    _spare_records()
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda given: _log_uncaught(given.exc_type, given.exc_value, given.exc_traceback)


def _spare_records() -> None:
    """Have no record look for what no line tells: caller, process, thread and task. It halves what a line costs."""
    logging._srcfile = None  # noqa: SLF001 - the documentation's own way ("Optimization" in Logging HOWTO)
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    if sys.version_info >= (3, 12):
        logging.logAsyncioTasks = False


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in OURS:
        return record.getMessage()[:LONGEST_MESSAGE]
    return str(record.msg).strip().partition("\n")[0][:LONGEST_MESSAGE]


def _error(error: BaseException) -> dict[str, object]:
    """Describe an error without its text: that may quote what people wrote."""
    frames: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    described: dict[str, object] = {"type": type(error).__qualname__, "at": frames[-MOST_FRAMES:]}
    if cause is not None:
        described["cause"] = type(cause).__qualname__
    return described


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if error is not None and not isinstance(error, KeyboardInterrupt):
        logging.getLogger(__name__).critical("nobody caught an error", exc_info=(kind, error, trace))
