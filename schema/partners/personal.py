"""Which fields are personal data: what says something about a person who can be known by it.

What is not listed as impersonal is personal, so a new field is shown to whoever approves a document until somebody
has thought about it; and a test fails until then. A field that only leads from a thing to another object says nothing itself.
"""

from collections.abc import Mapping


def _fields(**by_type: str) -> Mapping[str, frozenset[str]]:
    return {name: frozenset(fields.split()) for name, fields in by_type.items()}


PEOPLE: Mapping[str, frozenset[str]] = _fields(
    Actor="kind",
    Application="id job stage status version",
    Candidate="id version",
    Colleague="id",
    Consent="",
    Education="",
    Employment="",
    Event="at cursor detail id job jobId partnerApplicationId savedSearch savedSearchId sequence templateId term termId tokenId type",
    EventDetail="applicationStatus fromStageId intakeFailure mergedTermId recordKind stageCategory taxonomy toStageId touchReason",
    Evidence="field",
    Fit="indexVersion reasons taxonomyVersion weightsVersion",
    Highlight="",
    Intake="attempts failure id kind reason receivedAt settledAt size status",
    Invitation="",
    JobMatchEdge="cursor",
    MatchExplanation="",
    MatchReason="",
    ParsedValue="field index",
    PartnerApplication="anonymous approvedAt documents documentsOnly id name registeredAt status",
    Person="id",
    Record="id kind receivedAt",
    Referral="at id jobId",
    ReferralPath="strength",
    Referred="",
    ResumeText="characters offset state",
    SavedSearch="createdAt digest id shared sortDirection sortedBy standing standingFault standingSince updatedAt version",
    SavedSearchMatchEdge="cursor",
    ShortlistEdge="cursor",
    SkillUse="",
    StudiedTogether="",
    TalentEdge="cursor",
    Touch="id queuedAt reason sentAt status templateId",
    TouchOutcome="queued refusal repeated",
    User="id role status",
    Viewer="kind permissions role scopes",
    WorkedTogether="",
)
"""Types that are about people, with those of their fields that say nothing about anybody: ids, numbers, states and times of things."""

THINGS: Mapping[str, frozenset[str]] = _fields(
    Company="id knownEmployments name",
    CreateCandidatePayload="created",
    DeleteSavedSearchPayload="savedSearchId",
    EventConnection="lastSequence",
    ExternalId="system value",
    FacetBucket="count value",
    FacetCount="facet",
    ImportResumePayload="repeated",
    IssuePartnerTokenPayload="token",
    Job="confidential createdAt department description employmentType id openings status title updatedAt version",
    Location="city country region",
    Node="id",
    MarkSavedSearchMatchesSeenPayload="seen",
    MendedSearch="text",
    PageInfo="endCursor hasNextPage hasPreviousPage startCursor",
    PartnerDocument="approved approvedAt documentId hash operationKind operationName permissions personalData submittedAt text",
    PartnerDocumentCost="depth fields rows values",
    ReferralHop="strength",
    ReferralPaths="truncated",
    SalaryRange="currency maximum minimum",
    SearchInsight="lastAt searches text withoutHits",
    ShortlistPayload="added",
    Skill="id name",
    Stage="activeApplications category id name position",
    TalentConnection="gone indexedThrough",
    Suggestion="candidates text",
    Template="body createdAt id name subject",
    Term="createdAt id kind name source synonyms updatedAt version",
    Token="createdAt expiresAt id label lastUsedAt previousSecretUntil revokedAt role rotatedAt scopes",  # noqa: S106 - names of fields
    TextSpan="end start",
    TokenSecretPayload="secret",
    UserError="code field message",
)
"""Other types, with their fields that hold a value; what a location or an external id belongs to is said by who leads there."""

EVERYWHERE = frozenset({"__typename", "cursor", "totalCount"})


def is_personal(type_name: str, field: str, *, leads_on: bool) -> bool:
    """Say whether a field is personal data; `leads_on` where its value is an object with fields of its own."""
    if type_name in PEOPLE:
        return field not in PEOPLE[type_name] and field != "__typename"
    return not leads_on and field not in THINGS.get(type_name, frozenset()) | EVERYWHERE
