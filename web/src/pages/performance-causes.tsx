/** What bets came to by one thing that they had in common. A win rate stands beside its break-even. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { profitBy } from "@/api/queries";
import type { Cause, ProfitCause } from "@/api/types";
import { count, percent, points } from "@/format/figures";
import { Choice } from "@/parts/choice";
import { Table } from "@/parts/list";
import { Sentence } from "@/parts/sentence";
import { Empty, ReadCard } from "@/parts/views";
import { Result, Sum } from "@/parts/words";
import { screens, texts } from "@/texts";

const say = screens.performanceCauses;

const CAUSES: readonly (readonly [ProfitCause, string])[] = [
  ["category", say.category],
  ["author", say.forecaster],
  ["horizon", say.horizon],
  ["source", say.pass],
  ["way_out", say.wayOut],
  ["price_band", say.price],
  ["engine", say.engine],
];

export function CausesCard() {
  const { by } = useSearch({ from: "/inside/performance" });
  const navigate = useNavigate({ from: "/performance" });
  const cause = CAUSES.find(([name]) => name === by)?.[0] ?? "category";
  const query = useQuery(profitBy(cause));
  return (
    <ReadCard
      title={say.profitByCauseAfter}
      what={say.profit}
      query={query}
      lines={5}
      isEmpty={(data) => data.total.bets === 0}
      empty={<Empty title={say.noBetWasFilled}>{say.itBeginsWithThe}</Empty>}
      foot={
        <p className="card__foot row row--apart">
          <span className="small">{say.byWayOutA}</span>
          <a className="btn" href={`/profit/by/${cause}?format=csv`} download>
            {texts.actions.export}
          </a>
        </p>
      }
    >
      {(data) => (
        <>
          <div className="card__body scroll-x">
            <Choice
              label={say.by}
              options={CAUSES}
              chosen={cause}
              onChoose={(name) => navigate({ search: (now) => ({ ...now, by: name }) })}
            />
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
          head: say.cause,
          kind: "full",
          cell: (row) => <b>{row.name === "all" ? say.allBets : row.name.replaceAll("_", " ")}</b>,
        },
        {
          head: say.bets,
          kind: "number",
          cell: (row) => (
            <>
              {count(row.bets)}
              <span className="sub">{say.ended({ n: count(row.ended) })}</span>
            </>
          ),
        },
        {
          head: say.staked,
          kind: "number",
          cell: (row) => (
            <>
              <Sum amount={row.staked} currency={currency} />
              <span className="sub">
                <Sentence
                  words={say.fees}
                  values={{ sum: <Sum amount={row.fees} currency={currency} /> }}
                />
              </span>
            </>
          ),
        },
        {
          head: say.result,
          kind: "number",
          cell: (row) => (
            <>
              <Result amount={row.profit} currency={currency} />
              <span className="sub">
                {row.roi === null ? "" : say.ofStakes({ part: percent(row.roi) })}
              </span>
            </>
          ),
        },
        { head: say.wonAndBreakEven, kind: "number", cell: (row) => <Won row={row} /> },
        {
          head: say.closingLine,
          kind: "number",
          cell: (row) =>
            row.closing_line === null ? (
              <span className="faint">{texts.notKnown}</span>
            ) : (
              <>
                {points(row.closing_line)}
                <span className="sub">{say.overBets({ n: row.closing_lines })}</span>
              </>
            ),
        },
      ]}
    />
  );
}

function Won({ row }: { row: Cause }) {
  if (row.win_rate === null || row.break_even === null) {
    return <span className="faint">{say.noneEnded}</span>;
  }
  return (
    <>
      {percent(row.win_rate)}
      <span className="sub">{say.needs({ part: percent(row.break_even) })}</span>
    </>
  );
}
