/** The price over time, with the agent's forecasts over it. The chart's code comes when needed. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { decisions, history } from "@/api/queries";
import { Empty, Loading, ReadCard } from "@/parts/views";
import type { Sides } from "./market";

const PriceChart = lazy(() => import("./market-chart"));
const PERIODS = ["12H", "24H", "1W", "1M"] as const;

export function HistoryCard({ sides, period }: { sides: Sides; period: string }) {
  const navigate = useNavigate({ from: "/markets/$marketId" });
  const query = useQuery(history(sides.eventId, sides.id, period));
  const looks = useInfiniteQuery(decisions({ market_id: sides.id }));
  const beliefs = (looks.data?.pages[0]?.items ?? [])
    .filter((look) => look.probability !== null)
    .map((look) => ({ at: Date.parse(look.at), value: look.probability ?? 0 }))
    .toReversed();
  return (
    <ReadCard
      title={`Chance of ${sides.labels[0]}, %`}
      what="Price history"
      query={query}
      lines={5}
      aside={
        <span className="seg" role="group" aria-label="Period">
          {PERIODS.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === period}
              onClick={() => navigate({ search: (now) => ({ ...now, period: one }) })}
            >
              {one}
            </button>
          ))}
        </span>
      }
      isEmpty={(data) => (data[sides.id] ?? []).length < 2}
      empty={<Empty title="No course yet">The line begins with the second price.</Empty>}
      foot={
        <p className="card__foot row">
          <span className="key">
            <i />
            agent
          </span>
          <span className="key">
            <i className="mkt" />
            market
          </span>
        </p>
      }
    >
      {(data) => (
        <div className="card__body">
          <Suspense fallback={<Loading lines={4} />}>
            <PriceChart
              prices={(data[sides.id] ?? [])
                .filter((point) => point.p !== null)
                .map((point) => ({ at: point.e, value: point.p ?? 0 }))}
              beliefs={beliefs}
            />
          </Suspense>
        </div>
      )}
    </ReadCard>
  );
}
