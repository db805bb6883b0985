import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { describe, expect, test, vi } from "vitest";
import type { Cap, LimitUse, Proven } from "@/api/types";
import { makeQueries } from "@/app";
import { CapsCard } from "@/pages/evidence-caps";
import { LeftOutCard } from "@/pages/evidence-pieces";
import { ProofCard } from "@/pages/performance-proof";
import { LimitsCard } from "@/pages/risk-limits";
import { LogCard } from "@/pages/system-log";
import { NoticesCard } from "@/pages/system-notices";
import { network, problem } from "./network";
import { ANSWERS, NOW } from "./open";
import { within } from "./within";

const PROVEN: Proven = {
  author: "pool",
  trades: true,
  stage: "small",
  capital: 0.25,
  forecasts: 1200,
  markets: 340,
  looks: 41,
  since: NOW,
  until: NOW,
  path: [1, 3, 24],
  for_us: { now: 24, best: 26, threshold: 20, by_luck: 0.04, is_proof: true, meaning: "It knows." },
  against_us: { now: 0.5, best: 1, threshold: 20, by_luck: 1, is_proof: false, meaning: "No." },
  brier: { own: 0.2, market: 0.21, difference: 0.01, error: null, forecasts: 1200 },
  log_loss: null,
  edge: { claimed: 0.03, realised: 0.02, error: 0.01, forecasts: 1200, ratio: 0.67 },
  closing_line: null,
  halting: { against: 21, threshold: 20, halts: true, looks: 41, since: NOW },
  next: {
    stage: "full",
    capital: 1,
    needs: [
      { name: "settled bets", want: 300, have: 120, is_met: false },
      { name: "e-value for us", want: 20, have: 26, is_met: true },
    ],
  },
  weights: [],
};
const PROOF = { at: NOW, goes_by_proof: true, settled: 1200, authors: [PROVEN] };

const USE: LimitUse = {
  name: "max_exposure",
  value: "0.50",
  value_unit: "part of the bankroll, 0 to 1",
  meaning: "positions and live orders",
  counts: "what they cost",
  unit: "NGN",
  used: "45000",
  most: "50000",
  fraction: "0.9",
  room: "5000",
  refuses: false,
  where: null,
  check: "refused_exposure",
  refused_lately: 3,
  inputs: {},
};
const FULL = {
  ...USE,
  name: "max_market_part",
  used: "5000",
  most: "5000",
  fraction: "1",
  room: "0",
  refuses: true,
  where: { around: "market", id: "m1", market_id: "m1", market: "SOL above $141" },
};
const SINGLE = {
  ...USE,
  name: "max_quote_age_s",
  value: "3",
  value_unit: "seconds",
  unit: "",
  used: null,
  most: null,
  fraction: null,
  room: null,
  refuses: null,
  refused_lately: 0,
};
const LIMITS = {
  version: 4,
  at: NOW,
  day_began: NOW,
  currency: "NGN",
  bankroll: "100000",
  state: "ARMED",
  refused_by: [],
  unreadable: [],
  limits: [USE, FULL, SINGLE],
};

const CAP: Cap = {
  name: "models",
  span: "day",
  unit: "USD",
  setting: "AI_DAILY_CAP_USD",
  cap: "1",
  used: "1.02",
  reserved: "0.02",
  left: "0",
  fraction: "1.02",
  calls: 12,
  open_calls: 1,
  is_used_up: true,
  renews_at: "2026-06-10T14:00:00Z",
};
const CAPS = { at: NOW, zone: "UTC", day: "d", month: "m", look_usd: "0.01", caps: [CAP] };
const FREE = { ...CAP, name: "feeds", cap: null, fraction: null, is_used_up: false };
const UNCAPPED = { ...FREE, open_calls: 0, renews_at: null };

const TOLD = {
  is_on: true,
  least: "warning",
  addresses: [{ number: 1, scheme: "tgram" }],
  kinds: [{ kind: "fill", meaning: "a bet was filled", level: "info", is_told: false }],
};
const LINE = {
  number: 9,
  at: NOW,
  level: "error",
  event: "pass_died",
  fields: { intent_id: "i-7" },
};
const LOG = { items: [LINE], kept: 500, written: 1234, next: null };
const LEFT_OUT = { reasons: [{ name: "too_old", count: 3 }], missing: [{ name: "x", count: 1 }] };

