import orjson
import strawberry

from schema.enums import described
from search.resumes.spans import Part

described(
    Part,
    name="ParsedField",
    description="What a value that was read from a résumé is.",
    values={
        Part.NAME: "The full name.",
        Part.HEADLINE: "The line about the person.",
        Part.SUMMARY: "What the person wrote about themself; the span shows it.",
        Part.LOCATION: "Where the person lives.",
        Part.EMAIL: "An e-mail address.",
        Part.PHONE: "A phone number.",
        Part.LINK: "The address of a profile or page.",
        Part.EMPLOYMENT: "A whole entry about a time at a company; the span shows it.",
        Part.EMPLOYMENT_TITLE: "The job title.",
        Part.EMPLOYMENT_COMPANY: "The company.",
        Part.EMPLOYMENT_LOCATION: "Where the work was.",
        Part.EMPLOYMENT_TEAM: "Team or department.",
        Part.EMPLOYMENT_DATES: "From when to when, as `from/to`; nothing behind the stroke: it goes on.",
        Part.EMPLOYMENT_SUMMARY: "What was written about the work; the span shows it.",
        Part.EDUCATION: "A whole entry about a time at a school; the span shows it.",
        Part.EDUCATION_SCHOOL: "The school.",
        Part.EDUCATION_DEGREE: "The degree.",
        Part.EDUCATION_FIELD: "The field of study.",
        Part.EDUCATION_DATES: "From when to when, as `from/to`, or one date.",
        Part.SKILL: "A skill.",
        Part.LANGUAGE: "A language.",
        Part.CERTIFICATE: "A certificate.",
    },
)


@strawberry.type(description="A stretch of a résumé's text, as it was read from the file.")
class TextSpan:
    start: int = strawberry.field(description="Its first character, counted from 0 in Unicode characters.")
    end: int = strawberry.field(description="The character behind its last one.")


@strawberry.type(description="A value that was read from a résumé, with the words that it was read from.")
class ParsedValue:
    field: Part = strawberry.field(description="What it is.")
    index: int = strawberry.field(description="Which of its kind, from 0; parts of one entry share it.")
    value: str | None = strawberry.field(
        description="The value, cut at 200 characters; none where the span shows a longer text."
    )
    span: TextSpan = strawberry.field(description="Where it stands.")


def values_of(stored: str | None) -> list[ParsedValue]:
    """Read the values of a record from the JSON that the graph keeps."""
    return [
        ParsedValue(field=Part(part), index=index, value=value, span=TextSpan(start=start, end=end))
        for part, index, value, start, end in orjson.loads(stored or "[]")
    ]
