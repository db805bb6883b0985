/** The course of the equity and how far it fell from its peak. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { curve } from "@/api/queries";
import type { Equity } from "@/api/types";
import { decimal, money, percent } from "@/format/figures";
import { shortDay } from "@/format/time";
import { Choice } from "@/parts/choice";
import { fallOf, Lines, type Point } from "@/parts/lines";
import { Sentence } from "@/parts/sentence";
import { Empty, ReadCard } from "@/parts/views";
import { Result } from "@/parts/words";
import { screens } from "@/texts";

const say = screens.overviewEquity;

const SPANS = { day: 86_400_000, week: 7 * 86_400_000, all: Number.POSITIVE_INFINITY };
type Span = keyof typeof SPANS;
const SPAN_WORDS = (Object.keys(SPANS) as Span[]).map((one) => [one, say.spans[one]] as const);

export function EquityCard() {
  const query = useQuery(curve);
  const [span, setSpan] = useState<Span>("all");
  return (
    <ReadCard
      title={say.equityWithItsFall}
      what={say.equity}
      query={query}
      lines={5}
      aside={<Choice label={say.span} options={SPAN_WORDS} chosen={span} onChoose={setSpan} />}
      isEmpty={(data) => data.length < 2}
      empty={<Empty title={say.noCourseYet}>{say.theLineBeginsWith}</Empty>}
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
  const label = say.courseOfEquity({
    first: money(first.value, first.currency),
    last: money(last.value, last.currency),
  });
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
        label={say.fallFromPeak({ most: percent(lowest) })}
        height={48}
        isFall
        hasTimes
        tick={(value) => percent(value)}
      />
      <p className="row small muted">
        <span className="key">
          <i />
          {say.lineIsEquity({ currency: last.currency })}
        </span>
        <span>{say.dottedWhatWasPut}</span>
        <span>
          <Sentence
            words={say.resultThenAndNow}
            values={{
              moment: shortDay(Date.parse(first.at)),
              before: <Result amount={first.profit} currency={first.currency} />,
              now: <Result amount={last.profit} currency={last.currency} />,
            }}
          />
        </span>
      </p>
    </div>
  );
}
