import strawberry

from graph.reading import node
from schema.origins import Read
from schema.reads import stored


@strawberry.type(description="What another system calls this; unique among things of its kind.")
class ExternalId(Read):
    system: str = stored("The other system's name.", node("system"))
    value: str = stored("The id there.", node("value"))
