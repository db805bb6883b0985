/** Markets: those that the agent follows, and everything that the venue has open. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useMemo, useState } from "react";
import { events, followed, positions } from "@/api/queries";
import type { Event, Market } from "@/api/types";
import { count, percent } from "@/format/figures";
import { CardsPiece, piecesOf } from "@/parts/chunks";
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
        {isVenue ? <AtVenue /> : <Followed />}
      </div>
    </Page>
  );
}

type Wanted = Record<"q" | "category" | "series" | "engine" | "left", string | undefined>;

const HOUR_MS = 3_600_000;
const LEFTS: Record<string, [string, number]> = {
  hour: ["closes within an hour", HOUR_MS],
  day: ["closes within a day", 24 * HOUR_MS],
  week: ["closes within a week", 168 * HOUR_MS],
};

export function fits(market: Market, wanted: Wanted, now: number): boolean {
  const words = [market.title, market.series, market.symbol, market.category]
    .join(" ")
    .toLowerCase();
  const most = LEFTS[wanted.left ?? ""]?.[1];
  const left = market.closes_at === null ? Infinity : Date.parse(market.closes_at) - now;
  return (
    words.includes((wanted.q ?? "").toLowerCase()) &&
    (!wanted.category || market.category === wanted.category) &&
    (!wanted.series || market.series === wanted.series) &&
    (!wanted.engine || market.engine === wanted.engine) &&
    (most === undefined || (left > 0 && left <= most))
  );
}

/** Open ones by their closing, and after them those that wait for their outcome. */
function rank({ closes_at }: Market, now: number): number {
  const at = closes_at === null ? Number.MAX_SAFE_INTEGER / 2 : Date.parse(closes_at);
  return at > now ? at : Number.MAX_SAFE_INTEGER - now + at;
}

/** Those that fit in their order, worked out anew once in a while and not at each tick. */
export function sorted(all: readonly Market[], wanted: Wanted, now: number): Market[] {
  return all
    .filter((one) => fits(one, wanted, now))
    .map((one): [number, Market] => [rank(one, now), one])
    .sort(([one], [other]) => one - other)
    .map(([, market]) => market);
}

const ORDERED_MS = 30_000;

function Followed() {
  const { q, category, series, engine, left, look } = useSearch({ from: "/inside/markets" });
  const query = useQuery(followed);
  const held = useQuery(positions);
  const now = Math.floor((useNow() ?? 0) / ORDERED_MS) * ORDERED_MS;
  const heldIds = useMemo(() => new Set(held.data?.map((one) => one.market_id)), [held.data]);
  const rows = useMemo(
    () => sorted(query.data ?? [], { q, category, series, engine, left }, now),
    [query.data, q, category, series, engine, left, now],
  );
  const isChosen = Boolean(q || category || series || engine || left);
  return (
    <>
      <Choices all={query.data ?? []} />
      <ReadCard
        title={isChosen ? `${count(rows.length)} followed markets fit` : "Followed"}
        what="Markets"
        query={query}
        lines={6}
        isEmpty={() => rows.length === 0}
        empty={
          <Empty title={isChosen ? "No followed market fits" : "No market is followed yet"}>
            {isChosen
              ? "Take a filter away, or look among those open at the venue."
              : "The listing is read soon after the start."}
          </Empty>
        }
      >
        {() =>
          look === "cards" ? (
            <Tiles rows={rows} heldIds={heldIds} />
          ) : (
            <FollowedTable rows={rows} heldIds={heldIds} />
          )
        }
      </ReadCard>
    </>
  );
}

/** What a market can be chosen by, with the values that there are. */
function Choices({ all }: { all: readonly Market[] }) {
  const search = useSearch({ from: "/inside/markets" });
  const navigate = useNavigate({ from: "/markets" });
  const values = useMemo(
    () => ({
      series: valuesOf(all, "series"),
      category: valuesOf(all, "category"),
      engine: valuesOf(all, "engine"),
    }),
    [all],
  );
  function choose(name: string, value: string) {
    const { [name as "series"]: _, ...rest } = search;
    void navigate({ search: value ? { ...rest, [name]: value } : rest });
  }
  const choices = [
    ["series", "Series", "every series", values.series.map((one) => [one, one] as const)],
    ["category", "Category", "every category", values.category.map((one) => [one, one] as const)],
    [
      "engine",
      "Engine",
      "every engine",
      values.engine.map((one) => [one, one.toUpperCase()] as const),
    ],
    [
      "left",
      "Time left",
      "any time left",
      Object.entries(LEFTS).map(([name, [words]]) => [name, words] as const),
    ],
  ] as const;
  return (
    <div className="row row--apart">
      <span className="row">
        {choices.map(([name, label, any, options]) => (
          <select
            key={name}
            className="input"
            style={{ width: "auto", maxWidth: 200 }}
            aria-label={label}
            value={search[name] ?? ""}
            onChange={(event) => choose(name, event.target.value)}
          >
            <option value="">{any}</option>
            {options.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        ))}
      </span>
      <span className="seg" role="group" aria-label="Look">
        {(["table", "cards"] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={(search.look ?? "table") === one}
            onClick={() => choose("look", one === "cards" ? one : "")}
          >
            {one === "cards" ? "Cards" : "Table"}
          </button>
        ))}
      </span>
    </div>
  );
}

function valuesOf(all: readonly Market[], name: "series" | "category" | "engine"): string[] {
  const found = new Set<string>();
  for (const one of all) if (one[name]) found.add(one[name]);
  return [...found].sort();
}

interface RowsProps {
  rows: Market[];
  heldIds: ReadonlySet<string>;
}

function MarketLink({ row, heldIds }: { row: Market; heldIds: ReadonlySet<string> }) {
  return (
    <span>
      <Link
        className="title"
        to="/markets/$marketId"
        params={{ marketId: row.id }}
        search={{ event: row.event_id }}
      >
        {row.title}
      </Link>{" "}
      {heldIds.has(row.id) && <Chip tone="us">held</Chip>}
    </span>
  );
}

function FollowedTable({ rows, heldIds }: RowsProps) {
  return (
    <Table
      rows={rows}
      id={(row) => row.id}
      columns={[
        {
          head: "Market",
          kind: "full",
          cell: (row) => <MarketLink row={row} heldIds={heldIds} />,
        },
        { head: "Series", cell: (row) => row.series ?? <span className="faint">none</span> },
        { head: "Category", cell: (row) => row.category ?? <span className="faint">none</span> },
        { head: "Engine", cell: (row) => row.engine.toUpperCase() },
        { head: "Closes in", kind: "number", cell: (row) => <Left at={row.closes_at} /> },
      ]}
    />
  );
}

const TILE_HEIGHT = 44;

function Tiles({ rows, heldIds }: RowsProps) {
  return piecesOf(rows).map((piece, index) => (
    <CardsPiece
      // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place in the list
      key={index}
      isFirst={index === 0}
      rows={piece.length}
      rowHeight={TILE_HEIGHT}
    >
      {() =>
        piece.map((row) => (
          <div key={row.id} className="tile">
            <MarketLink row={row} heldIds={heldIds} />
            <span className="row row--apart sub">
              <span>{[row.series ?? row.category, row.engine.toUpperCase()].join(", ")}</span>
              <span>
                closes in <Left at={row.closes_at} />
              </span>
            </span>
          </div>
        ))
      }
    </CardsPiece>
  ));
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
