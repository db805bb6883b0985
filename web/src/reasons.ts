/** What each reason that a look ends with means, in words, and where in the funnel it stands. */
import { screens } from "./texts";

const say = screens.reasons;

export type Stage = "seen" | "data" | "forecast" | "edge" | "limits" | "sent" | "traded";

interface Told {
  label: string;
  words: string;
  stage: Stage;
}

const TOLD: Record<string, Told> = {
  traded: { label: say.traded, words: say.anOrderWasSent, stage: "traded" },
  cooldown: { label: say.cooldown, words: say.theLastForecastIs, stage: "seen" },
  budget: { label: say.budget, words: say.noMoreLooksIn, stage: "seen" },
  halted: { label: say.halted, words: say.tradingIsStopped, stage: "seen" },
  closed: { label: say.closed, words: say.notOpenForTrading, stage: "seen" },
  stale_data: { label: say.staleData, words: say.bookOrFeedToo, stage: "data" },
  market_unreadable: { label: say.unreadable, words: say.theMarketCouldNot, stage: "data" },
  no_forecast: { label: say.noForecast, words: say.noForecasterHadA, stage: "forecast" },
  no_news: { label: say.noNews, words: say.nothingNewToJudge, stage: "forecast" },
  not_worth_research: {
    label: say.notWorthIt,
    words: say.researchCostsMoreThan,
    stage: "forecast",
  },
  no_market_price: { label: say.noPrice, words: say.theMarketShowsNone, stage: "data" },
  empty_book: { label: say.emptyBook, words: say.nobodyOffersASide, stage: "data" },
  no_edge: { label: say.noEdge, words: say.nothingLeftAfterFees, stage: "edge" },
  edge_within_error: {
    label: say.withinError,
    words: say.theEdgeIsSmaller,
    stage: "edge",
  },
  stake_below_minimum: {
    label: say.tooSmall,
    words: say.theStakeWouldBe,
    stage: "edge",
  },
  no_money: { label: say.noMoney, words: say.noFreeCashTo, stage: "limits" },
  awaiting_approval: { label: say.waitsForYou, words: say.aPersonDecides, stage: "sent" },
  price_moved: {
    label: say.priceMoved,
    words: say.pastTheWorstPrice,
    stage: "sent",
  },
  sell_unit: { label: say.sellUnit, words: say.sharesCouldNotBe, stage: "sent" },
  unfilled: { label: say.unfilled, words: say.theOrderFoundNo, stage: "sent" },
  declined: { label: say.declined, words: say.theVenueSaidNo, stage: "sent" },
  unresolved: { label: say.inDoubt, words: say.sentAnswerNotKnown, stage: "sent" },
};

const CHECKS: Record<string, string> = {
  input: say.theCaseDidNot,
  halted: say.tradingIsStopped,
  books_age: say.booksNotComparedLately,
  status: say.theMarketIsNot,
  category: say.categoryNotAllowed,
  time_left: say.closesTooSoonOr,
  price: say.priceOutsideTheRange,
  spread: say.spreadTooWide,
  depth: say.tooThinAtThe,
  data_age: say.dataTooOld,
  exit_side: say.nobodyToSellTo,
  forecast_age: say.forecastTooOld,
  edge: say.edgeUnderTheLeast,
  confidence: say.confidenceUnderTheLeast,
  stake: say.stakeOverTheLargest,
  reserve: say.wouldTouchTheReserve,
  floor: say.wouldGoUnderThe,
  exposure: say.tooMuchAtRisk,
  market_part: say.tooMuchInOne,
  event_part: say.tooMuchInOneEvent,
  series_part: say.tooMuchInOneSeries,
  cluster_part: say.tooMuchOnOne,
  daily_stake: say.daySStakesUsed,
  daily_loss: say.daySLossReached,
  drawdown: say.tooFarBelowThe,
  losing_streak: say.pauseAfterLossesIn,
  market_held: say.heldTooOftenAlready,
  open_positions: say.enoughPositionsOpen,
  repeat: say.boughtHereAMoment,
  hourly_trades: say.hourSTradesUsed,
  daily_trades: say.daySTradesUsed,
  order_rate: say.tooManyOrdersA,
  not_held: say.notHeld,
};

export function reasonOf(reason: string): Told {
  const known = TOLD[reason];
  if (known !== undefined) return known;
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
export const STEPS: readonly { stage: Stage; label: string; lost: string }[] = [
  { stage: "seen", label: say.dueALook, lost: say.closedInCooldownOr },
  { stage: "data", label: say.freshData, lost: say.hadNoFreshOr },
  { stage: "forecast", label: say.withAForecast, lost: say.nobodyKnewBetter },
  { stage: "edge", label: say.edgeAfterFees, lost: say.hadNoneWorthTaking },
  { stage: "limits", label: say.withinLimits, lost: say.refusedByALimit },
  { stage: "sent", label: say.traded, lost: say.waitMovedOrFound },
];

const WORDS: Record<string, string> = {
  listing: say.listingOfMarkets,
  look: say.lastLookAtA,
  forecast: say.lastForecast,
  book: say.lastBookSeen,
  equity: say.booksComparedWithThe,
  order: say.lastOrder,
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
  PENDING: [say.inDoubt, say.sentOrAboutTo],
  OPEN: [say.open, say.restsAtTheVenue],
  CANCELLING: [say.beingTakenBack, say.itCountsInFull],
  FILLED: [say.filled, ""],
  CANCELLED: [say.takenBack, say.whatHadNotBeen],
  EXPIRED: [say.lapsed, say.itFoundNoMatch],
  REFUSED: [say.refused, say.theVenueSaidNoNothing],
  LOST: [say.neverArrived, say.theVenueNeverHad],
};
export const SIGNAL_WORDS: Record<string, string> = {
  PENDING: say.waitsForYou,
  EXECUTED: say.executed,
  REFUSED: say.refused,
  REJECTED: say.rejected,
  EXPIRED: say.lapsed,
};
