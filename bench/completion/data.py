"""What is completed: a list of 100 items of 10 fields (20 KB) and 20 x 10 x 5 nested objects (54 KB).

`peers.mjs` makes the same.
"""

from typing import Any

FLAT = "{ items { id name email city headline years rating active createdAt summary } }"
NESTED = "{ nest { id name status bs { id name score cs { id title fromYear } } } }"
DOCUMENTS = {"nested": NESTED, "flat": FLAT}


def items() -> list[dict[str, Any]]:
    """Return the list as maps."""
    return [
        {
            "id": str(i),
            "name": f"Person {i}",
            "email": f"p{i}@example.com",
            "city": "Warsaw",
            "headline": "Engineer",
            "years": i % 30,
            "rating": i / 7,
            "active": i % 2 == 0,
            "createdAt": "2026-01-01T00:00:00Z",
            "summary": "Experienced engineer" if i % 5 else None,
        }
        for i in range(100)
    ]


def nest() -> list[dict[str, Any]]:
    """Return the nested objects as maps."""
    return [
        {
            "id": f"a{i}",
            "name": f"A {i}",
            "status": "NEW",
            "bs": [
                {
                    "id": f"b{i}{j}",
                    "name": f"B {j}",
                    "score": j / 3,
                    "cs": [{"id": f"c{k}", "title": f"T {k}", "fromYear": 2000 + k} for k in range(5)],
                }
                for j in range(10)
            ],
        }
        for i in range(20)
    ]


READY = {FLAT: {"items": items()}, NESTED: {"nest": nest()}}
"""The answers, by document."""
