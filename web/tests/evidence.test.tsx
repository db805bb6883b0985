import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Piece } from "@/api/types";
import { network, problem } from "./network";
import { ANSWERS, NOW, open } from "./open";

const PIECE: Piece = {
  id: "p1",
  title: "The minister resigns",
  publisher: "paper.example",
  url: "https://paper.example/a",
  excerpt: "He said so himself.",
  source: "feeds",
  fate: "used",
  uses: 2,
  market: "Will the minister resign?",
  market_id: "m1",
  decision: 7,
  forecast_id: "f1",
  fetched_at: NOW,
  published_at: null,
  used_at: NOW,
};
const COST = {
  day: "2026-06-10",
  model: "m-1",
  purpose: "judge",
  calls: 2,
  unsettled: 0,
  tokens_in: 10,
  tokens_out: 5,
  cost: "0.01",
};
const READ = {
  ...ANSWERS,
  "GET /costs": () => ({ body: [] }),
  "GET /costs/caps": () => ({ body: { caps: [] } }),
  "GET /evidence": () => ({ body: { items: [PIECE], next: null } }),
  "GET /evidence/left-out": () => ({ body: { reasons: [], missing: [] } }),
};
const mode = (name: string) => () => ({ body: { version: "1", mode: name, currency: "NGN" } });

test.each([
  ["demo", [], "In a demo a scripted model answers, and it costs nothing"],
  ["paper", [], "No language model was ever asked"],
  ["demo", [COST], "Paid models were asked 2 times on the last 31 days with any costs"],
  ["live", [COST], "Paid models were asked 2 times on the last 31 days with any costs"],
])("in %s with costs %j it is told who was asked", async (name, costs, title) => {
  network({ ...READ, "GET /version": mode(name), "GET /costs": () => ({ body: costs }) });
  open("/evidence");
  expect(await screen.findByRole("heading", { level: 1, name: title })).toBeInTheDocument();
});

test("a piece says who wrote it, how it was found, what became of it and for which market", async () => {
  network(READ);
  open("/evidence");
  const row = (await screen.findByText("The minister resigns")).closest("li");
  expect(row).toHaveTextContent("paper.example, found by feeds; it moved a forecast (2 times)");
  expect(row).toHaveTextContent("last for Will the minister resign?");
  expect(row).toHaveTextContent("no date");
  expect(screen.getByRole("link", { name: "paper.example" })).toHaveAttribute(
    "rel",
    "noopener noreferrer",
  );
});

test("the whole text is read when it is asked for, with what was taken from it", async () => {
  const use = {
    forecast_id: "f1",
    author: "llm",
    market: "Will the minister resign?",
    claim: "he said so",
    contribution: 0.4,
  };
  const asked = network({
    ...READ,
    "GET /evidence/p1": () => ({ body: { texts: [{ text: "All of it." }], uses: [use] } }),
  });
  open("/evidence");
  await userEvent.click(await screen.findByRole("button", { name: "Whole text" }));
  const whole = (await screen.findByText("All of it.")).parentElement;
  expect(whole).toHaveTextContent(
    "llm took from it for Will the minister resign?: “he said so”, +0.4000 in log-odds",
  );
  expect(asked.filter((one) => one.key === "GET /evidence/p1")).toHaveLength(1);
});

test("a text that cannot be read is told as an error, not as one that is not kept", async () => {
  network({
    ...READ,
    "GET /evidence/p1": () => ({ status: 403, body: problem("scope", "not for you") }),
  });
  open("/evidence");
  await userEvent.click(await screen.findByRole("button", { name: "Whole text" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The text could not be read");
  expect(screen.queryByText(/not kept any more/)).toBeNull();
});

test("a filter is asked of the service, and nothing found is not everything", async () => {
  const asked = network({
    ...READ,
    "GET /evidence": ({ url }) => {
      const isQuoted = new URL(url).searchParams.get("status") === "quoted";
      return { body: { items: isQuoted ? [] : [PIECE], next: null } };
    },
  });
  open("/evidence");
  await screen.findByText("The minister resigns");
  await userEvent.selectOptions(screen.getByLabelText("What became of it"), "Quoted");
  expect(await screen.findByText("Nothing of this kind was read")).toBeInTheDocument();
  await waitFor(() => expect(screen.queryByText("The minister resigns")).toBeNull());
  expect(asked.filter((one) => one.key === "GET /evidence")).toHaveLength(2);
});
