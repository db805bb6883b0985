/** Small words with a meaning: sums, times, ages, chips, links. Text from outside stays text. */
import type { ReactNode } from "react";
import { course, money, percent } from "@/format/figures";
import { clock, dayAndClock, shortDay, span, utc, zone } from "@/format/time";
import { screens, texts } from "@/texts";
import { useNow, useWall } from "./now";
import { Sentence } from "./sentence";

const say = screens.words;

/** A sum in full. */
export function Sum({ amount, currency }: { amount: string | null | undefined; currency: string }) {
  if (amount === null || amount === undefined)
    return <span className="faint">{texts.notKnown}</span>;
  return <span className="nowrap">{money(amount, currency)}</span>;
}

/** A gain or a loss: by shape and sign, and by colour besides. */
export function Result({
  amount,
  currency,
}: {
  amount: string | null | undefined;
  currency: string;
}) {
  if (amount === null || amount === undefined)
    return <span className="faint">{texts.notKnown}</span>;
  return <span className={course(amount)}>{money(amount, currency, { isSigned: true })}</span>;
}

const SHOWN = { clock, day: dayAndClock, short: shortDay };

/** A moment in local time, with UTC on hover. */
export function Time({
  at,
  as = "short",
}: {
  at: string | null | undefined;
  as?: keyof typeof SHOWN;
}) {
  if (!at) return <span className="faint">{texts.none}</span>;
  const moment = Date.parse(at);
  return (
    <time
      dateTime={at}
      title={say.shownIn({ utc: utc(moment), zone: zone(moment) })}
      className="nowrap"
    >
      {SHOWN[as](moment)}
    </time>
  );
}

interface AgeProps {
  at: string | null | undefined;
  /** From here on it is late, in milliseconds. */
  lateMs?: number;
  /** The words around the age, where it does not stand alone. */
  around?: (values: { age: string }) => string;
}

/** How old something is by the world's time. The age is the light. */
export function Age({ at, lateMs = 900_000, around }: AgeProps) {
  const now = useNow();
  if (!at || now === null) return <span className="age age--dead">{texts.notKnown}</span>;
  const old = now - Date.parse(at);
  const isLate = old > lateMs;
  const age = (isLate ? say.oldAndLate : say.ago)({ span: span(old) });
  return (
    <span className={isLate ? "age age--late" : "age"} title={utc(Date.parse(at))}>
      {around ? around({ age }) : age}
    </span>
  );
}

/** The same of a part of the agent: what never happened yet is no fault of a reading. */
export function PartAge({ at }: { at: string | null }) {
  return at === null ? <span className="faint">{texts.never}</span> : <Age at={at} />;
}

interface LeftProps {
  at: string | null | undefined;
  /** The words around a time that is still to come. */
  ahead?: (values: { span: string }) => string;
}

/** How long until a moment. */
export function Left({ at, ahead = ({ span }) => span }: LeftProps) {
  const now = useNow();
  if (!at || now === null) return <span className="faint">{texts.notKnown}</span>;
  const left = Date.parse(at) - now;
  return (
    <span className="nowrap" title={utc(Date.parse(at))}>
      {left > 0 ? ahead({ span: span(left) }) : texts.past}
    </span>
  );
}

/** How long ago the browser last read this, on the wall's clock. */
export function ReadAge({ at, isFailed }: { at: number; isFailed: boolean }) {
  const now = useWall();
  if (at === 0) return null;
  return (
    <span className={isFailed ? "age age--dead" : "age"} title={utc(at)}>
      {(isFailed ? say.cutOffRead : say.read)({ span: span(now - at) })}
    </span>
  );
}

export type Tone = "us" | "bad" | "warn" | "good" | "dash" | "";

export function Chip({ tone = "", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={tone ? `chip chip--${tone}` : "chip"}>{children}</span>;
}

/** What is bought or sold: the side stands out. */
export function SideOf({ row }: { row: { side: string; outcome: string } }) {
  return (
    <Sentence
      words={say.sideAndOutcome}
      values={{ side: <b>{row.side === "BUY" ? say.buy : say.sell}</b>, outcome: row.outcome }}
    />
  );
}

/** A link to elsewhere: only http and https, and the other page learns nothing of this one. */
export function Outside({ to, children }: { to: string; children: ReactNode }) {
  const address = URL.canParse(to) ? new URL(to) : null;
  const isFit = address !== null && ["http:", "https:"].includes(address.protocol);
  if (!isFit) return <span>{children}</span>;
  return (
    <a href={address.href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

/** Agent and market on one line: the full dot is the agent, the ring the market. */
export function Pair({ ours, market }: { ours: number | null; market: string | null }) {
  const said = say.agentAndMarket({
    agent: percent(ours) || texts.notKnown,
    market: percent(market) || texts.notKnown,
  });
  return (
    <>
      <span className="pair" role="img" aria-label={said}>
        {market !== null && (
          <i className="mkt" style={{ "--at": Number(market) * 100 } as object} />
        )}
        {ours !== null && <i className="ours" style={{ "--at": ours * 100 } as object} />}
      </span>
      <span className="sub" aria-hidden="true">
        {say.bothChances({
          agent: percent(ours).replace(" %", "") || say.none,
          market: percent(market) || say.none,
        })}
      </span>
    </>
  );
}
