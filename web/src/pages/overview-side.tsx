/** Beside the money: what waits for a person, what closes next, and how old everything is. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { followed, parts, signals } from "@/api/queries";
import type { Market } from "@/api/types";
import { Decide, Waits } from "@/parts/decide";
import { ListCard } from "@/parts/list";
import { useNow } from "@/parts/now";
import { Empty, ReadCard } from "@/parts/views";
import { Left, PartAge } from "@/parts/words";
import { partName } from "@/reasons";
import { screens } from "@/texts";

const say = screens.overviewSide;

export function WaitingCard() {
  const query = useInfiniteQuery(signals({ status: "PENDING" }));
  return (
    <ListCard
      title={say.waitsForYou}
      what={say.waitingSignals}
      className="soon"
      query={query}
      empty={<Empty title={say.nothingWaitsForYou} />}
    >
      {(items) => (
        <ul className="lines">
          {items.map((signal) => (
            <li key={signal.id}>
              <span>
                <Link className="title" to="/explain/$subject" params={{ subject: signal.id }}>
                  {signal.market}
                </Link>
                <br />
                <span className="sub">{say.buy({ outcome: signal.outcome })}</span>
              </span>
              <span className="sub">
                <Waits signal={signal} />
              </span>
              <span className="across">
                <Decide signal={signal} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </ListCard>
  );
}

export function ClosingCard() {
  const query = useQuery(followed);
  const now = useNow() ?? 0;
  const isOpen = (market: Market) =>
    market.closes_at !== null && Date.parse(market.closes_at) > now;
  return (
    <ReadCard
      title={say.nextToClose}
      what={say.markets}
      query={query}
      isEmpty={(data) => !data.some(isOpen)}
      empty={<Empty title={say.noOpenMarketIs} />}
    >
      {(data) => (
        <dl className="card__body kv">
          {data
            .filter(isOpen)
            .slice(0, 5)
            .map((market) => (
              <div key={market.id} className="contents">
                <dt>
                  <Link
                    className="title"
                    to="/markets/$marketId"
                    params={{ marketId: market.id }}
                    search={{ event: market.event_id }}
                  >
                    {market.title}
                  </Link>
                </dt>
                <dd>
                  <Left at={market.closes_at} />
                </dd>
              </div>
            ))}
        </dl>
      )}
    </ReadCard>
  );
}

export function AgesCard() {
  const query = useQuery(parts);
  return (
    <ReadCard title={say.howOldTheData} what={say.ages} query={query}>
      {(data) => (
        <dl className="card__body kv">
          {data.parts.map((part) => (
            <div key={part.name} className="contents">
              <dt>{partName(part.name)}</dt>
              <dd>
                <PartAge at={part.at} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </ReadCard>
  );
}
