/** Tables that more than one page shows. */
import { Link } from "@tanstack/react-router";
import type { Order, Position } from "@/api/types";
import { decimal, percent } from "@/format/figures";
import { ORDER_TONES, ORDER_WORDS } from "@/reasons";
import { screens, texts } from "@/texts";
import { Sell, TakeBack } from "./decide";
import { Table } from "./list";
import { Sentence } from "./sentence";
import { Age, Chip, Left, Result, SideOf, Sum, Time } from "./words";

const say = screens.tables;

/** Why it is not known what a position would bring. */
const UNKNOWN: Record<string, string> = {
  never_seen: say.itsBookWasNever,
  no_bid: say.nobodyBids,
  not_quoted: say.theVenueQuotedNo,
  unreadable: say.itsPriceCouldNot,
  closed: say.closedWaitsForIts,
};

interface HeldProps {
  rows: Position[];
  canSell?: boolean;
  /** All of it is in the market that the page is about: its name is not said again. */
  isOneMarket?: boolean;
}

export function HeldTable({ rows, canSell = false, isOneMarket = false }: HeldProps) {
  return (
    <Table
      rows={rows}
      id={(row) => row.market_id + row.outcome_id}
      columns={[
        ...(isOneMarket ? [] : [{ head: say.market, kind: "full" as const, cell: marketOf }]),
        {
          head: say.held,
          cell: (row) => (
            <>
              {say.heldShares({ outcome: row.outcome, shares: decimal(row.shares) })}
              <span className="sub nowrap">{say.at({ price: percent(row.average_price) })}</span>
            </>
          ),
        },
        {
          head: say.cost,
          kind: "number",
          cell: (row) => <Sum amount={row.cost} currency={row.currency} />,
        },
        {
          head: say.worthNow,
          kind: "number",
          cell: (row) => (
            <>
              <Sum amount={row.value} currency={row.currency} />
              <span className="sub">
                {row.price === null ? (
                  (UNKNOWN[row.unknown ?? ""] ?? texts.notKnown)
                ) : (
                  <Sentence
                    words={row.priced_by === "quote" ? say.quoted : say.bid}
                    values={{ price: percent(row.price), age: <Age at={row.seen_at} /> }}
                  />
                )}
              </span>
            </>
          ),
        },
        {
          head: say.resultSoFar,
          kind: "number",
          cell: (row) => <Result amount={row.profit} currency={row.currency} />,
        },
        { head: say.closesIn, kind: "number", cell: (row) => <Left at={row.closes_at} /> },
        ...(canSell
          ? [
              {
                head: say.wouldBeSold,
                cell: (row: Position) => <Exits told={row.exits} />,
              },
              {
                head: say.act,
                kind: "full" as const,
                cell: (row: Position) => <Sell position={row} />,
              },
            ]
          : []),
      ]}
    />
  );
}

function marketOf(row: Position) {
  return (
    <Link
      className="title"
      to="/markets/$marketId"
      params={{ marketId: row.market_id }}
      search={row.event_id ? { event: row.event_id } : {}}
    >
      {row.market}
    </Link>
  );
}

/** What would sell it by itself: prices of a share after fees, and times. */
function Exits({ told }: { told: Position["exits"] }) {
  if (told === null) return <span className="faint">{texts.notKnown}</span>;
  const rules = [
    told.stop_loss && say.atOrLess({ price: percent(told.stop_loss) }),
    told.trailing &&
      say.atOrLessOfBest({ price: percent(told.trailing), best: percent(told.best) }),
    told.take_profit && say.atOrMore({ price: percent(told.take_profit) }),
  ].filter(Boolean);
  return (
    <>
      <span className="small">{rules.join("; ") || say.whenItIsBelieved}</span>
      {told.unwatched_from && (
        <span className="sub">
          <Sentence
            words={say.withoutForecast}
            values={{ when: <Left at={told.unwatched_from} ahead={say.in} /> }}
          />
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
          head: say.order,
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
          head: say.what,
          cell: (row) => (
            <>
              <SideOf row={row} />
              <span className="sub nowrap">
                {say.worstPrice({ price: percent(row.worst_price) })}
              </span>
            </>
          ),
        },
        {
          head: say.sum,
          kind: "number",
          cell: (row) =>
            row.side === "BUY" ? (
              <Sum amount={row.amount} currency={row.currency} />
            ) : (
              say.shares({ shares: decimal(row.amount) })
            ),
        },
        {
          head: say.filled,
          kind: "number",
          cell: (row) => (
            <>
              {row.filled === null ? (
                <span className="faint">{say.none}</span>
              ) : (
                say.shares({ shares: decimal(row.filled) })
              )}
              {row.average_price && (
                <span className="sub nowrap">{say.at({ price: percent(row.average_price) })}</span>
              )}
            </>
          ),
        },
        {
          head: say.state,
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
        { head: say.time, kind: "number", cell: (row) => <Time at={row.created_at} /> },
      ]}
    />
  );
}
