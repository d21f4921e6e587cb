"""The app that tests of rows are about: clients and their deals, with a field of every kind."""

from sayso.spec.app import App, app_from

CRM: App = app_from(
    """
id: crm
name: CRM
zone: Europe/Berlin
tables:
  - id: clients
    name: Clients
    fields:
      - {kind: text, id: name, name: Name, required: true}
      - {kind: email, id: email, name: E-mail, unique: true}
      - {kind: select, id: city, name: City, options: [{id: berlin, name: Berlin}, {id: oslo, name: Oslo}]}
      - {kind: link, id: deals, name: Deals, to: deals, many: true, reverse: client}
      - {kind: rollup, id: worth, name: Worth, link: deals, field: amount, summary: sum}
      - {kind: rollup, id: won, name: Won deals, link: deals, summary: count, where: [{field: stage, op: is, value: won}]}
      - {kind: lookup, id: stages, name: Stages, link: deals, field: stage}
  - id: deals
    name: Deals
    fields:
      - {kind: text, id: title, name: Title, required: true}
      - {kind: long_text, id: notes, name: Notes}
      - {kind: money, id: amount, name: Amount, currency: EUR}
      - {kind: number, id: qty, name: Qty, minimum: 0}
      - {kind: percent, id: chance, name: Chance}
      - {kind: date, id: due, name: Due}
      - {kind: datetime, id: met, name: Met, zone: Europe/Berlin}
      - {kind: duration, id: spent, name: Spent}
      - {kind: checkbox, id: signed, name: Signed}
      - {kind: select, id: stage, name: Stage, default: open, options: [{id: open, name: Open}, {id: won, name: Won}, {id: lost, name: Lost}]}
      - {kind: multi_select, id: tags, name: Tags, options: [{id: film, name: Film}, {id: photo, name: Photo}, {id: web, name: Web site}]}
      - {kind: rating, id: stars, name: Stars}
      - {kind: phone, id: phone, name: Phone}
      - {kind: url, id: page, name: Page}
      - {kind: person, id: owner, name: Owner, default: me}
      - {kind: person, id: team, name: Team, many: true}
      - {kind: link, id: client, name: Client, to: clients, reverse: deals}
      - {kind: lookup, id: town, name: Town, link: client, field: city}
      - {kind: formula, id: total, name: Total, formula: "{Amount} * {Qty}"}
      - {kind: formula, id: late, name: Late, formula: "IF({Due} < TODAY(), 'late', 'fine')"}
      - {kind: file, id: papers, name: Papers}
      - {kind: autonumber, id: number, name: Number, prefix: D-}
      - {kind: created_at, id: made, name: Made}
      - {kind: created_by, id: maker, name: Maker}
      - {kind: updated_at, id: touched, name: Touched}
      - {kind: updated_by, id: toucher, name: Toucher}
"""
)
