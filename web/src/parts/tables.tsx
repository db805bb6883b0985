/** Tables that more than one page shows. */
import { Link } from "@tanstack/react-router";
import type { Order, Position } from "@/api/types";
import { decimal, percent } from "@/format/figures";
import { ORDER_TONES, ORDER_WORDS } from "@/reasons";
import { texts } from "@/texts";
import { Sell, TakeBack } from "./decide";
import { Table } from "./list";
import { Age, Chip, Left, Result, Sum, Time } from "./words";

/** Why it is not known what a position would bring. */
const UNKNOWN: Record<string, string> = {
  never_seen: "its book was never seen",
  no_bid: "nobody bids",
  not_quoted: "the venue quoted no price",
  unreadable: "its price could not be read",
  closed: "closed; waits for its end",
};

export function HeldTable({ rows, canSell = false }: { rows: Position[]; canSell?: boolean }) {
  return (
    <Table
      rows={rows}
      id={(row) => row.market_id + row.outcome_id}
      columns={[
        {
          head: "Market",
          kind: "full",
          cell: (row) => (
            <Link
              className="title"
              to="/markets/$marketId"
              params={{ marketId: row.market_id }}
              search={row.event_id ? { event: row.event_id } : {}}
            >
              {row.market}
            </Link>
          ),
        },
        {
          head: "Held",
          cell: (row) => (
            <>
              {row.outcome}, {decimal(row.shares)} sh
              <span className="sub">at {percent(row.average_price)}</span>
            </>
          ),
        },
        {
          head: "Cost",
          kind: "number",
          cell: (row) => <Sum amount={row.cost} currency={row.currency} />,
        },
        {
          head: "Worth now",
          kind: "number",
          cell: (row) => (
            <>
              <Sum amount={row.value} currency={row.currency} />
              <span className="sub">
                {row.price === null ? (
                  (UNKNOWN[row.unknown ?? ""] ?? texts.notKnown)
                ) : (
                  <>
                    {row.priced_by === "quote" ? "quoted" : "bid"} {percent(row.price)},{" "}
                    <Age at={row.seen_at} />
                  </>
                )}
              </span>
            </>
          ),
        },
        {
          head: "Result so far",
          kind: "number",
          cell: (row) => <Result amount={row.profit} currency={row.currency} />,
        },
        { head: "Closes in", kind: "number", cell: (row) => <Left at={row.closes_at} /> },
        ...(canSell
          ? [
              {
                head: "Would be sold",
                kind: "full" as const,
                cell: (row: Position) => <Exits told={row.exits} />,
              },
              {
                head: "Act",
                kind: "full" as const,
                cell: (row: Position) => <Sell position={row} />,
              },
            ]
          : []),
      ]}
    />
  );
}

/** What would sell it by itself: prices of a share after fees, and times. */
function Exits({ told }: { told: Position["exits"] }) {
  if (told === null) return <span className="faint">{texts.notKnown}</span>;
  const rules = [
    told.stop_loss && `at ${percent(told.stop_loss)} or less`,
    told.trailing && `at ${percent(told.trailing)} or less, of its best ${percent(told.best)}`,
    told.take_profit && `at ${percent(told.take_profit)} or more`,
  ].filter(Boolean);
  return (
    <>
      <span className="small">{rules.join("; ") || "when it is believed to be worth less"}</span>
      {told.unwatched_from && (
        <span className="sub">
          without a fresh forecast, <Left at={told.unwatched_from} before="in " />
        </span>
      )}
    </>
  );
}

export function OrderTable({ rows }: { rows: Order[] }) {
  return (
    <Table
      rows={rows}
      id={(row) => row.id}
      columns={[
        {
          head: "Order",
          kind: "full",
          cell: (row) => (
            <>
              <Link className="title" to="/explain/$subject" params={{ subject: row.id }}>
                {row.market}
              </Link>
              <span className="sub">
                {row.source}
                {row.cause && `: ${row.cause}`}
              </span>
            </>
          ),
        },
        {
          head: "What",
          cell: (row) => (
            <>
              <b>{row.side === "BUY" ? "Buy" : "Sell"}</b> {row.outcome}
              <span className="sub">worst price {percent(row.worst_price)}</span>
            </>
          ),
        },
        {
          head: "Sum",
          kind: "number",
          cell: (row) =>
            row.side === "BUY" ? (
              <Sum amount={row.amount} currency={row.currency} />
            ) : (
              `${decimal(row.amount)} sh`
            ),
        },
        {
          head: "Filled",
          kind: "number",
          cell: (row) => (
            <>
              {row.filled === null ? (
                <span className="faint">none</span>
              ) : (
                `${decimal(row.filled)} sh`
              )}
              {row.average_price && <span className="sub">at {percent(row.average_price)}</span>}
            </>
          ),
        },
        {
          head: "State",
          kind: "full",
          cell: (row) => (
            <>
              <Chip tone={ORDER_TONES[row.status] ?? ""}>
                {ORDER_WORDS[row.status]?.[0] ?? row.status}
              </Chip>
              <span className="sub">{ORDER_WORDS[row.status]?.[1]}</span>
              <TakeBack order={row} />
            </>
          ),
        },
        { head: "Time", kind: "number", cell: (row) => <Time at={row.created_at} /> },
      ]}
    />
  );
}
