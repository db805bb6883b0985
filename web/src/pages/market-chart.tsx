/** The chart itself: the market dashed grey, the agent solid blue. */
import {
  createChart,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  LineType,
  type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useRef } from "react";
import { clock, shortDay } from "@/format/time";
import type { Point } from "@/parts/lines";

/** Marks in local time, as everything else on the page. */
const tick = (at: unknown) =>
  shortDay(Number(at) * 1000)
    .split(", ")
    .at(-1) ?? "";

interface ChartProps {
  prices: Point[];
  beliefs: Point[];
}

interface Drawn {
  prices: ISeriesApi<"Line">;
  beliefs: ISeriesApi<"Line">;
  fit: () => void;
}

/** In seconds and rising, one for each second, in percent: as the chart wants them. */
function rows(points: Point[]) {
  const bySecond = new Map<number, number>();
  for (const { at, value } of points) bySecond.set(Math.floor(at / 1000), value * 100);
  return [...bySecond]
    .sort(([one], [other]) => one - other)
    .map(([time, value]) => ({ time: time as UTCTimestamp, value }));
}

function draw(box: HTMLElement): Drawn & { remove: () => void } {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const chart = createChart(box, {
    autoSize: true,
    layout: {
      background: { color: "transparent" },
      textColor: colour("--ink-3"),
      fontSize: 12,
      // Its notice is a style element, which the pages' policy forbids: docs/dashboard.md has it.
      attributionLogo: false,
    },
    grid: { vertLines: { visible: false }, horzLines: { color: colour("--line") } },
    rightPriceScale: { borderVisible: false },
    timeScale: { borderVisible: false, timeVisible: true, tickMarkFormatter: tick },
    handleScroll: { vertTouchDrag: false },
    localization: { timeFormatter: (at: number) => clock(at * 1000) },
  });
  const shared = { lastValueVisible: true, priceLineVisible: false } as const;
  const format = { type: "price", precision: 1, minMove: 0.1 } as const;
  const prices = chart.addSeries(LineSeries, {
    ...shared,
    priceFormat: format,
    color: colour("--market"),
    lineStyle: LineStyle.Dashed,
    lineWidth: 1,
  });
  const beliefs = chart.addSeries(LineSeries, {
    ...shared,
    priceFormat: format,
    color: colour("--accent"),
    lineType: LineType.WithSteps,
    lineWidth: 2,
  });
  return {
    prices,
    beliefs,
    fit: () => chart.timeScale().fitContent(),
    remove: () => chart.remove(),
  };
}

export default function PriceChart({ prices, beliefs }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  useEffect(() => {
    if (box.current === null) return;
    const made = draw(box.current);
    drawn.current = made;
    return () => {
      drawn.current = null;
      made.remove();
    };
  }, []);
  useEffect(() => {
    drawn.current?.prices.setData(rows(prices));
    const first = prices[0]?.at ?? 0;
    drawn.current?.beliefs.setData(rows(beliefs.filter((one) => one.at >= first)));
    drawn.current?.fit();
  }, [prices, beliefs]);
  const last = prices.at(-1)?.value ?? 0;
  const label = `Price over time, last ${(last * 100).toFixed(1)} percent`;
  return <div ref={box} className="tvchart" role="img" aria-label={label} />;
}
