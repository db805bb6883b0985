/** The chart itself: the market dashed grey, the agent solid blue with its error, our fills on it. */
import {
  createChart,
  createSeriesMarkers,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  LineType,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { clock, shortDay } from "@/format/time";
import type { Point } from "@/parts/lines";
import { screens } from "@/texts";

const say = screens.marketChart;

/** Marks in local time, as everything else on the page. */
const tick = (at: unknown) =>
  shortDay(Number(at) * 1000)
    .split(", ")
    .at(-1) ?? "";

/** What the agent believed of the first side at a moment, and how far off that may be. */
export interface Belief extends Point {
  error: number;
}

/** One of our fills, at the price of the first side. */
export interface Filled extends Point {
  isBuy: boolean;
  words: string;
}

interface ChartProps {
  prices: Point[];
  beliefs: Belief[];
  fills: Filled[];
}

interface Drawn {
  prices: ISeriesApi<"Line">;
  beliefs: ISeriesApi<"Line">;
  edges: [ISeriesApi<"Line">, ISeriesApi<"Line">];
  fills: ISeriesMarkersPluginApi<Time>;
  fit: () => void;
  /** Puts the colours on that the theme has now. */
  dress: () => void;
}

/** In seconds and rising, one for each second, in percent: as the chart wants them. */
function rows(points: Point[]) {
  const bySecond = new Map<number, number>();
  for (const { at, value } of points) bySecond.set(Math.floor(at / 1000), value * 100);
  return [...bySecond]
    .sort(([one], [other]) => one - other)
    .map(([time, value]) => ({ time: time as UTCTimestamp, value }));
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function draw(box: HTMLElement): Drawn & { remove: () => void } {
  const chart = createChart(box, {
    autoSize: true,
    layout: {
      background: { color: "transparent" },
      fontSize: 12,
      // Its notice is a style element, which the pages' policy forbids: docs/dashboard.md has it.
      attributionLogo: false,
    },
    grid: { vertLines: { visible: false }, horzLines: { visible: true } },
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
    lineStyle: LineStyle.LargeDashed,
    lineWidth: 1,
  });
  const beliefs = chart.addSeries(LineSeries, {
    ...shared,
    priceFormat: format,
    lineType: LineType.WithSteps,
    lineWidth: 2,
  });
  const edge = () =>
    chart.addSeries(LineSeries, {
      priceFormat: format,
      lineType: LineType.WithSteps,
      lineStyle: LineStyle.SparseDotted,
      lineWidth: 1,
      lastValueVisible: false,
      priceLineVisible: false,
      crosshairMarkerVisible: false,
    });
  const edges: Drawn["edges"] = [edge(), edge()];
  function dress() {
    chart.applyOptions({
      layout: { textColor: colour("--ink-3") },
      grid: { horzLines: { color: colour("--line") } },
    });
    prices.applyOptions({ color: colour("--market") });
    for (const one of [beliefs, ...edges]) one.applyOptions({ color: colour("--accent") });
  }
  dress();
  return {
    prices,
    beliefs,
    edges,
    dress,
    fills: createSeriesMarkers(prices, []),
    fit: () => chart.timeScale().fitContent(),
    remove: () => chart.remove(),
  };
}

/** Kept within what a chance can be. */
const within = (value: number) => Math.min(1, Math.max(0, value));

function show(drawn: Drawn, { prices, beliefs, fills }: ChartProps): void {
  const first = prices[0]?.at ?? 0;
  const seen = beliefs.filter((one) => one.at >= first);
  drawn.prices.setData(rows(prices));
  drawn.beliefs.setData(rows(seen));
  drawn.edges.forEach((series, index) => {
    const way = index === 0 ? 1 : -1;
    series.setData(
      rows(seen.map(({ at, value, error }) => ({ at, value: within(value + way * error) }))),
    );
  });
  const accent = colour("--accent");
  drawn.fills.setMarkers(
    fills
      .filter((one) => one.at >= first)
      .map(({ at, value, isBuy, words }) => ({
        time: Math.floor(at / 1000) as UTCTimestamp,
        position: isBuy ? "atPriceBottom" : "atPriceTop",
        price: value * 100,
        shape: isBuy ? "arrowUp" : "arrowDown",
        color: accent,
        text: words,
      })),
  );
  drawn.fit();
}

/** The look that is on, told again when somebody changes it. */
function useTheme(): string | undefined {
  return useSyncExternalStore(
    (tell) => {
      const watch = new MutationObserver(tell);
      watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
      return () => watch.disconnect();
    },
    () => document.documentElement.dataset.theme,
  );
}

export default function PriceChart(props: ChartProps) {
  const { prices, beliefs, fills } = props;
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const theme = useTheme();
  useEffect(() => {
    if (box.current === null) return;
    const made = draw(box.current);
    drawn.current = made;
    return () => {
      drawn.current = null;
      made.remove();
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    if (drawn.current === null) return;
    drawn.current.dress();
    show(drawn.current, { prices, beliefs, fills });
  }, [prices, beliefs, fills, theme]);
  const last = prices.at(-1)?.value ?? 0;
  const label = say.courseOfPrice({ last: (last * 100).toFixed(1), fills: fills.length });
  return <div ref={box} className="tvchart" role="img" aria-label={label} />;
}
