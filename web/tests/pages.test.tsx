import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { unfit } from "@/pages/settings";
import { network, problem } from "./network";
import { NOW, open, ANSWERS as USUAL } from "./open";

const EFFECTS = [
  { at: "at_once", on: "every later buy" },
  { at: "next_look", on: "what is looked into" },
];
const LIMIT = {
  name: "trades_per_day",
  value: "100",
  unit: "count",
  meaning: "buys a day",
  effects: EFFECTS,
};
const ANSWERS = {
  ...USUAL,
  "GET /limits": () => ({ body: { version: 3, limits: [LIMIT] } }),
};

test("who is not logged in is led to the door", async () => {
  network({
    "GET /auth/me": () => ({ status: 401, body: problem("not_logged_in") }),
    "POST /auth/refresh": () => ({ status: 401, body: problem("not_logged_in") }),
  });
  open("/risk");
  expect(await screen.findByRole("heading", { name: "Log in" })).toBeInTheDocument();
});

test.each([
  [{ status: 401, body: problem("not_logged_in") }, "Name or password is wrong."],
  [{ status: 429, body: problem("too_often") }, "Too many tries"],
  [{ status: 503, body: problem("not_now", "the books cannot be read now") }, "the books cannot"],
])("a login that fails says why: %o", async (answer, words) => {
  network({ "POST /auth/login": () => answer });
  open("/login");
  await userEvent.type(await screen.findByLabelText("Name"), "ada");
  await userEvent.type(screen.getByLabelText("Password"), "wrong{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent(words);
});

test("who has a second factor is asked for a code, and a wrong one says so", async () => {
  const asked = network({
    "POST /auth/login": ({ body }) => {
      const { otp } = body as { otp?: string };
      return { status: 401, body: problem(otp === undefined ? "second_factor" : "wrong_code") };
    },
  });
  open("/login");
  await userEvent.type(await screen.findByLabelText("Name"), "ada");
  await userEvent.type(screen.getByLabelText("Password"), "kettle{Enter}");
  const code = await screen.findByLabelText("Code of your second factor");
  expect(screen.queryByRole("alert")).toBeNull();
  await userEvent.type(code, "123456{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("The code is wrong");
  expect(asked.map((one) => (one.body as { otp?: string } | null)?.otp)).toEqual([
    undefined,
    "123456",
  ]);
});

test("a first login asks for a password of one's own before anything else", async () => {
  const asked = network({
    "POST /auth/login": () => ({ body: { username: "ada", must_change_password: true } }),
    "POST /auth/password": () => ({ body: { ok: true } }),
  });
  open("/login");
  await userEvent.type(await screen.findByLabelText("Name"), "ada");
  await userEvent.type(screen.getByLabelText("Password"), "once{Enter}");
  await userEvent.type(await screen.findByLabelText("New password"), "a long sentence{Enter}");
  expect(await screen.findByText(/The password was changed/)).toBeInTheDocument();
  expect(asked.find((one) => one.key === "POST /auth/password")?.body).toEqual({
    old_password: "once",
    new_password: "a long sentence",
  });
});

test("the mode is a word over every page, and a stream that is down says so", async () => {
  network(ANSWERS);
  open("/settings");
  expect(await screen.findByText("PAPER")).toBeInTheDocument();
  expect((await screen.findAllByText("No live stream."))[0]).toBeInTheDocument();
  expect(screen.getByText(/Halt still works/)).toBeInTheDocument();
});

test("h asks before it halts, but not while something is typed; g r goes to risk", async () => {
  network(ANSWERS);
  open("/settings");
  const field = await screen.findByLabelText(/trades per day/);
  await userEvent.type(field, "h");
  expect(screen.queryByRole("dialog")).toBeNull();
  field.blur();
  await userEvent.keyboard("gr");
  await waitFor(() => expect(location.pathname).toBe("/app/risk"));
  await userEvent.keyboard("h");
  expect(await screen.findByRole("dialog")).toHaveTextContent("Halt trading?");
});

test("a limit is changed only after its difference was shown and a reason given", async () => {
  const asked = network({
    ...ANSWERS,
    "POST /limits": () => ({ body: { id: "c", status: "DONE", result: {} } }),
  });
  open("/settings");
  const field = await screen.findByLabelText(/trades per day/);
  await userEvent.clear(field);
  await userEvent.type(field, "90");
  await userEvent.click(screen.getByRole("button", { name: "Save…" }));
  expect(screen.getByRole("dialog")).toHaveTextContent("100 90");
  const go = screen.getByRole("button", { name: "Put in force" });
  expect(go).toBeDisabled();
  await userEvent.type(screen.getByLabelText("Reason"), "fewer");
  await userEvent.click(go);
  expect(await screen.findByText("The new limits are in force.")).toBeInTheDocument();
  expect(asked.find((one) => one.key === "POST /limits")?.body).toEqual({
    changes: { trades_per_day: "90" },
    reason: "fewer",
  });
});

test("beside each setting, and in the difference, stands when a change of it counts", async () => {
  network({
    ...ANSWERS,
    "GET /health/parts": () => ({
      body: { now: NOW, mode: "paper", parts: [], facts: { scan: "every 60 s" } },
    }),
  });
  open("/settings");
  const field = await screen.findByLabelText(/trades per day/);
  expect(field).toHaveAccessibleDescription(/At once: every later buy.*At the next look: what is/);
  const started = await screen.findByRole("region", { name: "Facts" });
  expect(await within(started).findByText("every 60 s")).toHaveTextContent("At the next start");
  await userEvent.type(field, "0");
  await userEvent.click(screen.getByRole("button", { name: "Save…" }));
  const dialog = screen.getByRole("dialog");
  expect(dialog).toHaveTextContent("At once: every later buy");
  expect(dialog).toHaveTextContent("At the next look: what is looked into");
});

test("limits that were refused and are changed again are another wish", async () => {
  const refused = { id: "c", status: "REFUSED", result: { reason: "min_price is above it" } };
  const asked = network({
    ...ANSWERS,
    "POST /limits": () => ({ status: 409, body: refused }),
  });
  open("/settings");
  const field = await screen.findByLabelText(/trades per day/);
  async function save(text: string) {
    await userEvent.clear(field);
    await userEvent.type(field, text);
    await userEvent.click(screen.getByRole("button", { name: "Save…" }));
    const reason = screen.getByLabelText("Reason");
    if (!(reason as HTMLInputElement).value) await userEvent.type(reason, "try");
    await userEvent.click(screen.getByRole("button", { name: "Put in force" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("min_price is above it");
  }
  await save("90");
  await userEvent.click(screen.getByRole("button", { name: "Put in force" }));
  await waitFor(() => expect(sent()).toHaveLength(2));
  await userEvent.keyboard("{Escape}");
  await save("91");
  function sent() {
    return asked.filter((one) => one.key === "POST /limits");
  }
  const [first, again, other] = sent().map((one) => one.headers.get("Idempotency-Key"));
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test.each([
  ["part of the bankroll, 0 to 1", "0.3", true],
  ["part of the bankroll, 0 to 1", "30", false],
  ["count", "abc", false],
  ["percent, 0 to 100", "120", false],
  ["names, separated by commas", "", true],
])("a limit in %s of %j fits: %s", (unit, text, isFit) => {
  expect(unfit({ unit }, text) === null).toBe(isFit);
});
