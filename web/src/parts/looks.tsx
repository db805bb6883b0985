/** Looks at markets and signals that are put before a person, as tables. */
import { Link } from "@tanstack/react-router";
import type { Decision, Signal } from "@/api/types";
import { percent } from "@/format/figures";
import { reasonOf, SIGNAL_WORDS, toneOf } from "@/reasons";
import { screens } from "@/texts";
import { Decide, Waits } from "./decide";
import { Table } from "./list";
import { Chip, Pair, SideOf, Sum, Time } from "./words";

const say = screens.looks;

export function LookTable({ rows }: { rows: Decision[] }) {
  return (
    <Table
      rows={rows}
      id={(row) => row.id}
      columns={[
        {
          head: say.market,
          kind: "full",
          cell: (row) => (
            <>
              <Link className="title" to="/explain/$subject" params={{ subject: String(row.id) }}>
                {row.market}
              </Link>
              <span className="sub">{row.series ?? row.event_id}</span>
            </>
          ),
        },
        {
          head: say.agentAndMarket,
          cell: (row) =>
            row.probability === null ? (
              <span className="faint">{say.noForecastMade}</span>
            ) : (
              <Pair ours={row.probability} market={row.market_price} />
            ),
        },
        {
          head: say.reason,
          kind: "full",
          cell: (row) => (
            <>
              <Chip tone={toneOf(row.reason)}>{reasonOf(row.reason).label}</Chip>
              <span className="sub words">{row.inputs.detail ?? reasonOf(row.reason).words}</span>
            </>
          ),
        },
        { head: say.by, cell: (row) => row.author ?? <span className="faint">{say.nobody}</span> },
        { head: say.time, kind: "number", cell: (row) => <Time at={row.at} /> },
      ]}
    />
  );
}

export function AskedTable({ rows }: { rows: Signal[] }) {
  return (
    <Table
      rows={rows}
      id={(row) => row.id}
      waits={(row) => row.status === "PENDING"}
      columns={[
        {
          head: say.market,
          kind: "full",
          cell: (row) => (
            <Link className="title" to="/explain/$subject" params={{ subject: row.id }}>
              {row.market}
            </Link>
          ),
        },
        {
          head: say.signal,
          cell: (row) => (
            <>
              <SideOf row={row} />
              <span className="sub nowrap">{say.atMost({ price: percent(row.worst_price) })}</span>
            </>
          ),
        },
        {
          head: say.stake,
          kind: "number",
          cell: (row) => <Sum amount={row.amount} currency={row.currency} />,
        },
        {
          head: say.state,
          kind: "full",
          cell: (row) => (
            <>
              <Chip
                tone={row.status === "PENDING" ? "us" : row.status === "EXECUTED" ? "good" : ""}
              >
                {SIGNAL_WORDS[row.status] ?? row.status}
              </Chip>
              {row.status === "PENDING" ? (
                <>
                  <span className="sub">
                    <Waits signal={row} />
                  </span>
                  <Decide signal={row} />
                </>
              ) : (
                <span className="sub words">
                  {row.decided_by ? say.decidedBy({ who: row.decided_by }) : ""}
                  {row.note}
                </span>
              )}
            </>
          ),
        },
        { head: say.time, kind: "number", cell: (row) => <Time at={row.made_at} /> },
      ]}
    />
  );
}
