"""The types of `data` as Strawberry has them."""

import strawberry

from bench.completion import data


@strawberry.type
class Item:
    id: strawberry.ID
    name: str
    email: str
    city: str
    headline: str
    years: int
    rating: float
    active: bool
    created_at: str
    summary: str | None


@strawberry.type
class C:
    id: strawberry.ID
    title: str
    from_year: int


@strawberry.type
class B:
    id: strawberry.ID
    name: str
    score: float
    cs: list[C]


@strawberry.type
class A:
    id: strawberry.ID
    name: str
    status: str
    bs: list[B]


ITEMS = [
    Item(**{k: v for k, v in row.items() if k != "createdAt"}, created_at=row["createdAt"])
    for row in data.items()
]
NEST = [
    A(
        **{k: v for k, v in a.items() if k != "bs"},
        bs=[
            B(
                **{k: v for k, v in b.items() if k != "cs"},
                cs=[C(id=c["id"], title=c["title"], from_year=c["fromYear"]) for c in b["cs"]],
            )
            for b in a["bs"]
        ],
    )
    for a in data.nest()
]


@strawberry.type
class Query:
    @strawberry.field
    def items(self) -> list[Item]:
        return ITEMS

    @strawberry.field
    def nest(self) -> list[A]:
        return NEST
