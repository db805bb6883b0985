/** What each reason that a look ends with means, in words, and where in the funnel it stands. */
import { screens } from "./texts";

const say = screens.reasons;

export type Stage = "seen" | "data" | "forecast" | "edge" | "limits" | "sent" | "traded";

interface Told {
  label: string;
  words: string;
  stage: Stage;
}

const LOOKS: Record<string, readonly [string, string]> = say.looks;
const CHECKS: Record<string, string> = say.checks;
const STAGES: Record<string, Stage> = {
  traded: "traded",
  cooldown: "seen",
  budget: "seen",
  halted: "seen",
  closed: "seen",
  stale_data: "data",
  market_unreadable: "data",
  no_forecast: "forecast",
  no_news: "forecast",
  not_worth_research: "forecast",
  no_market_price: "data",
  empty_book: "data",
  no_edge: "edge",
  edge_within_error: "edge",
  stake_below_minimum: "edge",
  no_money: "limits",
  awaiting_approval: "sent",
  price_moved: "sent",
  sell_unit: "sent",
  unfilled: "sent",
  declined: "sent",
  unresolved: "sent",
};

export function reasonOf(reason: string): Told {
  const known = LOOKS[reason];
  if (known !== undefined) {
    return { label: known[0], words: known[1], stage: STAGES[reason] ?? "seen" };
  }
  if (reason.startsWith("refused_")) {
    const check = reason.slice("refused_".length);
    return {
      label: say.refused,
      words: CHECKS[check] ?? check.replaceAll("_", " "),
      stage: "limits",
    };
  }
  return { label: reason.replaceAll("_", " "), words: "", stage: "seen" };
}

/** The look of a reason's chip. */
export function toneOf(reason: string): "us" | "bad" | "warn" | "good" | "dash" | "" {
  if (reason === "traded") return "good";
  if (reason === "awaiting_approval") return "us";
  if (reason === "unresolved") return "dash";
  const { stage } = reasonOf(reason);
  if (stage === "limits" || reason === "declined") return "bad";
  return stage === "data" ? "warn" : "";
}

/** The steps of the funnel, in their order: what a look has behind it when it goes on. */
export const STEPS: readonly { stage: Stage; label: string; lost: string }[] = (
  ["seen", "data", "forecast", "edge", "limits", "sent"] as const
).map((stage) => ({ stage, label: say.steps[stage][0], lost: say.steps[stage][1] }));

const WORDS: Record<string, string> = say.parts;
/** A limit's name; its unit stands beside its value. */
export const limitName = (name: string): string => name.replace(/_s$/, "").replaceAll("_", " ");
export const partName = (name: string): string => WORDS[name] ?? name.replaceAll("_", " ");

export const ORDER_TONES: Record<string, "good" | "bad" | "dash" | "us" | ""> = {
  PENDING: "dash",
  OPEN: "us",
  CANCELLING: "dash",
  FILLED: "good",
  CANCELLED: "",
  EXPIRED: "",
  REFUSED: "bad",
  LOST: "bad",
};
export const ORDER_WORDS: Record<string, readonly [string, string]> = say.orders;
export const SIGNAL_WORDS: Record<string, string> = say.signals;
