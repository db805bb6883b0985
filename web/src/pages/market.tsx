/** One market: its price over time, its book, what the agent believed, and a trade by hand. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { decisions, event, market, orders, positions } from "@/api/queries";
import type { Decision, Event, Market } from "@/api/types";
import { percent } from "@/format/figures";
import { ListCard } from "@/parts/list";
import { LookTable } from "@/parts/looks";
import { useNow } from "@/parts/now";
import { Sentence } from "@/parts/sentence";
import { HeldTable, OrderTable } from "@/parts/tables";
import { Empty, Page, ReadCard } from "@/parts/views";
import { Age, Chip, Left, Pair, Time } from "@/parts/words";
import { screens, texts } from "@/texts";
import { BookCard } from "./market-book";
import { FillsCard, HistoryCard, UnderlyingCard } from "./market-history";
import { TradeCard } from "./market-trade";

const say = screens.market;

/** What a page needs of a market, from our books or, where it was never followed, from the venue. */
export interface Sides {
  id: string;
  eventId: string;
  labels: [string, string];
  outcomes: [string, string];
}

function sidesOf(id: string, known: Market | undefined, told: Event | undefined): Sides | null {
  if (known !== undefined) {
    return {
      id,
      eventId: known.event_id,
      labels: [known.label1, known.label2],
      outcomes: [known.outcome1_id, known.outcome2_id],
    };
  }
  const found = told?.markets.find((one) => one.id === id);
  if (told === undefined || found === undefined) return null;
  return {
    id,
    eventId: told.id,
    labels: [found.outcome1Label, found.outcome2Label],
    outcomes: [found.outcome1Id, found.outcome2Id],
  };
}

export function MarketPage() {
  const { marketId } = useParams({ from: "/inside/markets/$marketId" });
  const search = useSearch({ from: "/inside/markets/$marketId" });
  const known = useQuery({ ...market(marketId), retry: false });
  const eventId = search.event ?? known.data?.event_id ?? "";
  const told = useQuery(event(eventId));
  const sides = sidesOf(marketId, known.data, told.data);
  const looks = useInfiniteQuery(decisions({ market_id: marketId }));
  const last = looks.data?.pages[0]?.items[0];
  const title = known.data?.title ?? told.data?.title ?? texts.pages.markets;
  const closes = known.data?.closes_at ?? told.data?.closingDate;
  const now = useNow();
  const isOpen = now !== null && closes != null && Date.parse(closes) > now;
  return (
    <Page
      name={
        <>
          <Link to="/markets">{texts.pages.markets}</Link>
          {known.data?.series && <Chip>{known.data.series}</Chip>}
          {told.data && <Chip>{told.data.engine.toUpperCase()}</Chip>}
        </>
      }
      title={title}
      lede={
        closes && (
          <>
            {isOpen ? (
              <Sentence
                words={say.closesIn}
                values={{
                  moment: <Time at={closes} />,
                  left: (
                    <b>
                      <Left at={closes} />
                    </b>
                  ),
                }}
              />
            ) : (
              <Sentence words={say.closedAt} values={{ moment: <Time at={closes} /> }} />
            )}
            {last?.probability !== undefined && last.probability !== null && sides && (
              <>
                {" "}
                {say.agentAndMarket({
                  chance: percent(last.probability),
                  label: sides.labels[0],
                  price: percent(last.market_price) || texts.notKnown,
                })}
              </>
            )}
          </>
        )
      }
    >
      <div className="grid12">
        <div className="stack w8">
          {sides && <HistoryCard sides={sides} period={search.period ?? "24H"} />}
          {sides && known.data?.symbol && <UnderlyingCard sides={sides} />}
          <Held marketId={marketId} />
          {sides && known.data && <FillsCard sides={sides} />}
          <ListCard
            title={say.looksAtThisMarket}
            what={say.looks}
            query={looks}
            empty={<Empty title={say.theAgentHasNot} />}
          >
            {(items) => <LookTable rows={items} />}
          </ListCard>
          <Orders marketId={marketId} />
          <Rules query={told} />
        </div>
        <div className="stack w4 melt">
          {sides && (
            <TradeCard sides={sides} {...(last && { belief: last.probability })} isOpen={isOpen} />
          )}
          {last && <BeliefCard look={last} label={sides?.labels[0] ?? say.yes} />}
          {sides && told.data?.engine.toLowerCase() !== "amm" && <BookCard sides={sides} />}
        </div>
      </div>
    </Page>
  );
}

function BeliefCard({ look, label }: { look: Decision; label: string }) {
  return (
    <section className="card" aria-label={say.forecast}>
      <div className="card__head">
        <h2>{say.forecastFor({ label })}</h2>
        <Age at={look.at} />
      </div>
      <div className="card__body stack">
        {look.probability === null ? (
          <p className="small muted">{say.noForecastWasMade}</p>
        ) : (
          <>
            <p className="figure us">
              {percent(look.probability)}{" "}
              <small>{look.author !== null && say.by({ author: look.author })}</small>
            </p>
            <Pair ours={look.probability} market={look.market_price} />
          </>
        )}
        <Link to="/explain/$subject" params={{ subject: String(look.id) }}>
          {say.forecastersEvidenceAndEvery}
        </Link>
      </div>
    </section>
  );
}

function Held({ marketId }: { marketId: string }) {
  const query = useQuery(positions);
  const mine = query.data?.filter((one) => one.market_id === marketId) ?? [];
  if (query.data !== undefined && mine.length === 0) return null;
  return (
    <ReadCard title={say.heldHere} what={say.positions} query={query}>
      {() => <HeldTable rows={mine} canSell isOneMarket />}
    </ReadCard>
  );
}

function Orders({ marketId }: { marketId: string }) {
  const query = useInfiniteQuery(orders({ market_id: marketId }));
  return (
    <ListCard
      title={say.ordersHere}
      what={say.orders}
      query={query}
      empty={<Empty title={say.noOrderWasEver} />}
    >
      {(items) => <OrderTable rows={items} />}
    </ListCard>
  );
}

function Rules({ query }: { query: ReturnType<typeof useQuery<Event>> }) {
  if (!query.isEnabled) return null;
  return (
    <ReadCard
      title={say.rules}
      what={say.rules}
      query={query}
      isEmpty={(data) => data.description === ""}
      empty={<Empty title={say.theVenueGivesNo} />}
    >
      {(data) => <p className="card__body words small muted">{data.description}</p>}
    </ReadCard>
  );
}
