"""Measure a well-behaved client while another attacks: `python -m bench.attacks`, or `make bench-attacks`.

One API process as it is shipped; an attacker with 16 connections (or 300 sockets), in each attack with a token whose bucket is full; and a client
that asks for a page of jobs 20 times a second. Before each attack the same client is measured alone. Then each refused request is sent to a
second API process without budgets, one after the other, and that process's CPU is measured. Engines and data are those of `bench.reads`.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.attacks.attacker import frames, send
from bench.attacks.attacks import ATTACKS, Attack
from bench.reads import data
from bench.side_by_side import report
from bench.side_by_side.servers import Server, cpu_seconds, free_ports, resident_megabytes, running
from engines import places, ports, stack

RESULTS = Path(__file__).parents[1] / "results" / "attacks.json"
P95_GOAL = 0.5
CPU_GOAL = 0.1
RATE = 20
REPEATS = 20
_FIRST_PORT = 18_700
_UNLIMITED = {"KITH_API_COST_CAPACITY": "1000000000", "KITH_API_COST_RESTORE_RATE": "1000000000"}
USUAL = {"query": "{ jobs(first: 10) { nodes { id title status } pageInfo { hasNextPage } } }"}


def main() -> None:
    """Run the bench, print the figures and write them."""
    options = _options()
    home = Path(os.environ.get("KITH_BENCH_HOME") or places.CHECKOUT / ".kith-bench").resolve()
    chosen = [attack for attack in ATTACKS if not options.only or attack.name in options.only]
    try:
        found = _run(chosen, options.seconds, home)
    finally:
        if not options.keep:
            stack.stop(home)
    _show(found)
    if not options.only:
        RESULTS.parent.mkdir(exist_ok=True)
        versions = report.python_versions(
            "graphql-core", "strawberry-graphql", "starlette", "uvicorn", "orjson"
        )
        content = {"machine": f"{os.cpu_count()} cores", "versions": versions, **found}
        RESULTS.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.attacks")
    parser.add_argument("--seconds", type=float, default=6.0, help="length of each attack")
    parser.add_argument("--only", nargs="*", help="names of attacks; then nothing is written")
    parser.add_argument("--keep", action="store_true", help="leave the engines running")
    return parser.parse_args()


def _run(chosen: list[Attack], seconds: float, home: Path) -> dict[str, Any]:
    data.start_engines(home)
    good = asyncio.run(data.make_token())
    shipped, open_ = (
        Server(
            name=name,
            port=port,
            command=[sys.executable, "-m", "api.cli.app", "run-api"],
            environment={"KITH_API_HOST": ports.LOOPBACK, "KITH_API_PORT": str(port), **environment},
            probe="/readyz",
        )
        for name, port, environment in zip(
            ("shipped", "unlimited"), free_ports(_FIRST_PORT, 2), ({}, _UNLIMITED), strict=True
        )
    )
    logs = places.state(home, "logs")
    with running([shipped], logs) as processes:
        url = f"http://{ports.LOOPBACK}:{shipped.port}"
        _alone(url, good, 3.0)
        before = resident_megabytes(processes["shipped"])
        attacks = {
            attack.name: _attacked(attack, url, good, asyncio.run(data.make_token()), seconds)
            for attack in chosen
        }
        after = resident_megabytes(processes["shipped"])
    bad = asyncio.run(data.make_token())
    with running([open_], logs) as processes:
        url = f"http://{ports.LOOPBACK}:{open_.port}"
        refused = {
            attack.name: asyncio.run(_cpu(attack, url, bad, processes["unlimited"]))
            for attack in chosen
            if attack.is_refused and not attack.idle
        }
    worst = max((one["p95 attacked"] for one in attacks.values()), default=0.0)
    dearest = max((one["cpu"] for one in refused.values()), default=0.0)
    return {
        "seconds": {"well-behaved client": attacks, "cpu of one refusal": refused},
        "resident MB": {"before": round(before), "after": round(after)},
        "goals": {
            f"p95 of a well-behaved client < {P95_GOAL} s": f"{worst} s, {_verdict(worst < P95_GOAL)}",
            f"CPU of a refused query < {CPU_GOAL} s": f"{dearest} s, {_verdict(dearest < CPU_GOAL)}",
        },
    }


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"


def _alone(url: str, token: str, seconds: float) -> list[float]:
    return asyncio.run(_behave(url, token, seconds))


async def _behave(url: str, token: str, seconds: float) -> list[float]:
    """Ask RATE times a second, whether the answers come or not; return how long each took."""
    took: list[float] = []
    headers = {"authorization": f"Bearer {token}"}

    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=60) as client:

        async def ask() -> None:
            begin = time.perf_counter()
            response = await client.post("/graphql", json=USUAL)
            response.raise_for_status()
            took.append(time.perf_counter() - begin)

        await ask()
        took.clear()
        asked = []
        for _ in range(int(seconds * RATE)):
            asked.append(asyncio.create_task(ask()))
            await asyncio.sleep(1 / RATE)
        await asyncio.gather(*asked)
    return took


def _attacked(attack: Attack, url: str, good: str, bad: str, seconds: float) -> Mapping[str, Any]:
    alone = _alone(url, good, seconds / 2)
    command = [sys.executable, "-m", "bench.attacks.attacker", url, bad, attack.name, str(seconds)]
    with subprocess.Popen(command, cwd=places.CHECKOUT, stdout=subprocess.PIPE, text=True) as attacker:
        time.sleep(1.0)
        attacked = _alone(url, good, seconds - 2.0)
        answers = json.loads(attacker.communicate()[0].splitlines()[-1])
    result = {
        "p50 alone": _quantile(alone, 50),
        "p95 alone": _quantile(alone, 95),
        "p50 attacked": _quantile(attacked, 50),
        "p95 attacked": _quantile(attacked, 95),
        "answers to the attacker": answers,
    }
    print(attack.name, result, flush=True)
    return result


def _quantile(took: list[float], percent: int) -> float:
    return round(statistics.quantiles(took, n=100)[percent - 1], 4)


async def _cpu(attack: Attack, url: str, token: str, process: psutil.Process) -> Mapping[str, Any]:
    """Return the CPU seconds of the server for one refusal, the mean of several."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        await send(attack, client, token, -1)
        begin = cpu_seconds(process)
        for number in range(REPEATS):
            if attack.frames:
                await frames(attack, url, token, number)
            else:
                await send(attack, client, token, number)
        spent = (cpu_seconds(process) - begin) / REPEATS
    result = {"cpu": round(spent, 4)}
    print(attack.name, result, flush=True)
    return result


def _show(found: Mapping[str, Any]) -> None:
    for goal, met in found["goals"].items():
        print(f"{goal}: {met}")
    print("resident MB", found["resident MB"])


if __name__ == "__main__":
    main()