interface Case {
  card: () => ReactNode;
  path: string;
  what: string;
  body: object;
  /** What a full card shows, and what an empty one says; null where it is never empty. */
  shows: RegExp;
  empty: [object, string] | null;
}
const CASES: Record<string, Case> = {
  proof: {
    card: () => <ProofCard />,
    path: "GET /skill/proof",
    what: "Proof",
    body: PROOF,
    shows: /Small stakes/,
    empty: [{ ...PROOF, authors: [], settled: 0 }, "Nothing is proven yet, for or against"],
  },
  limits: {
    card: () => <LimitsCard />,
    path: "GET /limits/use",
    what: "Limits",
    body: LIMITS,
    shows: /max exposure/,
    empty: null,
  },
  caps: {
    card: () => <CapsCard />,
    path: "GET /costs/caps",
    what: "Caps",
    body: CAPS,
    shows: /models, each day/,
    empty: [{ ...CAPS, caps: [] }, "Nothing that costs money is asked"],
  },
  "left out": {
    card: () => <LeftOutCard />,
    path: "GET /evidence/left-out",
    what: "Left out",
    body: LEFT_OUT,
    shows: /too old/,
    empty: [{ reasons: [], missing: [] }, "Nothing was left out"],
  },
  notices: {
    card: () => <NoticesCard />,
    path: "GET /notifications",
    what: "Notifications",
    body: TOLD,
    shows: /tgram; from warning on/,
    empty: null,
  },
  log: {
    card: () => <LogCard />,
    path: "GET /logs",
    what: "Log of the program",
    body: LOG,
    shows: /pass_died/,
    empty: [{ ...LOG, items: [] }, "Nothing of this kind was logged"],
  },
};

describe.each(Object.entries(CASES))(
  "the card of %s",
  (_, { card, path, what, body, shows, empty }) => {
    const region = () => screen.findByRole("region", { name: what });

    test("shows nothing but that it is being read until it was", async () => {
      vi.stubGlobal("fetch", () => new Promise(() => undefined));
      within(card());
      const shown = await region();
      expect(shown).toHaveAttribute("aria-busy", "true");
      expect(shown).not.toHaveTextContent(shows);
      if (empty) expect(shown).not.toHaveTextContent(empty[1]);
    });

    test("never shows an error as nothing, and names the request", async () => {
      network({
        ...ANSWERS,
        [path]: () => ({ status: 403, body: problem("scope", "not for you") }),
      });
      within(card());
      const alert = await screen.findByRole("alert");
      expect(alert).toHaveTextContent(`${what} could not be read`);
      expect(alert).toHaveTextContent("not for you");
      expect(alert).toHaveTextContent("r-1");
      if (empty) expect(await region()).not.toHaveTextContent(empty[1]);
    });

    test("keeps what it knew, and says that it is old, when it cannot be read again", async () => {
      let isUp = true;
      network({
        ...ANSWERS,
        [path]: () => (isUp ? { body } : { status: 403, body: problem("scope") }),
      });
      const queries = makeQueries();
      within(card(), queries);
      await waitFor(async () => expect(await region()).toHaveTextContent(shows));
      isUp = false;
      await act(() => queries.invalidateQueries());
      expect(await screen.findByText(/could not be read again/)).toBeInTheDocument();
      expect(await region()).toHaveClass("is-stale");
      expect(await region()).toHaveTextContent(shows);
    });
  },
);

const EMPTY = Object.entries(CASES).flatMap(([name, one]) =>
  one.empty === null ? [] : [[name, one, ...one.empty] as const],
);

test.each(EMPTY)(
  "the card of %s says in words that there is nothing",
  async (_, one, body, words) => {
    network({ ...ANSWERS, [one.path]: () => ({ body }) });
    within(one.card());
    const region = await screen.findByRole("region", { name: one.what });
    await waitFor(() => expect(region).toHaveTextContent(words));
  },
);

async function shown(name: string, body: object = CASES[name]?.body ?? {}) {
  const { card, path, what, shows } = CASES[name] as Case;
  network({ ...ANSWERS, [path]: () => ({ body }) });
  within(card());
  const region = await screen.findByRole("region", { name: what });
  if (body === CASES[name]?.body) await waitFor(() => expect(region).toHaveTextContent(shows));
  return region;
}

test("proof is told for and against, with what it needs and what is not met", async () => {
  const card = await shown("proof");
  expect(card).toHaveTextContent(
    "pool: a part of the usual stakes; 1,200 forecasts of 340 markets",
  );
  expect(card).toHaveTextContent("For it counts as proof24.00 of 20 for proof");
  expect(card).toHaveTextContent("Against it 0.50 of 20 for proof");
  expect(card).toHaveTextContent("luck alone shows that at most 4.0 % of times");
  expect(card).toHaveTextContent("For the next stage, full stakes (100 % of the usual stakes)");
  expect(card).toHaveTextContent("settled bets 300: 120, not met");
  expect(card).toHaveTextContent("e-value for us 20: 26, met");
  expect(card).toHaveTextContent(
    "Stakes of real money grow with the stage. Judged on the latest 1,200",
  );
});

