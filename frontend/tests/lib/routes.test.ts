import assert from "node:assert/strict";
import { test } from "node:test";
import { routeOf, to } from "../../src/lib/routes";

test("every address that is made leads to what it names", () => {
  assert.deepEqual(routeOf(to.home()), { page: "home" });
  assert.deepEqual(routeOf(to.app("crm")), { page: "app", app: "crm", view: null, row: null });
  assert.deepEqual(routeOf(to.view("crm", "all_clients", 7)), { page: "app", app: "crm", view: "all_clients", row: 7 });
  assert.deepEqual(routeOf(to.table("crm", "clients", 7)), { page: "app", app: "crm", view: null, table: "clients", row: 7 });
  assert.deepEqual(routeOf(to.part("crm", "automations", "reminder")), { page: "part", app: "crm", part: "automations", id: "reminder" });
  assert.deepEqual(routeOf(to.draft("d_1")), { page: "draft", draft: "d_1" });
  assert.deepEqual(routeOf(to.import("i_1")), { page: "import", id: "i_1" });
  assert.deepEqual(routeOf(to.settings("tokens")), { page: "settings", section: "tokens" });
});

test("a view may be called like one of our own pages", () => {
  for (const id of ["versions", "trash", "tables", "views", "settings"]) {
    assert.deepEqual(routeOf(to.view("crm", id)), { page: "app", app: "crm", view: id, row: null }, id);
    assert.deepEqual(routeOf(to.view("crm", id, 3)), { page: "app", app: "crm", view: id, row: 3 }, id);
  }
  assert.equal(routeOf("/a/crm/versions").page, "part");
});

test("an address that names nothing says so", () => {
  assert.deepEqual(routeOf("/nowhere"), { page: "nothing" });
  assert.deepEqual(routeOf("/d"), { page: "nothing" });
});
