"""Measure how good talent search is: `python -m bench.search_quality DATA`, or `make bench-search-quality`.

DATA (or KITH_REALDATA) holds `judgments/resume_match.csv`, `resumes/`, `annotated/` and `taxonomy/onet/`. Elasticsearch is
the bench's own, in the folder that KITH_BENCH_HOME names (else `.kith-bench` in the checkout); what was read of the
résumés stays there for the next run.
"""

import argparse
import asyncio
import json
import os
import random
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from bench import extraction
from bench.search_quality import titles
from bench.search_quality.corpus import Resume, read_corpus
from bench.search_quality.judgments import RELEVANT, Half, JudgedQuery, judged_queries
from bench.search_quality.measures import interval, kendall_tau, mean, precision, recall
from bench.search_quality.rankings import (
    AS_TYPED,
    BM25,
    BM25_ENGLISH,
    FUSION,
    FUSION_ENGLISH,
    KITH,
    VECTORS,
    WORDS,
    Ranking,
    order,
    rankings,
)
from bench.side_by_side.report import machine
from engines import elasticsearch, places, stack
from graph.ids import now
from search.client import open_client
from search.embedding import Embedder, embedder
from search.resumes.parse import preload
from search.settings import ElasticsearchSettings
from search.talent.weights import weights_version

RESULTS: Final = Path(__file__).parents[1] / "results" / "search_quality.json"
PLACES: Final = 20
MEASURES: Final = ("recall@50", "recall@100", "Kendall tau")
COMPARED: Final = (BM25, BM25_ENGLISH, VECTORS, FUSION, FUSION_ENGLISH, WORDS, AS_TYPED)
_OUTLINE = "| | " + " | ".join(MEASURES) + " |"


def main() -> None:
    """Run the bench, print the tables of docs/measured.md, and write all figures."""
    options = _options()
    home = Path(os.environ.get("KITH_BENCH_HOME") or places.CHECKOUT / ".kith-bench").resolve()
    ours = not options.elasticsearch
    address = options.elasticsearch or stack.start(home, ["elasticsearch"])["elasticsearch"]
    try:
        figures = asyncio.run(_measured(options.data, home / "resumes", address))
    finally:
        if ours:
            stack.stop(home, ["elasticsearch"])
    if not options.ranking_only:
        figures["extraction"] = _extraction(options.data)
    _show(figures)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(
        json.dumps({"at": now(), "machine": machine(), **figures}, indent=1) + "\n", encoding="utf-8"
    )
    print(f"\nwritten: {options.json}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.search_quality", description=(__doc__ or "").split("\n")[0]
    )
    given = os.environ.get("KITH_REALDATA")
    parser.add_argument("data", type=Path, nargs="?" if given else None, default=given and Path(given))
    parser.add_argument(
        "--elasticsearch", help="the address of one that runs, in place of one of the bench's own"
    )
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the figures go")
    parser.add_argument("--ranking-only", action="store_true", help="leave out extraction")
    return parser.parse_args()


async def _measured(data: Path, cache: Path, address: str) -> dict[str, Any]:
    model = embedder()
    resumes = await read_corpus(data / "resumes" / "livecareer", cache)
    queries = await asyncio.to_thread(judged_queries, data / "judgments" / "resume_match.csv")
    figures: dict[str, Any] = {
        "versions": {
            "elasticsearch": elasticsearch.VERSION,
            "wordllama": metadata.version("wordllama"),
            "model": model.name,
            "weights": weights_version(),
        },
        "data": {
            "résumés": len(resumes),
            "queries": {half.value: sum(each.half is half for each in queries) for half in Half},
            "judgments": sum(len(each.scores) for each in queries),
            "relevant from": RELEVANT,
        },
    }
    async with open_client(ElasticsearchSettings(url=address)) as client:
        async with rankings(client, resumes, model) as named:
            judged = {name: await _judged(rank, queries) for name, rank in named.items()}
            figures["judged"] = _halves(judged, queries)
            figures["differences"] = {
                other: {
                    measure: interval(_column(judged[KITH], column), _column(judged[other], column))
                    for column, measure in enumerate(MEASURES)
                }
                for other in COMPARED
            }
            figures["precision@20"] = {
                name: await _by_occupation(rank, resumes) for name, rank in named.items()
            }
        figures["titles"] = await _titles(client, data / "taxonomy" / "onet", model)
    return figures


