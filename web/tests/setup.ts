/** What every test stands on: a browser's missing parts, and a network that answers nothing unasked. */
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";

// On a machine that is busy with other things, the first look at a page may take its time.
configure({ asyncUtilTimeout: 10_000 });

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network in tests")));
  vi.stubGlobal("scrollTo", () => undefined);
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
