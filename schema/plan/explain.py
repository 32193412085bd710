"""What a plan does, for people: `kith explain`.

In: a plan, and the steps that running it took. Out: a text for each root field with its Cypher, rows and times, and with
what is computed in Python, masked, or left to a resolver.
"""

import textwrap
from collections.abc import Iterator, Sequence

from schema.plan.plan import Plan, RootPlan, Step
from schema.plan.roots import Compiled

WIDTH = 110


def explained(plan: Plan, steps: Sequence[Step] | None) -> str:
    """Describe a plan; `steps` is None where it was not run, as with mutations."""
    return "\n".join(line for root in plan.roots if isinstance(root, RootPlan) for line in _root(root, steps))


def _root(root: RootPlan, steps: Sequence[Step] | None) -> Iterator[str]:
    compiled = root.compiled
    yield f"{compiled.key}"
    yield from _about(root, compiled)
    if steps is None:
        yield "  not run, since it is no query; its reads are"
    for step in root.reads(steps):
        if step.rows is None or step.seconds is None:
            yield f"  {step.name}"
        else:
            yield f"  {step.name}: {step.rows} lists read in {step.seconds * 1000:.1f} ms"
        yield from textwrap.wrap(
            step.text, WIDTH, initial_indent="    ", subsequent_indent="      ", break_long_words=False
        )


def _about(root: RootPlan, compiled: Compiled) -> Iterator[str]:
    if root.has_resolver:
        yield "  a resolver does its work; what it refers to is read by id"
    if compiled.computed:
        yield f"  computed in Python: {'; '.join(compiled.computed)}"
    for selected, permission in compiled.masks:
        yield f"  {selected.key} is masked: it needs {permission}"
