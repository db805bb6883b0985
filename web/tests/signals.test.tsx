import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { network, problem } from "./network";
import { ANSWERS, open } from "./open";

const CLEAR = "POST /agent/signals/clear";
const READ = {
  ...ANSWERS,
  "GET /decisions/funnel": () => ({ body: { looks: 0, reasons: [] } }),
};

async function askToClear() {
  open("/signals?show=all");
  await userEvent.click(await screen.findByRole("button", { name: "Clear…" }));
}

test("clearing the list says what it leaves alone, and is done once after a yes", async () => {
  const asked = network({ ...READ, [CLEAR]: () => ({ body: { deleted: 3 } }) });
  await askToClear();
  const dialog = screen.getByRole("dialog", { name: "Clear the list of signals?" });
  expect(dialog).toHaveTextContent("Nothing is bought, sold or rejected");
  expect(asked.some((one) => one.key === CLEAR)).toBe(false);
  await userEvent.click(screen.getByRole("button", { name: "Clear" }));
  expect(await screen.findByText(/The list of signals is cleared/)).toBeInTheDocument();
  expect(asked.filter((one) => one.key === CLEAR)).toHaveLength(1);
});

test.each([
  ["Cancel", () => userEvent.click(screen.getByRole("button", { name: "Cancel" }))],
  ["Escape", () => userEvent.keyboard("{Escape}")],
])("%s clears nothing", async (_, leave) => {
  const asked = network({ ...READ, [CLEAR]: () => ({ body: { deleted: 3 } }) });
  await askToClear();
  await leave();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked.some((one) => one.key === CLEAR)).toBe(false);
});

test("a list that was not cleared is not told as cleared", async () => {
  network({ ...READ, [CLEAR]: () => ({ status: 403, body: problem("scope", "not for you") }) });
  await askToClear();
  await userEvent.click(screen.getByRole("button", { name: "Clear" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("not for you Nothing was changed.");
  expect(screen.queryByText(/is cleared/)).toBeNull();
});

test("what waits cannot be cleared where it is decided on", async () => {
  network(READ);
  open("/signals?show=waiting");
  expect(await screen.findByText("No signal waits")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Clear…" })).toBeNull();
});
