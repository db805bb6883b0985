/** What bets came to by one thing that they had in common. A win rate stands beside its break-even. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { profitBy } from "@/api/queries";
import type { Cause, ProfitCause } from "@/api/types";
import { count, percent, points } from "@/format/figures";
import { Table } from "@/parts/list";
import { Empty, ReadCard } from "@/parts/views";
import { Result, Sum } from "@/parts/words";
import { texts } from "@/texts";

const CAUSES: readonly (readonly [ProfitCause, string])[] = [
  ["category", "Category"],
  ["author", "Forecaster"],
  ["horizon", "Horizon"],
  ["source", "Pass"],
  ["way_out", "Way out"],
  ["price_band", "Price"],
  ["engine", "Engine"],
];

export function CausesCard() {
  const { by } = useSearch({ from: "/inside/performance" });
  const navigate = useNavigate({ from: "/performance" });
  const cause = CAUSES.find(([name]) => name === by)?.[0] ?? "category";
  const query = useQuery(profitBy(cause));
  return (
    <ReadCard
      title="Profit by cause, after fees"
      what="Profit"
      query={query}
      lines={5}
      isEmpty={(data) => data.total.bets === 0}
      empty={<Empty title="No bet was filled yet">It begins with the first fill.</Empty>}
      foot={
        <p className="card__foot row row--apart">
          <span className="small">
            By way out, a bet that went in two ways is counted in both; else the rows sum to the
            total.
          </span>
          <a className="btn" href={`/profit/by/${cause}?format=csv`} download>
            {texts.actions.export}
          </a>
        </p>
      }
    >
      {(data) => (
        <>
          <div className="card__body scroll-x">
            <div className="seg" role="group" aria-label="By">
              {CAUSES.map(([name, words]) => (
                <button
                  key={name}
                  type="button"
                  aria-pressed={name === cause}
                  onClick={() => navigate({ search: (now) => ({ ...now, by: name }) })}
                >
                  {words}
                </button>
              ))}
            </div>
          </div>
          <CauseTable rows={[...data.items, data.total]} currency={data.currency} />
        </>
      )}
    </ReadCard>
  );
}

function CauseTable({ rows, currency }: { rows: Cause[]; currency: string }) {
  return (
    <Table
      rows={rows}
      id={(row) => row.name}
      columns={[
        {
          head: "Cause",
          kind: "full",
          cell: (row) => <b>{row.name === "all" ? "All bets" : row.name.replaceAll("_", " ")}</b>,
        },
        {
          head: "Bets",
          kind: "number",
          cell: (row) => (
            <>
              {count(row.bets)}
              <span className="sub">{count(row.ended)} ended</span>
            </>
          ),
        },
        {
          head: "Staked",
          kind: "number",
          cell: (row) => (
            <>
              <Sum amount={row.staked} currency={currency} />
              <span className="sub">
                fees <Sum amount={row.fees} currency={currency} />
              </span>
            </>
          ),
        },
        {
          head: "Result",
          kind: "number",
          cell: (row) => (
            <>
              <Result amount={row.profit} currency={currency} />
              <span className="sub">{row.roi === null ? "" : `${percent(row.roi)} of stakes`}</span>
            </>
          ),
        },
        { head: "Won, and break-even", kind: "number", cell: (row) => <Won row={row} /> },
        {
          head: "Closing line",
          kind: "number",
          cell: (row) =>
            row.closing_line === null ? (
              <span className="faint">{texts.notKnown}</span>
            ) : (
              <>
                {points(row.closing_line)}
                <span className="sub">{count(row.closing_lines)} bets</span>
              </>
            ),
        },
      ]}
    />
  );
}

function Won({ row }: { row: Cause }) {
  if (row.win_rate === null || row.break_even === null) {
    return <span className="faint">none ended</span>;
  }
  return (
    <>
      {percent(row.win_rate)}
      <span className="sub">needs {percent(row.break_even)}</span>
    </>
  );
}
