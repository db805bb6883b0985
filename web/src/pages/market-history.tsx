/** The price over time, with the agent's forecasts and fills over it. The chart's code comes late. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { history, ours, version } from "@/api/queries";
import type { Chart } from "@/api/types";
import { decimal, percent, placesOf } from "@/format/figures";
import { Choice } from "@/parts/choice";
import { Lines } from "@/parts/lines";
import { Table } from "@/parts/list";
import { Sentence } from "@/parts/sentence";
import { Empty, Loading, ReadCard } from "@/parts/views";
import { Sum, Time } from "@/parts/words";
import { screens } from "@/texts";
import type { Sides } from "./market";
import type { Belief, Filled } from "./market-chart";

const say = screens.marketHistory;

const PriceChart = lazy(() => import("./market-chart"));
const PERIODS = ["12H", "24H", "1W", "1M"] as const;

function beliefsOf(chart: Chart | undefined): Belief[] {
  return (chart?.forecasts ?? [])
    .filter((one) => !one.is_part)
    .map((one) => ({
      at: Date.parse(one.at),
      value: one.probability,
      error: one.standard_error,
    }));
}

function fillsOf(chart: Chart | undefined): Filled[] {
  return (chart?.fills ?? []).map((one) => ({
    at: Date.parse(one.at),
    value: Number(one.price1),
    isBuy: one.side === "BUY",
    words: `${one.side === "BUY" ? say.buy : say.sell} ${one.outcome}`,
  }));
}

export function HistoryCard({ sides, period }: { sides: Sides; period: string }) {
  const navigate = useNavigate({ from: "/markets/$marketId" });
  const query = useQuery(history(sides.eventId, sides.id, period));
  const { data: chart } = useQuery(ours(sides.id));
  const drawn = useMemo(
    () => ({
      prices: (query.data?.[sides.id] ?? [])
        .filter((point) => point.p !== null)
        .map((point) => ({ at: point.e, value: point.p ?? 0 })),
      beliefs: beliefsOf(chart),
      fills: fillsOf(chart),
    }),
    [query.data, chart, sides.id],
  );
  return (
    <ReadCard
      title={say.chanceOf(sides.labels[0])}
      what={say.priceHistory}
      query={query}
      lines={5}
      aside={
        <Choice
          label={say.period}
          options={PERIODS.map((one) => [one, one] as const)}
          chosen={period}
          onChoose={(one) => navigate({ search: (now) => ({ ...now, period: one }) })}
        />
      }
      isEmpty={() => drawn.prices.length < 2}
      empty={<Empty title={say.noCourseYet}>{say.theLineBeginsWith}</Empty>}
      foot={
        <p className="card__foot row">
          <span className="key">
            <i />
            {say.agentDottedItsError}
          </span>
          <span className="key">
            <i className="mkt" />
            {say.market}
          </span>
          <span className="key">{say.weBought}</span>
          <span className="key">{say.weSold}</span>
        </p>
      }
    >
      {() => (
        <div className="card__body">
          <Suspense fallback={<Loading lines={4} />}>
            <PriceChart {...drawn} />
          </Suspense>
        </div>
      )}
    </ReadCard>
  );
}

/** The asset that a window settles on, against what it must reach. */
export function UnderlyingCard({ sides }: { sides: Sides }) {
  const query = useQuery(ours(sides.id));
  const asset = query.data?.underlying;
  if (!asset) return null;
  const points = asset.points.map((one) => ({ at: Date.parse(one.at), value: Number(one.price) }));
  const last = asset.points.at(-1);
  const marked = asset.threshold === null ? [] : [Number(asset.threshold)];
  const places = placesOf([...points.map((one) => one.value), ...marked]);
  return (
    <ReadCard
      title={say.underlyingOf({ symbol: asset.symbol })}
      what={say.underlying}
      query={query}
      isEmpty={() => points.length < 2}
      empty={<Empty title={say.theFeedHasSeen} />}
    >
      {() => (
        <div className="card__body stack">
          <Lines
            points={points}
            label={say.courseOf({
              symbol: asset.symbol,
              first: asset.points[0]?.price,
              last: last?.price,
            })}
            height={140}
            tick={(value) => decimal(value.toFixed(places), places)}
            hasTimes
            isMarket
            {...(asset.threshold !== null && { mark: Number(asset.threshold) })}
          />
          <p className="row small muted">
            <span>
              <Sentence
                words={say.lastPrice}
                values={{ price: <b>{decimal(last?.price, places)}</b> }}
              />
            </span>
            <span>
              {asset.threshold === null ? (
                say.theThresholdIsNot
              ) : (
                <Sentence
                  words={say.threshold}
                  values={{
                    label: sides.labels[0],
                    price: <b>{decimal(asset.threshold, places)}</b>,
                  }}
                />
              )}
            </span>
          </p>
        </div>
      )}
    </ReadCard>
  );
}

/** Our fills as figures, for who reads no chart. */
export function FillsCard({ sides }: { sides: Sides }) {
  const query = useQuery(ours(sides.id));
  const currency = useQuery(version).data?.currency ?? "";
  if ((query.data?.fills.length ?? 0) === 0) return null;
  return (
    <ReadCard title={say.ourFillsHere} what={say.fills} query={query}>
      {(data) => (
        <>
          <Table
            rows={data.fills.toReversed()}
            id={(row) => row.intent_id + row.at + row.shares}
            columns={[
              {
                head: say.what,
                kind: "full",
                cell: (row) => (
                  <>
                    <b>{row.side === "BUY" ? say.buy : say.sell}</b> {row.outcome}{" "}
                    <span className="sub">{row.source}</span>
                  </>
                ),
              },
              { head: say.shares, kind: "number", cell: (row) => decimal(row.shares) },
              { head: say.price, kind: "number", cell: (row) => percent(row.price) },
              {
                head: say.cash,
                kind: "number",
                cell: (row) => <Sum amount={row.cash} currency={currency} />,
              },
              {
                head: say.fee,
                kind: "number",
                cell: (row) => <Sum amount={row.fee} currency={currency} />,
              },
              { head: say.time, kind: "number", cell: (row) => <Time at={row.at} /> },
            ]}
          />
          {data.fills_left_out > 0 && (
            <p className="card__foot small">{say.olderFillsLeftOut({ n: data.fills_left_out })}</p>
          )}
        </>
      )}
    </ReadCard>
  );
}
