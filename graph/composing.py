"""From rows of sources to one Cypher statement that returns one collected value.

In: the anchor of jobs with `Row((node("title"), Many(STAGES, Row((node("name"),)))))`. Out:

    UNWIND $ids AS id
    MATCH (n0:Job {id: id})
    RETURN collect([id, [n0.`title`, COLLECT {
      MATCH (n0)-[e1:HAS_STAGE]->(n1) RETURN [n1.`name`] ORDER BY n1.position }]]) AS value

What the viewer may not see is hidden by a condition at each match (`graph/visibility.py`), so that lists, pages, counts
and single things hide the same. For those who see everything there is none, and the text is as above.

Lists instead of maps: the driver reads them faster, and their order is ours. Reads of one shape have one text, so
Neo4j plans them once; the names of parameters depend on nothing but their place.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from graph.client import Statement
from graph.reading import (
    Anchor,
    Item,
    Key,
    Many,
    One,
    PageCount,
    PageRows,
    PageShape,
    Pattern,
    Row,
    Sort,
    SortKey,
    Source,
)
from graph.visibility import Sights, condition, with_sights

_NAME = re.compile(r"@(\w+)")


class _Composer:
    def __init__(self, pages: Sequence[PageShape], sights: Sights) -> None:
        self._pages = pages
        self._sights = sights
        self._numbers = count(1)
        self._sorts: dict[int, Source] = {}

    def row(self, row: Row, names: Mapping[str, str]) -> str:
        return "[" + ", ".join(self._item(item, names) for item in row.items) + "]"

    def _item(self, item: Item, names: Mapping[str, str]) -> str:
        match item:
            case Source(text):
                return self._filled(text, names)
            case SortKey(slot):
                return self._filled(self._sorts[slot].text, names)
            case One(pattern, row):
                inner = self._names(names)
                match_ = self.match(pattern, inner)
                return f"COLLECT {{ MATCH {match_} RETURN {self.row(row, inner)} LIMIT 1 }}[0]"
            case Many(pattern, row):
                return self._many(pattern, row, names)
            case PageRows(pattern, row, slot):
                return self._page(pattern, row, slot, names)
            case PageCount(pattern, slot):
                inner = self._names(names)
                conditions = self._conditions(slot, inner)
                return f"COUNT {{ MATCH {self.match(pattern, inner, conditions)} }}"

    def match(self, found: Anchor | Pattern, names: Mapping[str, str], conditions: Sequence[str] = ()) -> str:
        """Return what is matched, with its conditions: those given, and that the viewer sees it."""
        visible = condition(found.shows, self._sights)
        every = [*conditions, self._filled(visible, names)] if visible else conditions
        return self._filled(found.match, names) + _where(every)

    def _many(self, pattern: Pattern, row: Row, names: Mapping[str, str]) -> str:
        inner = self._names(names)
        order = f" ORDER BY {self._filled(pattern.order, inner)}" if pattern.order else ""
        bound = ""
        if pattern.most is not None:
            bound = f" WITH *{order} LIMIT {pattern.most}"
        return f"COLLECT {{ MATCH {self.match(pattern, inner)}{bound} RETURN {self.row(row, inner)} AS v{order} }}"

    def _page(self, pattern: Pattern, row: Row, slot: int, names: Mapping[str, str]) -> str:
        inner, page = self._names(names), self._pages[slot]
        sort = pattern.sorts[page.sort]
        self._sorts[slot] = sort.by
        conditions = [self._filled(f"{sort.seek} AND {_HAS_ID}", inner)] if sort.seek else []
        conditions += self._conditions(slot, inner)
        if page.goes_on:
            conditions.append(self._beyond(f"$p{slot}_after", sort, inner, descending=page.descending))
        if page.stops:
            conditions.append(self._beyond(f"$p{slot}_before", sort, inner, descending=not page.descending))
        way = " DESC" if page.descending else ""
        order = self._filled(f" ORDER BY {sort.by.text}{way}, @node.id{way}", inner)
        return (
            f"COLLECT {{ MATCH {self.match(pattern, inner, conditions)}"
            f" WITH *{order} LIMIT $p{slot}_limit RETURN {self.row(row, inner)} AS v{order} }}"
        )

    def _beyond(self, key: str, sort: Sort, names: Mapping[str, str], *, descending: bool) -> str:
        text = _BEYOND[descending].replace("$key", key)
        return self._filled(text.replace("@by", sort.by.text), names)

    def _names(self, outer: Mapping[str, str]) -> dict[str, str]:
        number = next(self._numbers)
        return {"node": f"n{number}", "edge": f"e{number}", "parent": outer.get("node", "")}

    def _conditions(self, slot: int, names: Mapping[str, str]) -> list[str]:
        numbers = count()

        def name(found: re.Match[str]) -> str:
            return f"$p{slot}_{next(numbers)}" if found[1] == "value" else names[found[1]]

        return [_NAME.sub(name, with_sights(each, self._sights)) for each in self._pages[slot].conditions]

    def _filled(self, text: str, names: Mapping[str, str]) -> str:
        return _NAME.sub(lambda found: names[found[1]], with_sights(text, self._sights))


_HAS_ID = "@node.id IS NOT NULL"
"""Holds for everything in a list with pages; Neo4j walks an index over a value and an id only where both are asked for."""
_BEYOND = {
    False: "@by >= $key AND (@by > $key OR @node.id > $key_id)",
    True: "@by <= $key AND (@by < $key OR @node.id < $key_id)",
}


def by_ids(anchor: Anchor, row: Row, pages: Sequence[PageShape] = (), *, sights: Sights) -> Statement:
    """Return what reads things by `$ids`: a list of pairs of id and row, without those that are not there or hidden."""
    names = {"node": "n0", "id": "id"}
    composer = _Composer(pages, sights)
    content = composer.row(row, names)
    text = f"UNWIND $ids AS id MATCH {composer.match(anchor, names)} RETURN collect([id, {content}]) AS value"
    return Statement(f"read.{anchor.name}", text)


def from_nothing(name: str, row: Row, pages: Sequence[PageShape], *, sights: Sights) -> Statement:
    """Return what reads lists that hang on nothing."""
    text = f"RETURN {_Composer(pages, sights).row(row, {})} AS value"
    return Statement(f"read.{name}", text)


def page_parameters(
    slot: int, *, size: int, after: Key | None, before: Key | None = None, values: Sequence[Any]
) -> dict[str, Any]:
    """Return what the text of a page refers to: one row more than asked for, to see whether more follow.

    The page is between the two keys, `after` first in the order of its shape.
    """
    parameters = {f"p{slot}_{i}": value for i, value in enumerate(values)}
    parameters[f"p{slot}_limit"] = size + 1
    for name, key in (("after", after), ("before", before)):
        if key is not None:
            parameters |= {f"p{slot}_{name}": key.value, f"p{slot}_{name}_id": key.id}
    return parameters


def _where(conditions: Sequence[str]) -> str:
    return " WHERE " + " AND ".join(conditions) if conditions else ""
