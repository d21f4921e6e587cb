// Runs the tests of the pure modules: bundles each tests/*.test.ts and hands them to Node's own test runner.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "vite";

const here = import.meta.dirname;
const out = mkdtempSync(join(tmpdir(), "sayso-tests-"));
const wanted = process.argv.slice(2);
const input = readdirSync(here, { recursive: true })
  .filter((name) => name.endsWith(".test.ts") && (!wanted.length || wanted.some((part) => name.includes(part))))
  .map((name) => resolve(here, name));
try {
  await build({
    configFile: false, logLevel: "error", publicDir: false, root: resolve(here, ".."),
    build: { ssr: true, outDir: out, emptyOutDir: true, minify: false, rollupOptions: { input, output: { entryFileNames: "[name].mjs" } } },
  });
  const files = readdirSync(out).filter((name) => name.endsWith(".test.mjs")).map((name) => join(out, name));
  process.exitCode = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit", env: { ...process.env, TZ: "America/New_York" } }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
