"""A small firm's app, and three automations that people open and speak about."""

from typing import Any

from sayso.builder.planner import Wish
from sayso.spec.app import App, app_from
from sayso.spec.automation import Automation
from sayso.spec.change import completed_app
from tests.builder.planner.ruled import plan

_FIRM: Any = {
    "name": "Firm",
    "tables": [
        {"name": "Clients", "fields": ["Name", {"Email": "email"}, {"Phone": "phone"}]},
        {"name": "Deals", "fields": ["Title", {"name": "Client", "kind": "link", "to": "Clients"}, {"Amount": "money"}, {"name": "Stage", "kind": "select", "options": ["Open", "Won", "Lost"]}, {"Owner": "person"}, {"Close date": "date"}]},
        {"name": "Tickets", "fields": ["Subject", {"Customer email": "email"}, {"name": "Status", "kind": "select", "options": ["New", "In progress", "Done"]}, {"name": "Priority", "kind": "select", "options": ["Low", "Urgent"]}, {"Assignee": "person"}, {"Details": "long_text"}, {"Reply": "long_text"}, {"Created": "date"}]},
        {"name": "Orders", "fields": [{"name": "Number", "kind": "text", "unique": True}, {"Total": "money"}, "Customer", {"Paid": "checkbox"}]},
        {"name": "Invoices", "fields": ["Number", {"Amount": "money"}, {"Due date": "date"}, {"name": "Status", "kind": "select", "options": ["Draft", "Sent", "Paid"]}, {"name": "Client", "kind": "link", "to": "Clients"}]},
        {"name": "Tasks", "fields": ["Name", {"Due": "date"}, {"Done": "checkbox"}, {"name": "Deal", "kind": "link", "to": "Deals"}]},
    ],
    "views": [
        {"name": "Urgent tickets", "kind": "grid", "table": "Tickets"},
        {"name": "Contact form", "kind": "form", "table": "Tickets", "fields": ["Subject", "Customer email"]},
    ],
    "slots": [{"id": "text", "name": "Text"}],
    "coworkers": [{"id": "scout", "name": "Scout", "instructions": "Finds things out."}],
}  # fmt: skip
FIRM: App = completed_app(app_from(_FIRM))


def _rule(words: str) -> Automation:
    return plan(Wish(words, app=FIRM)).spec.automations[-1]


RULES = {
    "report": _rule("every Monday at 9 e-mail me a summary of open deals"),
    "won": _rule("When a deal is won, e-mail Ana and post in #sales on Slack"),
    "due": _rule("3 days before the due date of an invoice, e-mail the client a reminder"),
}
