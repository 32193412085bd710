"""Time what a document costs that was never seen before: parse and validate, and compile beside them.

Usage: python -m bench.cold. It takes the documents of docs/operations, and no cache is asked.
"""

import statistics
import time

from graphql import GraphQLSchema, get_operation_ast, parse, validate

from api import operations
from graph.tokens import AccessRole
from schema.permissions import Principal
from schema.plan.plan import Document, compile_plan
from schema.plan.values import Unplanned
from schema.root import build_schema

ROUNDS = 60
GOAL = 5.0
"""Most times the cost of parsing and validating that a new document may cost in all."""


def main() -> None:
    """Print the cost of each documented operation, cold, in milliseconds and as a multiple of parse + validate."""
    schema = build_schema()
    executable: GraphQLSchema = schema._schema  # noqa: SLF001 - Strawberry has no other way to it
    principal = Principal(id="bench", role=AccessRole.ADMIN, label="bench", expires_at=None)
    print(f"{'operation':22} {'parse + validate':>17} {'compile':>9} {'all : parse + validate':>23}")
    for name in operations.names():
        text = operations.read_operation(name, []).document
        judged: list[float] = []
        compiled: list[float] = []
        for _ in range(ROUNDS):
            begin = time.process_time()
            node = parse(text)
            assert not validate(executable, node)
            middle = time.process_time()
            operation = get_operation_ast(node)
            assert operation is not None
            try:
                document = Document(node=node, operation=operation, fragments={})
                compile_plan(executable, schema, document, principal, {})
            except Unplanned as error:
                print(f"{name:22} falls back: {error}")
                break
            judged.append(middle - begin)
            compiled.append(time.process_time() - middle)
        else:
            one, other = statistics.median(judged) * 1000, statistics.median(compiled) * 1000
            ratio = (one + other) / one
            met = "met" if ratio <= GOAL else f"MISSED (goal {GOAL})"
            print(f"{name:22} {one:14.2f} ms {other:6.2f} ms {ratio:17.2f}  {met}")


if __name__ == "__main__":
    main()
