import assert from "node:assert/strict";
import { test } from "node:test";
import type { App, ChangeStep } from "../../src/lib/spec";
import { leads, pointingFirst, summaryOf, tableBoxes, without } from "../../src/screens/builder/outline";

const clients = { id: "clients", name: "Clients", fields: [{ id: "name", name: "Name", kind: "text" }, { id: "notes", name: "Notes", kind: "long_text" }] };
const before = { id: "crm", name: "CRM", tables: [clients, { id: "jobs", name: "Jobs", fields: [{ id: "client", name: "Client", kind: "link", to: "clients" }] }], views: [{ id: "all", name: "All", kind: "grid", table: "clients" }] } as unknown as App;

test("a new app is new throughout", () => {
  const boxes = tableBoxes(null, before);
  assert.deepEqual(boxes.map((box) => [box.table.id, box.mark, box.fields.length, box.kept]), [["clients", "new", 2, 0], ["jobs", "new", 1, 0]]);
  assert.equal(summaryOf(null, before), "Adds 2 tables, 3 fields and 1 view");
});

test("a change shows what it touches, counts what stays, and names what goes", () => {
  const after = { ...before, tables: [{ ...clients, fields: [{ id: "name", name: "Full name", kind: "text" }, { id: "phone", name: "Phone", kind: "phone" }] }], views: before.views } as unknown as App;
  const [box, gone] = tableBoxes(before, after);
  assert.deepEqual(box?.fields.map((line) => [line.field.id, line.mark]), [["name", "changed"], ["phone", "new"], ["notes", "gone"]]);
  assert.equal(gone?.mark, "gone");
  assert.equal(summaryOf(before, after), "Adds 1 field, changes 1 field, removes 1 table and 1 field");
  assert.equal(summaryOf(before, before), "Changes nothing");
});

test("a part that would be lost can be kept, with what hangs on it", () => {
  const steps: ChangeStep[] = [
    { do: "remove", part: "field", table: "jobs", id: "client" },
    { do: "remove", part: "view", id: "all" },
    { do: "remove", part: "table", id: "clients" },
    { do: "rename", part: "app", id: "crm", name: "Desk" },
  ];
  assert.deepEqual(without(steps, "tables/clients", before), [steps[3]]);
  assert.deepEqual(without(steps, "tables/jobs/fields/client", before), steps.slice(1));
  assert.deepEqual(without(steps, "tables/else", before), steps);
});

test("tables that point stand before those they point at, also when links go round", () => {
  const link = (id: string, to: string, many = false, reverse?: string) => ({ id, name: id, kind: "link", to, many, reverse });
  const spec = { id: "x", name: "X", tables: [
    { id: "clients", name: "Clients", fields: [link("jobs", "jobs", true, "client")] },
    { id: "jobs", name: "Jobs", fields: [link("client", "clients", false, "jobs")] },
    { id: "hours", name: "Hours", fields: [link("job", "jobs")] },
  ] } as unknown as App;
  assert.deepEqual(pointingFirst(spec, tableBoxes(null, spec)).map((box) => box.table.id), ["hours", "jobs", "clients"]);
  const jobs = spec.tables![1]!;
  assert.equal(leads(spec, jobs, jobs.fields![0]!), true);
  assert.equal(leads(spec, spec.tables![0]!, spec.tables![0]!.fields![0]!), false);
  const round = { id: "x", name: "X", tables: [{ id: "a", name: "A", fields: [link("b", "b")] }, { id: "b", name: "B", fields: [link("a", "a")] }] } as unknown as App;
  assert.equal(pointingFirst(round, tableBoxes(null, round)).length, 2);
});
