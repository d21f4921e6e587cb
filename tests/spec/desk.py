"""The client desk of Northlight, a lamp shop: small enough to read, with a bit of everything."""

from sayso.spec.app import App, app_from
from sayso.spec.change import Change, completed_app

DESK: App = completed_app(
    app_from("""
name: Client desk
tables:
- name: Clients
  fields:
  - Name
  - {name: Phone, kind: phone}
  - {name: Worth, kind: money}
  - {name: Open work, kind: rollup, link: Projects, field: Budget, summary: sum}
  - {name: Projects, kind: link, to: Projects, many: true, reverse: Client}
  - {name: Share, kind: formula, formula: "{Open work} / {Worth}"}
- name: Projects
  fields:
  - Title
  - {name: Client, kind: link, to: Clients, reverse: Projects}
  - {name: Stage, kind: select, options: [Open, Won, Lost], default: Open}
  - {name: Budget, kind: money}
  - {name: Due, kind: date}
  - {name: Client phone, kind: lookup, link: Client, field: Phone}
  - {name: Call, kind: formula, formula: '{Title} & ": " & {Client}.{Phone}'}
views:
- {name: Pipeline, kind: board, table: Projects, by: Stage, filter: [{field: Stage, op: any_of, value: [Open, Won]}]}
- {name: Due dates, kind: calendar, table: Projects, start: Due}
- {name: All clients, kind: grid, table: Clients, filter: [{field: Worth, op: gt, value: 100}], sorts: [-Worth], hidden: [Phone]}
- {name: New project, kind: form, table: Projects, fields: [Title, Client, Budget]}
- name: Overview
  kind: dashboard
  tiles:
  - {name: Won, kind: number, table: Projects, measure: {summary: sum, field: Budget}, filter: [{field: Stage, op: is, value: Won}]}
  - {name: By stage, kind: chart, table: Projects, by: Stage}
automations:
- name: Congratulate
  on: true
  trigger: {kind: row_changed, table: Projects, fields: [Stage], filter: [{field: Stage, op: is, value: Won}]}
  steps: [{kind: send_email, to: everyone, subject: "{Title} is won", body: "Don't forget {Client}.{Phone}"}]
- name: Clear out
  on: true
  trigger: {kind: schedule, cron: "0 9 * * 1"}
  steps: [{kind: delete_row, table: Projects, filter: [{field: Stage, op: is, value: Lost}]}]
roles:
- {name: Sales, rights: [{table: Projects, may: edit, rows: [{field: Stage, op: is, value: Open}]}]}
""")
)


def change(*steps: dict[str, object]) -> Change:
    return Change.model_validate({"title": "A change", "steps": list(steps)})


def field(do: str, table: str, id: str, **more: object) -> dict[str, object]:
    return {"do": do, "part": "field", "table": table, "id": id, **more}
