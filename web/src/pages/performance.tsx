/** Whether the agent is any good: scores beside the market's, calibration with counts, ended bets. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { calibration, money, skill } from "@/api/queries";
import type { Band, Score } from "@/api/types";
import { count, percent, score } from "@/format/figures";
import { Table } from "@/parts/list";
import { Empty, Page, ReadCard } from "@/parts/views";
import { Result, Sum } from "@/parts/words";
import { texts } from "@/texts";
import { CausesCard } from "./performance-causes";
import { ProofCard } from "./performance-proof";

function statement(scores: Score[] | undefined): string {
  if (scores === undefined) return texts.pages.performance;
  const judged = scores.filter((one) => one.gain !== null);
  if (judged.length === 0) return "No forecast could be held against the market yet";
  const better = judged.filter((one) => (one.gain ?? 0) > 0).length;
  return `${count(better)} of ${count(judged.length)} forecasters scored better than the market`;
}

export function Performance() {
  const scores = useQuery(skill);
  const total = scores.data?.reduce((sum, one) => sum + one.forecasts, 0) ?? 0;
  return (
    <Page
      name={texts.pages.performance}
      title={statement(scores.data)}
      lede={
        scores.data && (
          <>
            Over <b>{count(total)}</b> settled forecasts. A better score over few of them is not yet
            evidence of skill; luck looks the same for a while.
          </>
        )
      }
    >
      <div className="grid12">
        <div className="stack w8">
          <CausesCard />
          <ProofCard />
          <ScoreCard />
          <CalibrationCard />
        </div>
        <div className="stack w4 melt">
          <ResultCard />
          <section className="card" aria-label="How to read this">
            <div className="card__head">
              <h2>How to read this</h2>
            </div>
            <div className="card__body stack small muted">
              <p>
                <b className="strong">Brier</b>: the square of how far a forecast was off. 0 is
                perfect, 0.25 is a coin. Lower is better.
              </p>
              <p>
                <b className="strong">Gain</b>: the market's Brier score less the forecaster's,
                where the market had a price at that moment. Above zero, it knew more than the
                price.
              </p>
              <p>
                <b className="strong">Won, and break-even</b>: a bet at 80 % must win 8 times in 10
                to earn nothing. A win rate says something only beside that.
              </p>
              <p>
                <b className="strong">Closing line</b>: how far the price came towards our side
                after the bet. Those who know more than the price see it above zero.
              </p>
              <p>
                <b className="strong">Calibration</b>: of what was called 70 %, about 70 in 100
                should happen. A dot on the dashed line is right; its count says how much it weighs.
              </p>
            </div>
          </section>
        </div>
      </div>
    </Page>
  );
}

function ScoreCard() {
  const query = useQuery(skill);
  return (
    <ReadCard
      title="Forecasters beside the market"
      what="Scores"
      query={query}
      isEmpty={(data) => data.length === 0}
      empty={
        <Empty title="No forecast has settled yet">Scores begin with the first ended market.</Empty>
      }
    >
      {(data) => (
        <Table
          rows={data}
          id={(row) => row.author}
          columns={[
            { head: "Forecaster", kind: "full", cell: (row) => <b>{row.author}</b> },
            { head: "Settled", kind: "number", cell: (row) => count(row.forecasts) },
            {
              head: "Brier, agent",
              kind: "number",
              cell: (row) => <span className="us">{score(row.brier)}</span>,
            },
            {
              head: "Brier, market",
              kind: "number",
              cell: (row) => score(row.brier_market) || texts.notKnown,
            },
            { head: "Gain", kind: "number", cell: (row) => <Gain value={row.gain} /> },
            { head: "Log, agent", kind: "number", cell: (row) => score(row.log_loss) },
            {
              head: "Log, market",
              kind: "number",
              cell: (row) => score(row.log_loss_market) || texts.notKnown,
            },
          ]}
        />
      )}
    </ReadCard>
  );
}

function Gain({ value }: { value: number | null }) {
  if (value === null) return <span className="faint">{texts.notKnown}</span>;
  const way = value > 0 ? "up" : value < 0 ? "down" : "flat";
  return <span className={way}>{score(value, { isSigned: true })}</span>;
}

function CalibrationCard() {
  const query = useQuery(calibration);
  const { author } = useSearch({ from: "/inside/performance" });
  const navigate = useNavigate({ from: "/performance" });
  const authors = [...new Set(query.data?.map((band) => band.author))];
  const chosen = author !== undefined && authors.includes(author) ? author : authors[0];
  return (
    <ReadCard
      title="Calibration"
      what="Calibration"
      query={query}
      lines={5}
      aside={
        authors.length > 1 && (
          <select
            className="input"
            style={{ width: 190 }}
            aria-label="Forecaster"
            value={chosen}
            onChange={(event) =>
              navigate({ search: (now) => ({ ...now, author: event.target.value }) })
            }
          >
            {authors.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )
      }
      isEmpty={(data) => data.length === 0}
      empty={<Empty title="Too early to say">It begins with the first settled forecasts.</Empty>}
    >
      {(data) => <Plot bands={data.filter((band) => band.author === chosen)} />}
    </ReadCard>
  );
}

const SIDE = 300;

function Plot({ bands }: { bands: Band[] }) {
  const most = Math.max(...bands.map((band) => band.forecasts));
  return (
    <div className="card__body grid12">
      <figure className="calib w6">
        <svg
          viewBox={`-34 -10 ${SIDE + 44} ${SIDE + 40}`}
          role="img"
          aria-label="What was said against what happened; the table beside it has the same figures"
        >
          <rect className="frame" width={SIDE} height={SIDE} />
          <path className="even" d={`M0 ${SIDE}L${SIDE} 0`} />
          {[0, 0.5, 1].map((at) => (
            <g key={at}>
              <text x={at * SIDE} y={SIDE + 16} textAnchor="middle">
                {at * 100} %
              </text>
              <text x={-6} y={(1 - at) * SIDE + 4} textAnchor="end">
                {at * 100}
              </text>
            </g>
          ))}
          {bands.map((band) => (
            <circle
              key={band.low}
              className="dot"
              cx={band.said * SIDE}
              cy={(1 - band.happened) * SIDE}
              r={3 + 7 * Math.sqrt(band.forecasts / most)}
            />
          ))}
        </svg>
        <figcaption className="sub">Across: said. Up: happened. Larger dots weigh more.</figcaption>
      </figure>
      <div className="w6">
        <Table
          rows={bands}
          id={(row) => row.low}
          columns={[
            { head: "Said", kind: "number", cell: (row) => percent(row.said) },
            { head: "Happened", kind: "number", cell: (row) => percent(row.happened) },
            { head: "Count", kind: "number", cell: (row) => count(row.forecasts) },
          ]}
        />
      </div>
    </div>
  );
}

function ResultCard() {
  const query = useQuery(money);
  return (
    <ReadCard title="Result" what="Result" query={query}>
      {(data) => (
        <dl className="card__body kv">
          <dt>Put in</dt>
          <dd>
            <Sum amount={data.deposits} currency={data.currency} />
          </dd>
          <dt>Fees paid, in the result</dt>
          <dd>
            <Sum amount={data.fees} currency={data.currency} />
          </dd>
          <dt>Realised</dt>
          <dd>
            <Result amount={data.realised} currency={data.currency} />
          </dd>
          <dt className="sum">Result with what is open</dt>
          <dd className="sum">
            <Result amount={data.profit} currency={data.currency} />
          </dd>
        </dl>
      )}
    </ReadCard>
  );
}
