/** Markets: those that the agent follows, and everything that the venue has open. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { events, followed, positions } from "@/api/queries";
import type { Event, Market } from "@/api/types";
import { count, percent } from "@/format/figures";
import { Table } from "@/parts/list";
import { useNow } from "@/parts/now";
import { Empty, Page, ReadCard } from "@/parts/views";
import { Chip, Left } from "@/parts/words";
import { texts } from "@/texts";

export function Markets() {
  const search = useSearch({ from: "/inside/markets" });
  const navigate = useNavigate({ from: "/markets" });
  const query = useQuery(followed);
  const [text, setText] = useState(search.q ?? "");
  const isVenue = search.view === "venue";
  function find(event: FormEvent) {
    event.preventDefault();
    const { q: _, page: __, ...rest } = search;
    void navigate({ search: text.trim() ? { ...rest, q: text.trim() } : rest });
  }
  const title = query.data
    ? `${count(query.data.length)} markets are followed`
    : texts.pages.markets;
  return (
    <Page
      name={texts.pages.markets}
      title={title}
      lede="Followed markets are looked at in every pass, the next to close first."
    >
      <div className="stack">
        <form className="row row--apart" onSubmit={find}>
          <div className="seg" role="group" aria-label="Show">
            <button type="button" aria-pressed={!isVenue} onClick={() => navigate({ search: {} })}>
              Followed
            </button>
            <button
              type="button"
              aria-pressed={isVenue}
              onClick={() => navigate({ search: { view: "venue" } })}
            >
              Open at the venue
            </button>
          </div>
          <span className="row">
            <label className="sr-only" htmlFor="q">
              Search markets
            </label>
            <input
              id="q"
              className="input"
              style={{ width: 220 }}
              placeholder="Title, series, underlying"
              maxLength={200}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <button className="btn" type="submit">
              Search
            </button>
          </span>
        </form>
        {isVenue ? <AtVenue /> : <Followed q={search.q ?? ""} category={search.category} />}
      </div>
    </Page>
  );
}

function fits(market: Market, q: string, category: string | undefined): boolean {
  const words = [market.title, market.series, market.symbol, market.category]
    .join(" ")
    .toLowerCase();
  return words.includes(q.toLowerCase()) && (!category || market.category === category);
}

const MOST = 300;

/** Open ones by their closing, and after them those that wait for their outcome. */
function rank({ closes_at }: Market, now: number): number {
  const at = closes_at === null ? Number.MAX_SAFE_INTEGER / 2 : Date.parse(closes_at);
  return at > now ? at : Number.MAX_SAFE_INTEGER - now + at;
}

function Followed({ q, category }: { q: string; category: string | undefined }) {
  const query = useQuery(followed);
  const held = useQuery(positions);
  const now = useNow() ?? 0;
  const heldIds = new Set(held.data?.map((one) => one.market_id));
  return (
    <ReadCard
      title={q ? `Followed, with “${q}”` : "Followed"}
      what="Markets"
      query={query}
      lines={6}
      isEmpty={(data) => !data.some((one) => fits(one, q, category))}
      empty={
        <Empty title={q ? "No followed market fits" : "No market is followed yet"}>
          {q ? "Look among those open at the venue." : "The listing is read soon after the start."}
        </Empty>
      }
    >
      {(data) => (
        <Table
          rows={data
            .filter((one) => fits(one, q, category))
            .sort((one, other) => rank(one, now) - rank(other, now))
            .slice(0, MOST)}
          id={(row) => row.id}
          columns={[
            {
              head: "Market",
              kind: "full",
              cell: (row) => (
                <>
                  <Link
                    className="title"
                    to="/markets/$marketId"
                    params={{ marketId: row.id }}
                    search={{ event: row.event_id }}
                  >
                    {row.title}
                  </Link>{" "}
                  {heldIds.has(row.id) && <Chip tone="us">held</Chip>}
                </>
              ),
            },
            { head: "Series", cell: (row) => row.series ?? <span className="faint">none</span> },
            {
              head: "Category",
              cell: (row) => row.category ?? <span className="faint">none</span>,
            },
            { head: "Engine", cell: (row) => row.engine.toUpperCase() },
            { head: "Closes in", kind: "number", cell: (row) => <Left at={row.closes_at} /> },
          ]}
        />
      )}
    </ReadCard>
  );
}

function AtVenue() {
  const { q, category, page = 1 } = useSearch({ from: "/inside/markets" });
  const navigate = useNavigate({ from: "/markets" });
  const query = useQuery(events({ ...(q && { keyword: q }), ...(category && { category }), page }));
  const last = query.data?.pagination.lastPage ?? 1;
  const go = (to: number) => navigate({ search: (now) => ({ ...now, page: to }) });
  return (
    <ReadCard
      title="Open at the venue"
      what="Events"
      query={query}
      lines={6}
      isEmpty={(data) => data.events.length === 0}
      empty={<Empty title="The venue has no such event open" />}
      foot={
        <div className="card__foot row row--apart">
          <span>
            Page {page} of {last}, {count(query.data?.pagination.totalCount ?? 0)} events
          </span>
          <span className="row">
            <button className="btn" type="button" disabled={page <= 1} onClick={() => go(page - 1)}>
              Back
            </button>
            <button
              className="btn"
              type="button"
              disabled={page >= last}
              onClick={() => go(page + 1)}
            >
              Next
            </button>
          </span>
        </div>
      }
    >
      {(data) => (
        <Table
          rows={data.events}
          id={(row) => row.id}
          columns={[
            { head: "Event", kind: "full", cell: (row) => <EventLinks event={row} /> },
            { head: "Category", cell: (row) => row.category },
            { head: "Engine", cell: (row) => row.engine.toUpperCase() },
            { head: "Closes in", kind: "number", cell: (row) => <Left at={row.closingDate} /> },
          ]}
        />
      )}
    </ReadCard>
  );
}

function EventLinks({ event }: { event: Event }) {
  return (
    <>
      <span className="title">{event.title}</span>
      {event.markets.slice(0, 6).map((market) => (
        <span key={market.id} className="sub">
          <Link
            to="/markets/$marketId"
            params={{ marketId: market.id }}
            search={{ event: event.id }}
          >
            {market.title || event.title}
          </Link>{" "}
          {market.outcome1Label} {percent(market.outcome1Price) || texts.notKnown}
        </span>
      ))}
    </>
  );
}
