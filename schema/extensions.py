from collections.abc import Iterator

from strawberry.extensions import SchemaExtension


class FreshLoaders(SchemaExtension):
    """Gives each operation loaders of its own; a WebSocket would keep one set for all of its operations."""

    def on_operation(self) -> Iterator[None]:
        context = self.execution_context.context
        if context is not None:
            self.execution_context.context = context.renewed()
        yield