test.each([
  [true, "Trading is stopped by proof: the e-value against it", "note--bad"],
  [false, "The guard of trading: the e-value against it", ""],
])("a guard that halts: %s is told as such", async (halts, words, look) => {
  const halting = { against: halts ? 21 : 1, threshold: 20, halts };
  const card = await shown("proof", { ...PROOF, authors: [{ ...PROVEN, halting }] });
  const note = (await screen.findByText(new RegExp(words))).closest(".note");
  expect(card).toContainElement(note as HTMLElement);
  expect(note?.classList.contains("note--bad")).toBe(look !== "");
});

test("another forecaster's proof is shown when he is chosen", async () => {
  const other = {
    ...PROVEN,
    author: "llm",
    trades: false,
    stage: "paper",
    forecasts: 3,
    markets: 2,
  };
  await shown("proof", { ...PROOF, authors: [PROVEN, other] });
  await userEvent.selectOptions(await screen.findByLabelText("Forecaster of the proof"), "llm");
  expect(await screen.findByText("Practice")).toBeInTheDocument();
  expect(screen.queryByText("Small stakes")).toBeNull();
});

test("each limit says how full it is in words, a bar and numbers, and what it refused", async () => {
  const card = await shown("limits");
  const bar = screen.getByRole("meter", { name: "max exposure" });
  expect(bar).toHaveAttribute("aria-valuenow", "90");
  const row = bar.closest("li");
  expect(row).toHaveTextContent("nearly full90.0 %₦45,000.00 of ₦50,000.00");
  expect(row).toHaveTextContent("room for ₦5,000.00; refused 3 looks in 24 h");
  const full = screen.getByRole("meter", { name: "max market part" }).closest("li");
  expect(full).toHaveTextContent("full here");
  expect(full).toHaveTextContent("the fullest: SOL above $141");
  expect(full).not.toHaveTextContent("room for");
  expect(card).toHaveTextContent("1 limit is held against each buy by itself");
  expect(card).toHaveTextContent(/max quote age .*3 s/);
});

test("a limit that refuses everywhere says so, and so do books that cannot be read", async () => {
  const limits = [{ ...FULL, where: null }];
  const card = await shown("limits", { ...LIMITS, limits, unreadable: ["cash"] });
  expect(await screen.findByText("refuses buys")).toBeInTheDocument();
  expect(card).toHaveTextContent("Every buy is refused: cash");
});

test("a cap that is used up says so in words, and when there is room again", async () => {
  const card = await shown("caps", { ...CAPS, caps: [CAP, UNCAPPED] });
  await waitFor(() => expect(card).toHaveTextContent("used up102.0 %$1.02 of $1.00"));
  const asked = /12 asked; 1 not answered yet, \$0.02 put aside; room again in (2|1) h/;
  await waitFor(() => expect(card).toHaveTextContent(asked));
  const free = screen.getByRole("meter", { name: "feeds, each day" }).closest("li");
  expect(free).toHaveTextContent("$1.02 without a cap");
  expect(free).not.toHaveTextContent("room again");
});

test("what was left out is counted, and a source that could not be asked is named", async () => {
  const card = await shown("left out");
  expect(card).toHaveTextContent("too old3 articles");
  expect(card).toHaveTextContent("x: could not be asked1 look");
});

test("a test notice says of each address whether it took it", async () => {
  const asked = network({
    ...ANSWERS,
    "GET /notifications": () => ({ body: TOLD }),
    "POST /notifications/test": () => ({
      body: {
        addresses: [
          { number: 1, scheme: "tgram", reached: true },
          { number: 2, scheme: "mailto", reached: false },
        ],
      },
    }),
  });
  within(<NoticesCard />);
  const button = await screen.findByRole("button", { name: "Send a test" });
  expect(asked.some((one) => one.key === "POST /notifications/test")).toBe(false);
  await userEvent.click(button);
  expect(await screen.findByText("1. tgram: took it")).toBeInTheDocument();
  expect(screen.getByText("2. mailto: did not take it")).toBeInTheDocument();
});

test("without addresses nobody is told, and nothing can be tested", async () => {
  const card = await shown("notices", { ...TOLD, is_on: false, addresses: [] });
  await waitFor(() => expect(card).toHaveTextContent("Nobody is told: NOTIFY_URLS is not set."));
  expect(screen.queryByRole("button", { name: "Send a test" })).toBeNull();
});

test("the log shows level, event and ids as words, and reads only what is as bad as asked", async () => {
  const asked = network({ ...ANSWERS, "GET /logs": () => ({ body: LOG }) });
  within(<LogCard />);
  const row = (await screen.findByText("pass_died")).closest("tr");
  expect(row).toHaveTextContent("error pass_diedintent_id=i-7");
  expect(screen.getByText("500 of 1,234 lines since the start are kept.")).toBeInTheDocument();
  await userEvent.selectOptions(screen.getByLabelText("How bad"), "warning and worse");
  const levels = () =>
    asked
      .filter((one) => one.key === "GET /logs")
      .map((one) => new URL(one.url).searchParams.get("level"));
  await waitFor(() => expect(levels()).toEqual(["info", "warning"]));
});
