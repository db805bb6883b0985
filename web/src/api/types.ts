/** Names for the shapes of the service's answers. They are all made from its own description. */
import type { components } from "./schema";

type Shapes = components["schemas"];

export type Me = Shapes["Me"];
export type Command = Shapes["CommandView"];
export type Control = Shapes["ControlOut"];
export type Decision = Shapes["DecisionView"];
export type Equity = Shapes["EquityView"];
export type Explanation = Shapes["Explanation"];
export type Forecast = Shapes["ForecastOut"];
export type Funnel = Shapes["Funnel"];
export type Limits = Shapes["LimitsOut"];
export type Limit = Shapes["LimitOut"];
export type LimitsVersion = Shapes["LimitsView"];
export type Market = Shapes["MarketView"];
export type Money = Shapes["MoneyOut"];
export type Order = Shapes["OrderView"];
export type Part = Shapes["PartOut"];
export type Parts = Shapes["HealthParts"];
export type Position = Shapes["PositionOut"];
export type Problem = Shapes["Problem"];
export type Score = Shapes["ScoreView"];
export type Band = Shapes["CalibrationView"];
export type Signal = Shapes["SignalView"];
export type Event = Shapes["EventOut"];
export type Book = Shapes["BookOut"];
export type Cost = Shapes["CostView"];
export type Audit = Shapes["AuditView"];
export type Settlement = Shapes["SettlementView"];
export type Fill = Shapes["FillView"];
export type Key = Shapes["KeyOut"];
export type ProfitCause = Shapes["ProfitCause"];
export type Cause = Shapes["CauseView"];
export type Period = Shapes["PeriodView"];
export type Proven = Shapes["ProvenOut"];
export type EValue = Shapes["EValueOut"];
export type LimitUse = Shapes["LimitUse"];
export type LimitsUse = Shapes["LimitsUse"];
export type Cap = Shapes["CapOut"];
export type Chart = Shapes["ChartOut"];
export type Quote = Shapes["QuoteOut"];
export type Notifications = Shapes["NotificationsOut"];
export type Piece = Shapes["PieceView"];
export type Fate = Shapes["Fate"];

/** A part of a list, newest first; `next` is where it goes on. */
export interface Listed<T> {
  items: T[];
  next?: number | null;
}
