import { svelte } from "@sveltejs/vite-plugin-svelte";
import { resolve } from "node:path";
import { defineConfig } from "vite";
import { lucide } from "./plugins/lucide";

const server = process.env.SAYSO_URL ?? "http://127.0.0.1:8700";

export default defineConfig({
  base: "/static/",
  plugins: [lucide(resolve(import.meta.dirname, "src/lib/icons.ts")), svelte()],
  build: {
    outDir: process.env.OUT_DIR ?? resolve(import.meta.dirname, "../src/sayso/web/static"),
    emptyOutDir: true,
    assetsInlineLimit: 0, // fonts and pictures stay files: the CSP allows no data: fonts
    modulePreload: { polyfill: false },
    target: "es2022",
    rollupOptions: { input: ["index.html", "src/public.ts"] },
    manifest: "manifest.json", // the size test reads which files make up the first screen
  },
  server: {
    fs: { allow: [".", "../src/sayso/web/pages/look"] },
    proxy: {
      "/api": { target: server, ws: true },
      "/f": server,
      "/sign-in": server,
      "/signin": server,
    },
  },
});
