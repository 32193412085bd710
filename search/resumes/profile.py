"""What a résumé says about a person, as frozen records and as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Location:
    """A place: city and region as written, country as ISO 3166-1 alpha-2."""

    city: str | None = None
    region: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Employment:
    """One position. `company` is "" where the résumé names none; dates are YYYY, YYYY-MM or YYYY-MM-DD."""

    company: str
    title: str | None = None
    start: str | None = None
    end: str | None = None
    current: bool = False
    location: str | None = None
    team: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Education:
    """One course of study. `school` is "" where the résumé names none."""

    school: str
    degree: str | None = None
    field: str | None = None
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What one record says about a person."""

    name: str | None = None
    headline: str | None = None
    summary: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    location: Location | None = None
    employments: tuple[Employment, ...] = ()
    educations: tuple[Education, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the profile as JSON values, lists in place of tuples."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Profile":
        """Build a profile from what `to_json` gave."""
        location = value["location"]
        return cls(
            name=value["name"],
            headline=value["headline"],
            summary=value["summary"],
            emails=tuple(value["emails"]),
            phones=tuple(value["phones"]),
            links=tuple(value["links"]),
            location=Location(**location) if location else None,
            employments=tuple(Employment(**row) for row in value["employments"]),
            educations=tuple(Education(**row) for row in value["educations"]),
            skills=tuple(value["skills"]),
            languages=tuple(value["languages"]),
            certificates=tuple(value["certificates"]),
        )


@dataclass(frozen=True, slots=True)
class Span:
    """Where in the text a value of the profile stands: half-open character offsets. `field` is a `spans.Part`."""

    field: str
    index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ParsedResume:
    """A résumé that was read: its profile, its text (bounded) and where in the text the values stand."""

    profile: Profile
    text: str
    kind: str
    pages: int
    truncated: bool = False
    spans: tuple[Span, ...] = ()
    likelihood: float | None = None
    """How likely the text is a résumé, 0 to 1; None where the file's kind says so already."""
    signs: tuple[str, ...] = ()
    """What the likelihood follows from."""

    def to_json(self) -> dict[str, Any]:
        """Return the keys of the profile plus those of this class."""
        return {
            **self.profile.to_json(),
            "text": self.text,
            "kind": self.kind,
            "pages": self.pages,
            "truncated": self.truncated,
            "spans": [asdict(span) for span in self.spans],
            "likelihood": self.likelihood,
            "signs": list(self.signs),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ParsedResume":
        """Build a parsed résumé from what `to_json` gave."""
        return cls(
            profile=Profile.from_json(value),
            text=value["text"],
            kind=value["kind"],
            pages=value["pages"],
            truncated=value["truncated"],
            spans=tuple(Span(**span) for span in value["spans"]),
            likelihood=value["likelihood"],
            signs=tuple(value["signs"]),
        )
