/** Whether the agent is any good: scores beside the market's, calibration with counts, ended bets. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { calibration, money, skill } from "@/api/queries";
import type { Band, Score } from "@/api/types";
import { count, percent, score } from "@/format/figures";
import { Table } from "@/parts/list";
import { Sentence } from "@/parts/sentence";
import { Empty, Page, ReadCard } from "@/parts/views";
import { Result, Sum } from "@/parts/words";
import { screens, texts } from "@/texts";
import { CausesCard } from "./performance-causes";
import { ProofCard } from "./performance-proof";

const say = screens.performance;

function statement(scores: Score[] | undefined): string {
  if (scores === undefined) return texts.pages.performance;
  const judged = scores.filter((one) => one.gain !== null);
  if (judged.length === 0) return say.noForecastCouldBe;
  const better = judged.filter((one) => (one.gain ?? 0) > 0).length;
  return say.betterThanMarket({ better: count(better), judged: judged.length });
}

export function Performance() {
  const scores = useQuery(skill);
  const total = scores.data?.reduce((sum, one) => sum + one.forecasts, 0) ?? 0;
  return (
    <Page
      name={texts.pages.performance}
      title={statement(scores.data)}
      lede={
        scores.data && <Sentence words={say.howFarToTrust} values={{ n: <b>{count(total)}</b> }} />
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
          <section className="card" aria-label={say.howToReadThis}>
            <div className="card__head">
              <h2>{say.howToReadThis}</h2>
            </div>
            <div className="card__body stack small muted">
              <p>
                <Sentence
                  words={say.meaningOfBrier}
                  values={{ word: <b className="strong">{say.brier}</b> }}
                />
              </p>
              <p>
                <Sentence
                  words={say.meaningOfGain}
                  values={{ word: <b className="strong">{say.gain}</b> }}
                />
              </p>
              <p>
                <Sentence
                  words={say.meaningOfWon}
                  values={{ word: <b className="strong">{say.wonAndBreakEven}</b> }}
                />
              </p>
              <p>
                <Sentence
                  words={say.meaningOfClosingLine}
                  values={{ word: <b className="strong">{say.closingLine}</b> }}
                />
              </p>
              <p>
                <Sentence
                  words={say.meaningOfCalibration}
                  values={{ word: <b className="strong">{say.calibration}</b> }}
                />
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
      title={say.forecastersBesideTheMarket}
      what={say.scores}
      query={query}
      isEmpty={(data) => data.length === 0}
      empty={<Empty title={say.noForecastHasSettled}>{say.scoresBeginWithThe}</Empty>}
    >
      {(data) => (
        <Table
          rows={data}
          id={(row) => row.author}
          columns={[
            { head: say.forecaster, kind: "full", cell: (row) => <b>{row.author}</b> },
            { head: say.settled, kind: "number", cell: (row) => count(row.forecasts) },
            {
              head: say.brierAgent,
              kind: "number",
              cell: (row) => <span className="us">{score(row.brier)}</span>,
            },
            {
              head: say.brierMarket,
              kind: "number",
              cell: (row) => score(row.brier_market) || texts.notKnown,
            },
            { head: say.gain, kind: "number", cell: (row) => <Gain value={row.gain} /> },
            { head: say.logAgent, kind: "number", cell: (row) => score(row.log_loss) },
            {
              head: say.logMarket,
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
      title={say.calibration}
      what={say.calibration}
      query={query}
      lines={5}
      aside={
        authors.length > 1 && (
          <select
            className="input"
            style={{ width: 190 }}
            aria-label={say.forecaster}
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
      empty={<Empty title={say.tooEarlyToSay}>{say.itBeginsWithThe}</Empty>}
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
          aria-label={say.whatWasSaidAgainst}
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
        <figcaption className="sub">{say.acrossSaidUpHappened}</figcaption>
      </figure>
      <div className="w6">
        <Table
          rows={bands}
          id={(row) => row.low}
          columns={[
            { head: say.said, kind: "number", cell: (row) => percent(row.said) },
            { head: say.happened, kind: "number", cell: (row) => percent(row.happened) },
            { head: say.count, kind: "number", cell: (row) => count(row.forecasts) },
          ]}
        />
      </div>
    </div>
  );
}

function ResultCard() {
  const query = useQuery(money);
  return (
    <ReadCard title={say.result} what={say.result} query={query}>
      {(data) => (
        <dl className="card__body kv">
          <dt>{say.putIn}</dt>
          <dd>
            <Sum amount={data.deposits} currency={data.currency} />
          </dd>
          <dt>{say.feesPaidInThe}</dt>
          <dd>
            <Sum amount={data.fees} currency={data.currency} />
          </dd>
          <dt>{say.realised}</dt>
          <dd>
            <Result amount={data.realised} currency={data.currency} />
          </dd>
          <dt className="sum">{say.resultWithWhatIs}</dt>
          <dd className="sum">
            <Result amount={data.profit} currency={data.currency} />
          </dd>
        </dl>
      )}
    </ReadCard>
  );
}
