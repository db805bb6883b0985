/** Lines over time, drawn to fit. Where a figure goes on the page is all that is calculated here. */
import type { ReactNode } from "react";
import { shortDay } from "@/format/time";

export interface Point {
  at: number;
  value: number;
}

interface Range {
  low: number;
  high: number;
}

const WIDTH = 800;
const HEIGHT = 200;

function around(values: number[]): Range {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) [low, high] = [low - 1, high + 1];
  const edge = (high - low) * 0.06;
  return { low: low - edge, high: high + edge };
}

const down = (value: number, { low, high }: Range) => ((high - value) / (high - low)) * HEIGHT;

function path(points: Point[], range: Range): string {
  const first = points[0]?.at ?? 0;
  const length = Math.max(1, (points.at(-1)?.at ?? 1) - first);
  return points
    .map((point, index) => {
      const x = ((point.at - first) / length) * WIDTH;
      return `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${down(point.value, range).toFixed(1)}`;
    })
    .join("");
}

interface LinesProps {
  points: Point[];
  label: string;
  height: number;
  tick: (value: number) => string;
  /** A level to hold the line against, such as what was put in. */
  mark?: number;
  isFall?: boolean;
  /** It is the world's line and not the agent's: drawn as the market is. */
  isMarket?: boolean;
  hasTimes?: boolean;
  children?: ReactNode;
}

/** One line with its scale; under it the times. */
export function Lines(props: LinesProps) {
  const { points, label, height, tick, mark, isFall, isMarket, hasTimes } = props;
  const values = points.map((point) => point.value);
  const range = isFall
    ? { low: Math.min(...values, -0.001), high: 0 }
    : around(mark === undefined ? values : [...values, mark]);
  const line = path(points, range);
  const steps = isFall ? [0, 1] : [0.08, 0.36, 0.64, 0.92];
  return (
    <div className="chart" role="img" aria-label={label}>
      <div className="plot" style={{ "--h": `${height}px` } as object}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {steps.map((y) => (
            <line key={y} className="g-grid" x1="0" x2={WIDTH} y1={y * HEIGHT} y2={y * HEIGHT} />
          ))}
          {mark !== undefined && (
            <line
              className="g-mark"
              x1="0"
              x2={WIDTH}
              y1={down(mark, range)}
              y2={down(mark, range)}
            />
          )}
          <path
            className={isFall ? "g-dd" : isMarket ? "g-mkt" : "g-us"}
            d={isFall ? `${line}L${WIDTH} 0L0 0Z` : line}
          />
        </svg>
      </div>
      <div className="ys" aria-hidden="true">
        {steps.map((y) => (
          <span key={y} style={{ "--y": y * 100 } as object}>
            {tick(range.high - y * (range.high - range.low))}
          </span>
        ))}
      </div>
      {hasTimes && (
        <div className="xs" aria-hidden="true">
          <span>{shortDay(points[0]?.at ?? 0)}</span>
          <span>{shortDay(points.at(-1)?.at ?? 0)}</span>
        </div>
      )}
    </div>
  );
}

/** How far each point is under the highest one before it, as a part. For drawing only. */
export function fallOf(points: Point[]): Point[] {
  let peak = Number.NEGATIVE_INFINITY;
  return points.map(({ at, value }) => {
    peak = Math.max(peak, value);
    return { at, value: peak > 0 ? value / peak - 1 : 0 };
  });
}
