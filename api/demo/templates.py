"""The outreach templates of the demo, with logic-less merge fields."""

from api.demo.rows import TemplateRow
from api.demo.seeds import item_id

_FIRST_CONTACT = """Dear {{candidate.first_name}},

my name is {{sender.name}} and I look for people who enjoy their work. Your profile made me think of our
opening as {{job.title}}.

Would you have fifteen minutes for a call this week or next? If the moment is wrong, a short no is fine, too.

Kind regards
{{sender.name}}
{{company.name}}
"""
_INVITATION = """Hello {{candidate.first_name}},

thank you for your interest in our position {{job.title}}. We would like to get to know you and suggest a
conversation of one hour with two future colleagues.

Please answer with three dates that suit you. Tell us also if we can make anything easier for you.

Best wishes
{{sender.name}}
{{company.name}}
"""
_KEEPING_IN_TOUCH = """Dear {{candidate.name}},

some time ago we were in contact. Today we have an opening that could fit you better: {{job.title}}.

If you are curious, simply reply to this message. If you would rather not hear from us, use the link below
and we will not write again.

With kind regards
{{sender.name}}
{{company.name}}
"""
_TEXTS = (
    ("First contact", "{{job.title}} at {{company.name}}: would you like to talk?", _FIRST_CONTACT),
    ("Invitation to an interview", "{{candidate.first_name}}, meet the team for {{job.title}}", _INVITATION),
    ("Keeping in touch", "News from {{company.name}} for {{candidate.name}}", _KEEPING_IN_TOUCH),
)


def templates() -> tuple[TemplateRow, ...]:
    """Return the templates, the same in every demo."""
    return tuple(
        {"id": item_id("template", number), "name": name, "subject": subject, "body": body}
        for number, (name, subject, body) in enumerate(_TEXTS)
    )
