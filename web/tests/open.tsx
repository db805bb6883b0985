/** Opens a page of the dashboard by its address, over a service that has little to tell. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type RenderResult, render } from "@testing-library/react";
import { vi } from "vitest";
import { makeQueries } from "@/app";
import { Toasts } from "@/parts/toasts";
import { makeRouter } from "@/router";
import { problem } from "./network";

export const NOW = "2026-06-10T12:00:00Z";
export const ANSWERS = {
  "GET /auth/me": () => ({ body: { username: "ada", must_change_password: false } }),
  "GET /control": () => ({
    body: { state: "ARMED", reason: "start", epoch: 1, kill_switch: null, mode: "paper", at: NOW },
  }),
  "GET /health/parts": () => ({ body: { now: NOW, mode: "paper", parts: [], facts: {} } }),
  "GET /agent/status": () => ({ body: { now: NOW } }),
  "GET /version": () => ({ body: { version: "1", mode: "paper", currency: "NGN" } }),
  "GET /positions": () => ({ body: [] }),
  "GET /signals": () => ({ body: { items: [], next: null } }),
  "POST /auth/ticket": () => ({ status: 503, body: problem("not_now") }),
};

export function open(path: string): RenderResult {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  history.replaceState(null, "", `/app${path}`);
  const queries = makeQueries();
  return render(
    <QueryClientProvider client={queries}>
      <Toasts>
        <RouterProvider router={makeRouter(queries)} />
      </Toasts>
    </QueryClientProvider>,
  );
}
