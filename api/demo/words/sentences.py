"""Sentences that fit every field, with named slots that the writers of people and jobs fill."""

OPENINGS: tuple[str, ...] = (
    "{title} with {years} years of experience in {about}, most of them in {industry}.",
    "Experienced in {about}: {years} years in companies of very different size, at present as {title}.",
    "For {years} years I have worked in {about}, and I still enjoy learning something new every week.",
    "{title} based in {city}, with {years} years in {about} behind me.",
    "Practical and curious {title} who has spent {years} years in {about}.",
    "I am {a_title} who likes work that is useful to other people, with {years} years in {about}.",
    "Results-minded {title} from {city} with a background in {about} and {years} years of practice.",
    "After {years} years in {about} I know the daily work as well as the planning behind it.",
)
NEWCOMER_OPENINGS: tuple[str, ...] = (
    "{title} at the start of a career in {about}, eager to learn and not afraid of routine work.",
    "Recent graduate from {city} who is taking the first steps in {about} as {title}.",
    "New to {about} and already trusted with work of my own as {title}.",
)
SKILL_SENTENCES: tuple[str, ...] = (
    "My strongest subjects are {a}, {b} and {c}.",
    "Day to day I rely on {a}, {b} and {c}.",
    "Confident with {a} and {b}, and always extending what I know about {c}.",
    "Colleagues come to me with questions about {a}, {b} or {c}.",
    "Core skills: {a}, {b}, {c}.",
    "I learned {a} on the job, added {b} later, and have taught {c} to others.",
)
STYLE_SENTENCES: tuple[str, ...] = (
    "I work carefully, say early when something goes wrong, and like to finish what I start.",
    "Teams value my calm manner, above all on days when nothing goes to plan.",
    "I ask many questions at the beginning, so that there are few surprises at the end.",
    "Clear writing and short meetings matter to me, as does a good sense of humour.",
    "I am used to working with people from many countries and in more than one language.",
    "Whether alone or in a larger team, I take responsibility for the result.",
    "Known for being reliable, friendly and direct.",
    "I enjoy explaining difficult things simply and helping newcomers to find their feet.",
    "Good at setting priorities and at leaving things in better order than I found them.",
    "I prefer small steps that can be checked to big plans that cannot.",
    "People say that I listen well and decide quickly once the facts are known.",
)
CLOSINGS: tuple[str, ...] = (
    "Now looking for a role with more responsibility and colleagues to learn from.",
    "Open to new tasks in or near {city}, also on a hybrid basis.",
    "Not actively searching, but always glad to hear about interesting work.",
    "I would like to move closer to planning and leading people.",
    "Next, I want to work for an organisation that takes its customers seriously.",
    "Available after a notice period of three months.",
    "Willing to relocate for the right position.",
    "Happy to travel occasionally and to work in shifts where needed.",
)
HEADLINES: tuple[str, ...] = (
    "{title} at {company}",
    "{title} | {a}, {b}",
    "{title} with {years} years in {about}",
    "{title} - {a}, {b} and {c}",
    "{title}, {company}",
    "{title} in {city}",
)
JOB_INTROS: tuple[str, ...] = (
    (
        "Kith Demo is looking for {a_title} to join our {department} department in {city}. You will work "
        "in a team of {n} people who share what they know and who take the time to do things properly."
    ),
    (
        "Our {department} department in {city} is growing, and we would like you to grow with it: as "
        "{title} you will be part of a team of {n} that is trusted to find its own way to good results."
    ),
    (
        "Do you want to do work in {about} that makes a difference to many people? For our site in {city} "
        "we are hiring {a_title}, who will be one of {n} colleagues in {department}."
    ),
    (
        "We have an opening for {a_title} in {city}. The position is new, reports to the head of "
        "{department} and comes with a team of {n} experienced colleagues."
    ),
)
JOB_DUTY_LEADS: tuple[str, ...] = (
    "In this role you will",
    "Your tasks: you will",
    "From the first month on you will",
)
JOB_SKILL_SENTENCES: tuple[str, ...] = (
    (
        "You bring {years} or more years of experience and feel at home with {a}, {b} and {c}. Knowledge "
        "of {d} is welcome, but it can also be learned here."
    ),
    (
        "We expect solid practice in {a} and {b}, gained in at least {years} years of work. It helps if "
        "you have seen {c} or {d} before."
    ),
    (
        "What counts for us is what you can do: {a}, {b} and {c} above all, and an interest in {d}. About "
        "{years} years in a similar position are a good preparation."
    ),
)
JOB_STYLE_SENTENCES: tuple[str, ...] = (
    "You speak up when something is unclear, and you treat everyone with respect.",
    "You like to work with others and you can also concentrate on a task by yourself.",
    "You write clearly and keep your promises.",
    "You stay friendly when it gets hectic.",
)
JOB_OFFERS: tuple[str, ...] = (
    (
        "We offer thirty days of leave, flexible hours, a yearly training budget and a pension plan. A "
        "mentor will accompany you through the first six months."
    ),
    (
        "You can expect fair pay that we state openly, predictable working times, a subsidised travel pass "
        "and time for training every month."
    ),
    (
        "We offer a permanent contract, support for families, a budget for further education, and "
        "colleagues who will gladly answer your questions."
    ),
)
JOB_CLOSINGS: tuple[str, ...] = (
    (
        "Tell us in a few lines why you are interested; a formal cover letter is not needed. We answer "
        "every application within ten days."
    ),
    (
        "Our hiring process has three steps: a short call, a conversation with the team and a visit on "
        "site. You will hear from us after each of them."
    ),
    (
        "We welcome applications from people of every background, and we gladly adapt the process to your "
        "needs."
    ),
)
RELATIONSHIPS: tuple[str, ...] = (
    "Friend",
    "Same sports club",
    "Met at a conference",
    "Neighbour",
    "Volunteered together",
    "Former client",
)
"""How a referrer who never shared an employer with the candidate knows them."""
FORMER_COLLEAGUE = "Former colleague"
COLLEAGUE_NOTES: tuple[str, ...] = (
    "We worked together at {company}. {first} is thorough, kind and quick to learn.",
    "{first} and I were colleagues at {company}; I would hire {first} again at once.",
    "At {company} everybody wanted {first} on their team. Please talk to {first} soon.",
)
FRIEND_NOTES: tuple[str, ...] = (
    (
        "I have known {first} for {n} years and can vouch for {first} as a person; I have not seen the "
        "work myself."
    ),
    "{first} asked me about us, and I think that it would be a good match.",
    "{first} is looking around at the moment. The profile fits this job well.",
)
SHORTLIST_NOTES: tuple[str, ...] = (
    "Strong match on the main requirements.",
    "Right field and right level; ask about notice period.",
    "Good career steps, worth a first call.",
    "Came close in an earlier search.",
    "Recommended by a colleague.",
)
REJECTION_REASONS: tuple[str, ...] = (
    "Not enough experience for this level",
    "Another candidate was a closer match",
    "Missing a required skill",
    "Salary expectation above the range",
    "Not available in time",
)
WITHDRAWAL_REASONS: tuple[str, ...] = (
    "Accepted another offer",
    "Decided to stay with the current employer",
    "Does not want to relocate",
    "Personal reasons",
)
TAGS: tuple[str, ...] = (
    "silver medalist",
    "open to relocation",
    "remote only",
    "part-time",
    "met at career fair",
    "strong communicator",
    "future leader",
    "boomerang",
)
