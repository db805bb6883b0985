/** Each limit with how far it is used up now: a bar, the numbers, and what it would refuse. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { limitsUse } from "@/api/queries";
import type { LimitsUse, LimitUse } from "@/api/types";
import { decimal, money, percent } from "@/format/figures";
import { Icon } from "@/parts/icons";
import { Sentence } from "@/parts/sentence";
import { ReadCard } from "@/parts/views";
import { Chip, type Tone } from "@/parts/words";
import { limitName } from "@/reasons";
import { screens } from "@/texts";

const say = screens.riskLimits;

const NEAR = 0.8;

/** A limit's value in its unit. */
export function limitValue({ value, unit }: { value: string; unit: string }): string {
  if (value === "") return say.any;
  if (unit.startsWith("part") || unit.startsWith("price")) return percent(value);
  if (unit.startsWith("percent")) return `${value} %`;
  if (unit.startsWith("seconds")) return `${value} s`;
  if (unit.startsWith("times")) return say.times({ factor: value });
  return value;
}

/** A quantity in the unit that a limit counts in. */
function quantity(value: string | null, unit: string): string {
  if (value === null) return "";
  if (unit === "count") return decimal(value, 0);
  if (unit === "seconds") return `${decimal(value, 0)} s`;
  return money(value, unit);
}

function stateOf(use: LimitUse): [Tone, string] {
  if (use.refuses === true) return ["bad", use.where ? say.fullHere : say.refusesBuys];
  if (use.fraction === null) return ["", say.eachBuy];
  if (Number(use.fraction) >= NEAR) return ["warn", say.nearlyFull];
  return ["", say.hasRoom];
}

export function LimitsCard() {
  const query = useQuery(limitsUse);
  return (
    <ReadCard
      title={say.limitsAndTheirUse}
      what={say.limits}
      query={query}
      lines={6}
      aside={
        <span className="tiny faint">
          {query.data && say.version({ version: query.data.version })}
        </span>
      }
      foot={
        <p className="card__foot">
          <Link className="btn" to="/settings">
            {say.changeLimits}
          </Link>
        </p>
      }
    >
      {(data) => <Uses data={data} />}
    </ReadCard>
  );
}

function Uses({ data }: { data: LimitsUse }) {
  const filled = data.limits.filter((one) => one.fraction !== null);
  const single = data.limits.filter((one) => one.fraction === null);
  return (
    <>
      {data.unreadable.length > 0 && (
        <p className="card__body note note--bad" role="alert">
          <Icon name="alert" />
          <span className="words">
            {say.everyBuyIsRefused({ why: data.unreadable.join("; ") })}
          </span>
        </p>
      )}
      <ul className="limits">
        {filled.map((one) => (
          <UseRow key={one.name} use={one} />
        ))}
      </ul>
      <details className="card__foot">
        <summary>{say.limitsOnSingleBuys({ n: single.length })}</summary>
        <dl className="kv" style={{ marginTop: 8 }}>
          {single.map((one) => (
            <div key={one.name} className="contents">
              <dt>
                {limitName(one.name)} <span className="sub">{one.meaning}</span>
              </dt>
              <dd>
                {limitValue({ value: one.value, unit: one.value_unit })}
                {one.refused_lately > 0 && (
                  <span className="sub"> {say.refusedLately({ n: one.refused_lately })}</span>
                )}
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

function UseRow({ use }: { use: LimitUse }) {
  const [tone, word] = stateOf(use);
  const part = Math.min(1, Math.max(0, Number(use.fraction)));
  const look = tone === "bad" ? "use use--bad" : tone === "warn" ? "use use--warn" : "use";
  const name = limitName(use.name);
  return (
    <li>
      <span>
        <b>{name}</b>{" "}
        <span className="faint">{limitValue({ value: use.value, unit: use.value_unit })}</span>
        <span className="sub">{use.meaning}</span>
      </span>
      <span className="limits__use">
        <Chip tone={tone}>{word}</Chip>
        <b>{percent(use.fraction)}</b>
        <span className="nowrap">
          {say.usedOfMost({
            used: quantity(use.used, use.unit),
            most: quantity(use.most, use.unit),
          })}
        </span>
      </span>
      <span
        className={look}
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(part * 100)}
      >
        <i style={{ "--v": part * 100 } as object} />
      </span>
      <span className="sub">
        {use.counts}
        {use.where && (
          <>
            {"; "}
            <Sentence
              words={say.fullest}
              values={{
                where: (
                  <Link to="/markets/$marketId" params={{ marketId: use.where.market_id }}>
                    {use.where.around === "market" || use.where.around === "event"
                      ? use.where.market
                      : use.where.id}
                  </Link>
                ),
              }}
            />
          </>
        )}
        {use.room !== null && use.refuses !== true && use.unit.length === 3 && (
          <>; {say.roomFor({ sum: money(use.room, use.unit) })}</>
        )}
        {use.refused_lately > 0 && <>; {say.refusedLately({ n: use.refused_lately })}</>}
      </span>
    </li>
  );
}
