import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Quote } from "@/api/types";
import { TradeCard } from "@/pages/market-trade";
import { network, problem } from "./network";
import { ANSWERS, NOW } from "./open";
import { within } from "./within";

const QUOTE = "POST /trades/quote";
const TRADE = "POST /trades";
const SIDES = {
  id: "m1",
  eventId: "e1",
  labels: ["Up", "Down"] as [string, string],
  outcomes: ["o1", "o2"] as [string, string],
};
const TOLD: Quote = {
  as_of: NOW,
  average_price: "0.48",
  break_even: "0.512",
  cash: "1000.00",
  currency: "NGN",
  engine: "clob",
  fee: "14.30",
  gain: "1050",
  is_refused: false,
  market_price: "0.48",
  payout: "2050.00",
  refusals: [],
  shares: "20.5",
  stake: "1000",
  worst_price: "0.49",
};
const ORDER = { id: "x", status: "FILLED", filledSize: 20.5 };

async function askFor(sum: string, belief: number | null = 0.6) {
  within(<TradeCard sides={SIDES} belief={belief} isOpen />);
  await userEvent.type(await screen.findByLabelText("Stake, NGN"), sum);
  await userEvent.click(screen.getByRole("button", { name: /^Buy Up/ }));
}

test("a bet by hand shows fee, worst price and break-even before it asks for a word", async () => {
  const asked = network({ ...ANSWERS, [QUOTE]: () => ({ body: TOLD }) });
  await askFor("1000");
  const dialog = await screen.findByRole("dialog", { name: "Buy Up for ₦1,000.00?" });
  await screen.findByText("₦14.30");
  for (const [name, value] of [
    ["You spend, fee inside", "₦1,000.00"],
    ["Fee", "₦14.30"],
    ["Worst price", "49.0 %"],
    ["If it wins, it pays", "₦2,050.00"],
    ["Must win to break even", "51.2 %"],
    ["The agent says", "60.0 %"],
  ] as const) {
    expect(screen.getByText(name).nextElementSibling).toHaveTextContent(value);
  }
  expect(dialog).toHaveTextContent(/quoted 0 s ago|quoted .* ago/);
  expect(asked.some((one) => one.key === TRADE)).toBe(false);
  const query = new URL(asked.find((one) => one.key === QUOTE)?.url ?? "").searchParams;
  expect(Object.fromEntries(query)).toEqual({
    event_id: "e1",
    market_id: "m1",
    outcome: "o1",
    amount: "1000",
  });
});

test("saying yes sends what was quoted, once and under a key", async () => {
  const asked = network({
    ...ANSWERS,
    [QUOTE]: () => ({ body: TOLD }),
    [TRADE]: () => ({ body: ORDER }),
  });
  await askFor("1000");
  await screen.findByText("₦14.30");
  await userEvent.click(screen.getByRole("button", { name: "Buy for ₦1,000.00" }));
  expect(await screen.findByText("Bought Up for ₦1,000.00.")).toBeInTheDocument();
  const sent = asked.filter((one) => one.key === TRADE);
  expect(sent).toHaveLength(1);
  expect(sent[0]?.headers.get("Idempotency-Key")).toHaveLength(32);
  expect(new URL(sent[0]?.url ?? "").searchParams.get("amount")).toBe("1000");
});

test.each([
  ["Cancel", () => userEvent.click(screen.getByRole("button", { name: "Cancel" }))],
  ["Escape", () => userEvent.keyboard("{Escape}")],
])("%s after the quote sends nothing", async (_, leave) => {
  const asked = network({ ...ANSWERS, [QUOTE]: () => ({ body: TOLD }) });
  await askFor("1000");
  await screen.findByText("₦14.30");
  await leave();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked.some((one) => one.key === TRADE)).toBe(false);
});

test("there is nothing to say yes to before the quote has come, nor when it cannot come", async () => {
  const answer = { status: 502, body: problem("venue", "the venue does not answer") };
  network({ ...ANSWERS, [QUOTE]: () => answer });
  await askFor("1000");
  expect(screen.getByRole("button", { name: "Buy for ₦1,000.00" })).toBeDisabled();
  expect(await screen.findByRole("alert")).toHaveTextContent("the venue does not answer");
  expect(screen.getByRole("button", { name: "Buy for ₦1,000.00" })).toBeDisabled();
  expect(screen.queryByText("Must win to break even")).toBeNull();
});

test("a quote that a limit refuses says which, and cannot be bought", async () => {
  const refusals = [{ check: "refused_exposure", limit: "500", numbers: { stake: "1000" } }];
  const body = { ...TOLD, is_refused: true, refusals };
  network({ ...ANSWERS, [QUOTE]: () => ({ body }) });
  await askFor("1000");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("too much at risk in all stake 1000; limit 500");
  expect(screen.getByRole("button", { name: "Buy for ₦1,000.00" })).toBeDisabled();
});

test.each([
  [0.5, true],
  [0.6, false],
  [null, false],
])("an agent that says %s of a bet that needs 51.2 %% warns: %s", async (belief, warns) => {
  network({ ...ANSWERS, [QUOTE]: () => ({ body: TOLD }) });
  await askFor("1000", belief);
  await screen.findByText("Must win to break even");
  expect(screen.queryByText(/would not place this bet/) !== null).toBe(warns);
});

test("a quote that was refused afterwards is not the one that is bought by a second yes", async () => {
  let isGone = false;
  network({
    ...ANSWERS,
    [QUOTE]: () =>
      isGone ? { status: 409, body: problem("closed", "it closed") } : { body: TOLD },
    [TRADE]: () => {
      isGone = true;
      return { status: 409, body: problem("refused", "not placed: price_moved") };
    },
  });
  await askFor("1000");
  await screen.findByText("₦14.30");
  await userEvent.click(screen.getByRole("button", { name: "Buy for ₦1,000.00" }));
  expect(await screen.findByText("it closed")).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Buy for ₦1,000.00" })).toBeDisabled();
  expect(screen.queryByText("₦14.30")).toBeNull();
});

test("an order that found no match is never told as bought", async () => {
  const body = { id: "x", status: "EXPIRED", filledSize: 0 };
  network({ ...ANSWERS, [QUOTE]: () => ({ body: TOLD }), [TRADE]: () => ({ body }) });
  await askFor("1000");
  await screen.findByText("₦14.30");
  await userEvent.click(screen.getByRole("button", { name: "Buy for ₦1,000.00" }));
  expect(await screen.findByText(/Refused: lapsed/)).toBeInTheDocument();
  expect(screen.queryByText(/^Bought/)).toBeNull();
});

test.each(["0", "0.00", "-5", "1e3", "1.234", "1,000"])("no quote is asked for %j", async (sum) => {
  const asked = network({ ...ANSWERS, [QUOTE]: () => ({ body: TOLD }) });
  await askFor(sum);
  expect(screen.getByRole("button", { name: "Buy Up…" })).toBeDisabled();
  expect(asked.some((one) => one.key === QUOTE)).toBe(false);
});
