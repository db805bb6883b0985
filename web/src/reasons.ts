/** What each reason that a look ends with means, in words, and where in the funnel it stands. */

export type Stage = "seen" | "data" | "forecast" | "edge" | "limits" | "sent" | "traded";

interface Told {
  label: string;
  words: string;
  stage: Stage;
}

const TOLD: Record<string, Told> = {
  traded: { label: "Traded", words: "an order was sent and filled", stage: "traded" },
  cooldown: { label: "Cooldown", words: "the last forecast is still fresh", stage: "seen" },
  budget: { label: "Budget", words: "no more looks in this pass", stage: "seen" },
  halted: { label: "Halted", words: "trading is stopped", stage: "seen" },
  closed: { label: "Closed", words: "not open for trading", stage: "seen" },
  stale_data: { label: "Stale data", words: "book or feed too old", stage: "data" },
  market_unreadable: { label: "Unreadable", words: "the market could not be read", stage: "data" },
  no_forecast: { label: "No forecast", words: "no forecaster had a view", stage: "forecast" },
  no_news: { label: "No news", words: "nothing new to judge by", stage: "forecast" },
  not_worth_research: {
    label: "Not worth it",
    words: "research costs more than it can earn",
    stage: "forecast",
  },
  no_market_price: { label: "No price", words: "the market shows none", stage: "data" },
  empty_book: { label: "Empty book", words: "nobody offers a side", stage: "data" },
  no_edge: { label: "No edge", words: "nothing left after fees", stage: "edge" },
  edge_within_error: {
    label: "Within error",
    words: "the edge is smaller than its error",
    stage: "edge",
  },
  stake_below_minimum: {
    label: "Too small",
    words: "the stake would be under the least",
    stage: "edge",
  },
  no_money: { label: "No money", words: "no free cash to stake", stage: "limits" },
  awaiting_approval: { label: "Waits for you", words: "a person decides", stage: "sent" },
  price_moved: {
    label: "Price moved",
    words: "past the worst price; nothing bought",
    stage: "sent",
  },
  sell_unit: { label: "Sell unit", words: "shares could not be sold as asked", stage: "sent" },
  unfilled: { label: "Unfilled", words: "the order found no match", stage: "sent" },
  declined: { label: "Declined", words: "the venue said no", stage: "sent" },
  unresolved: { label: "In doubt", words: "sent, answer not known yet", stage: "sent" },
};

const CHECKS: Record<string, string> = {
  input: "the case did not add up",
  halted: "trading is stopped",
  books_age: "books not compared lately",
  status: "the market is not open",
  category: "category not allowed",
  time_left: "closes too soon or too late",
  price: "price outside the range",
  spread: "spread too wide",
  depth: "too thin at the price",
  data_age: "data too old",
  exit_side: "nobody to sell to",
  forecast_age: "forecast too old",
  edge: "edge under the least",
  confidence: "confidence under the least",
  stake: "stake over the largest",
  reserve: "would touch the reserve",
  floor: "would go under the floor",
  exposure: "too much at risk in all",
  market_part: "too much in one market",
  event_part: "too much in one event",
  series_part: "too much in one series",
  cluster_part: "too much on one underlying",
  daily_stake: "day's stakes used up",
  daily_loss: "day's loss reached",
  drawdown: "too far below the peak",
  losing_streak: "pause after losses in a row",
  market_held: "held too often already",
  open_positions: "enough positions open",
  repeat: "bought here a moment ago",
  hourly_trades: "hour's trades used up",
  daily_trades: "day's trades used up",
  order_rate: "too many orders a minute",
  not_held: "not held",
};

export function reasonOf(reason: string): Told {
  const known = TOLD[reason];
  if (known !== undefined) return known;
  if (reason.startsWith("refused_")) {
    const check = reason.slice("refused_".length);
    return {
      label: "Refused",
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
export const STEPS: readonly { stage: Stage; label: string; lost: string }[] = [
  { stage: "seen", label: "Due a look", lost: "closed, in cooldown or stopped" },
  { stage: "data", label: "Fresh data", lost: "had no fresh or whole data" },
  { stage: "forecast", label: "With a forecast", lost: "nobody knew better" },
  { stage: "edge", label: "Edge after fees", lost: "had none worth taking" },
  { stage: "limits", label: "Within limits", lost: "refused by a limit" },
  { stage: "sent", label: "Traded", lost: "wait, moved or found no match" },
];

const WORDS: Record<string, string> = {
  listing: "Listing of markets",
  look: "Last look at a market",
  forecast: "Last forecast",
  book: "Last book seen",
  equity: "Books compared with the venue",
  order: "Last order",
};
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
export const ORDER_WORDS: Record<string, [string, string]> = {
  PENDING: [
    "In doubt",
    "Sent or about to be, no answer yet. It counts in full and is never sent twice.",
  ],
  OPEN: ["Open", "Rests at the venue."],
  CANCELLING: ["Being taken back", "It counts in full until the venue says so."],
  FILLED: ["Filled", ""],
  CANCELLED: ["Taken back", "What had not been filled was taken back."],
  EXPIRED: ["Lapsed", "It found no match in time."],
  REFUSED: ["Refused", "The venue said no. Nothing was spent."],
  LOST: ["Never arrived", "The venue never had it. Nothing was spent."],
};
export const SIGNAL_WORDS: Record<string, string> = {
  PENDING: "Waits for you",
  EXECUTED: "Executed",
  REFUSED: "Refused",
  REJECTED: "Rejected",
  EXPIRED: "Lapsed",
};