async def _judged(rank: Ranking, queries: Sequence[JudgedQuery]) -> list[tuple[float, ...]]:
    """Return for each query recall@50, recall@100 and tau."""
    rows = []
    for query in queries:
        scores = await rank(query.text)
        found = order(scores)
        depths = [recall(found, query.relevant, depth) for depth in (50, 100)]
        rows.append((*depths, kendall_tau(scores, query.scores)))
    return rows


def _halves(
    judged: Mapping[str, Sequence[tuple[float, ...]]], queries: Sequence[JudgedQuery]
) -> dict[str, dict[str, dict[str, float]]]:
    parts = {"all": set(Half), Half.TUNING.value: {Half.TUNING}, Half.DECIDING.value: {Half.DECIDING}}
    return {
        part: {
            name: {
                measure: mean(
                    [row[column] for row, query in zip(rows, queries, strict=True) if query.half in halves]
                )
                for column, measure in enumerate(MEASURES)
            }
            for name, rows in judged.items()
        }
        for part, halves in parts.items()
    }


def _column(rows: Sequence[tuple[float, ...]], column: int) -> list[float]:
    return [row[column] for row in rows]


async def _by_occupation(rank: Ranking, resumes: Sequence[Resume]) -> float:
    """Return the mean precision@20 of looking for each occupation by its name."""
    found = []
    for occupation in sorted({each.occupation for each in resumes}):
        there = {each.id for each in resumes if each.occupation == occupation}
        query = occupation.lower().replace("-", " ")
        found.append(precision(order(await rank(query)), there, PLACES))
    return mean(found)


async def _titles(client: Any, folder: Path, model: Embedder) -> dict[str, dict[str, float]]:
    """Return how often an occupation is the first, or among the first ten, for another title of its."""
    asked = titles.other_titles(folder)
    figures = {}
    async with rankings(client, titles.occupations(folder, model), model) as named:
        for name, rank in named.items():
            orders = []
            for title in asked:
                query = titles.alternatives(title.text) if name in {KITH, WORDS, AS_TYPED} else title.text
                orders.append(order(await rank(query)) if query else [])
            figures[name] = {
                f"among the first {depth}": mean(
                    [
                        float(bool(set(found[:depth]) & title.occupations))
                        for found, title in zip(orders, asked, strict=True)
                    ]
                )
                for depth in (1, 10)
            }
    return figures


def _extraction(data: Path) -> dict[str, Any]:
    """Return what `bench.extraction` measures: fields on its deciding half, and files of every kind."""
    preload()
    labelled = list(extraction.labelled_resumes(data / "annotated"))
    random.Random(extraction._SEED).shuffle(labelled)  # noqa: SLF001 - its own split
    paths = sorted(path for path in (data / "resumes").rglob("*") if path.is_file())
    return {
        "labelled": extraction.score(labelled[len(labelled) // 2 :]),
        "count": len(labelled) - len(labelled) // 2,
        "read": asyncio.run(extraction.read_all(paths)),
    }


def _show(figures: Mapping[str, Any]) -> None:
    counts = figures["data"]
    print(f"\n{counts['résumés']} résumés, {counts['judgments']} judgments, queries {counts['queries']}")
    for half, rows in figures["judged"].items():
        print(f"\n{half}\n{_OUTLINE}\n| --- | --- | --- | --- |")
        for name, row in rows.items():
            print(f"| {name} | " + " | ".join(f"{row[measure]:.3f}" for measure in MEASURES) + " |")
    print(f"\nKith less each, 95 % intervals\n{_OUTLINE}\n| --- | --- | --- | --- |")
    for name, row in figures["differences"].items():
        shown = (f"{middle:+.3f} [{low:+.3f}, {high:+.3f}]" for middle, low, high in row.values())
        print(f"| {name} | " + " | ".join(shown) + " |")
    print("\n| | precision@20 | title first | title in the first ten |\n| --- | --- | --- | --- |")
    for name, value in figures["precision@20"].items():
        shown = (f"{part:.3f}" for part in figures["titles"][name].values())
        print(f"| {name} | {value:.3f} | " + " | ".join(shown) + " |")


if __name__ == "__main__":
    main()
