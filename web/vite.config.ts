/** How the dashboard is built, served to developers, and tested. */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { budget } from "./budget.ts";

const api = process.env.VITE_API_URL ?? "http://127.0.0.1:8000";
// Every path of the service that is not a screen: the screens live under /app.
const paths =
  "^/(auth|markets|portfolio|trades|agent|search|webhook|health|decisions|explain|followed|" +
  "signals|orders|fills|settlements|ledger|equity|positions|money|control|limits|transfers|" +
  "commands|audit|costs|skill|version|metrics|openapi.json|docs)([/?]|$)";

export default defineConfig({
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  plugins: [react(), tailwindcss(), budget()],
  build: {
    outDir: "../bayse_agent/web",
    emptyOutDir: true,
    // A file of its own for everything: the pages' policy allows no data in addresses of scripts.
    assetsInlineLimit: 0,
    target: "es2022",
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      // The service asks writing pages where they come from: to it they come from itself.
      [paths]: { target: api, changeOrigin: true, headers: { origin: api } },
      "/ws": { target: api, changeOrigin: true, ws: true, headers: { origin: api } },
    },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["tests/setup.ts"],
    include: ["tests/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
