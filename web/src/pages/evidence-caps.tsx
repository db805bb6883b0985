/** How much of what models and searches may cost is used. */
import { useQuery } from "@tanstack/react-query";
import { caps } from "@/api/queries";
import type { Cap } from "@/api/types";
import { count, decimal, money, percent } from "@/format/figures";
import { Sentence } from "@/parts/sentence";
import { Empty, ReadCard } from "@/parts/views";
import { Chip, Left } from "@/parts/words";
import { screens } from "@/texts";

const say = screens.evidenceCaps;

export function CapsCard() {
  const query = useQuery(caps);
  return (
    <ReadCard
      title={say.capsOnWhatIt}
      what={say.caps}
      query={query}
      isEmpty={(data) => data.caps.length === 0}
      empty={<Empty title={say.nothingThatCostsMoney} />}
    >
      {(data) => (
        <ul className="limits">
          {data.caps.map((one) => (
            <CapRow key={one.name + one.span} told={one} />
          ))}
        </ul>
      )}
    </ReadCard>
  );
}

function CapRow({ told }: { told: Cap }) {
  const sum = (value: string) => (told.unit === "USD" ? money(value, "USD") : decimal(value, 0));
  const part = Math.min(1, Number(told.fraction ?? 0));
  const name = say.capName({ what: told.name, span: told.span });
  return (
    <li>
      <span>
        <b>{name}</b> <span className="mono faint">{told.setting}</span>
      </span>
      <span className="limits__use">
        {told.is_used_up && <Chip tone="bad">{say.usedUp}</Chip>}
        <b>{percent(told.fraction)}</b>
        <span className="nowrap">
          {told.cap === null
            ? say.usedWithoutCap({ used: sum(told.used) })
            : say.usedOfCap({ used: sum(told.used), cap: sum(told.cap) })}
        </span>
      </span>
      <span
        className={told.is_used_up ? "use use--bad" : "use"}
        role="meter"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(part * 100)}
      >
        <i style={{ "--v": part * 100 } as object} />
      </span>
      <span className="sub">
        {say.asked({ calls: count(told.calls) })}
        {told.open_calls > 0 &&
          say.notAnsweredYet({ open: count(told.open_calls), reserved: sum(told.reserved) })}
        {told.renews_at !== null && (
          <Sentence words={say.roomAgain} values={{ left: <Left at={told.renews_at} /> }} />
        )}
      </span>
    </li>
  );
}
