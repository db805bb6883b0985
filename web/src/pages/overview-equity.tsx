/** The course of the equity and how far it fell from its peak. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { curve } from "@/api/queries";
import type { Equity } from "@/api/types";
import { decimal, money, percent } from "@/format/figures";
import { shortDay } from "@/format/time";
import { fallOf, Lines, type Point } from "@/parts/lines";
import { Empty, ReadCard } from "@/parts/views";
import { Result } from "@/parts/words";

const SPANS = { Day: 86_400_000, Week: 7 * 86_400_000, All: Number.POSITIVE_INFINITY };
type Span = keyof typeof SPANS;

export function EquityCard() {
  const query = useQuery(curve);
  const [span, setSpan] = useState<Span>("All");
  return (
    <ReadCard
      title="Equity, with its fall from the peak"
      what="Equity"
      query={query}
      lines={5}
      aside={
        <span className="seg" role="group" aria-label="Span">
          {(Object.keys(SPANS) as Span[]).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === span}
              onClick={() => setSpan(one)}
            >
              {one}
            </button>
          ))}
        </span>
      }
      isEmpty={(data) => data.length < 2}
      empty={
        <Empty title="No course yet">The line begins with the second valuation of the books.</Empty>
      }
    >
      {(data) => <Course all={data} span={SPANS[span]} />}
    </ReadCard>
  );
}

function Course({ all, span }: { all: Equity[]; span: number }) {
  const last = all.at(-1);
  const end = Date.parse(last?.at ?? "");
  const within = all.filter((one) => end - Date.parse(one.at) <= span);
  const shown = within.length > 1 ? within : all.slice(-2);
  const first = shown[0];
  if (first === undefined || last === undefined) return null;
  const points = shown.map((one): Point => ({ at: Date.parse(one.at), value: Number(one.value) }));
  const fall = fallOf(points);
  const lowest = Math.min(...fall.map((one) => one.value));
  const label = `Equity from ${money(first.value, first.currency)} to ${money(last.value, last.currency)}`;
  return (
    <div className="card__body stack">
      <Lines
        points={points}
        label={label}
        height={190}
        mark={Number(last.deposits)}
        tick={(value) => decimal(String(Math.round(value)), 0)}
      />
      <Lines
        points={fall}
        label={`Fall from the peak of this span, at most ${percent(lowest)}`}
        height={48}
        isFall
        hasTimes
        tick={(value) => percent(value)}
      />
      <p className="row small muted">
        <span className="key">
          <i />
          equity
        </span>
        <span>Dotted: what was put in</span>
        <span>
          Result at {shortDay(Date.parse(first.at))}{" "}
          <Result amount={first.profit} currency={first.currency} />, now{" "}
          <Result amount={last.profit} currency={last.currency} />
        </span>
      </p>
    </div>
  );
}
