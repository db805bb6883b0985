/** Markets: those that the agent follows, and everything that the venue has open. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useMemo, useState } from "react";
import { events, followed, positions } from "@/api/queries";
import type { Event, Market } from "@/api/types";
import { count, percent } from "@/format/figures";
import { Choice } from "@/parts/choice";
import { CardsPiece, piecesOf } from "@/parts/chunks";
import { Table } from "@/parts/list";
import { useNow } from "@/parts/now";
import { Sentence } from "@/parts/sentence";
import { Empty, Page, ReadCard } from "@/parts/views";
import { Chip, Left } from "@/parts/words";
import { screens, texts } from "@/texts";

const say = screens.markets;
const VIEWS = [
  ["followed", say.followed],
  ["venue", say.openAtTheVenue],
] as const;
const LOOKS = [
  ["table", say.table],
  ["cards", say.cards],
] as const;

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
  const title = query.data ? say.marketsAreFollowed(count(query.data.length)) : texts.pages.markets;
  return (
    <Page name={texts.pages.markets} title={title} lede={say.followedMarketsAreLooked}>
      <div className="stack">
        <form className="row row--apart" onSubmit={find}>
          <Choice
            label={say.show}
            options={VIEWS}
            chosen={isVenue ? "venue" : "followed"}
            onChoose={(name) => navigate({ search: name === "venue" ? { view: name } : {} })}
          />
          <span className="row">
            <label className="sr-only" htmlFor="q">
              {say.searchMarkets}
            </label>
            <input
              id="q"
              className="input"
              style={{ width: 220 }}
              placeholder={say.titleSeriesUnderlying}
              maxLength={200}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <button className="btn" type="submit">
              {say.search}
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
  hour: [say.closesWithinAnHour, HOUR_MS],
  day: [say.closesWithinADay, 24 * HOUR_MS],
  week: [say.closesWithinAWeek, 168 * HOUR_MS],
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
        title={isChosen ? say.followedMarketsFit(count(rows.length)) : say.followed}
        what={say.markets}
        query={query}
        lines={6}
        isEmpty={() => rows.length === 0}
        empty={
          <Empty title={isChosen ? say.noFollowedMarketFits : say.noMarketIsFollowed}>
            {isChosen ? say.takeAFilterAway : say.theListingIsRead}
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
    ["series", say.series, say.everySeries, values.series.map((one) => [one, one] as const)],
    [
      "category",
      say.category,
      say.everyCategory,
      values.category.map((one) => [one, one] as const),
    ],
    [
      "engine",
      say.engine,
      say.everyEngine,
      values.engine.map((one) => [one, one.toUpperCase()] as const),
    ],
    [
      "left",
      say.timeLeft,
      say.anyTimeLeft,
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
      <Choice
        label={say.look}
        options={LOOKS}
        chosen={search.look ?? "table"}
        onChoose={(one) => choose("look", one === "cards" ? one : "")}
      />
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
      {heldIds.has(row.id) && <Chip tone="us">{say.held}</Chip>}
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
          head: say.market,
          kind: "full",
          cell: (row) => <MarketLink row={row} heldIds={heldIds} />,
        },
        {
          head: say.series,
          cell: (row) => row.series ?? <span className="faint">{say.none}</span>,
        },
        {
          head: say.category,
          cell: (row) => row.category ?? <span className="faint">{say.none}</span>,
        },
        { head: say.engine, cell: (row) => row.engine.toUpperCase() },
        { head: say.closesInHead, kind: "number", cell: (row) => <Left at={row.closes_at} /> },
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
                <Sentence words={say.closesIn} values={{ left: <Left at={row.closes_at} /> }} />
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
      title={say.openAtTheVenue}
      what={say.events}
      query={query}
      lines={6}
      isEmpty={(data) => data.events.length === 0}
      empty={<Empty title={say.theVenueHasNo} />}
      foot={
        <div className="card__foot row row--apart">
          <span>
            {say.pageOf({
              page,
              last,
              events: count(query.data?.pagination.totalCount ?? 0),
            })}
          </span>
          <span className="row">
            <button className="btn" type="button" disabled={page <= 1} onClick={() => go(page - 1)}>
              {say.back}
            </button>
            <button
              className="btn"
              type="button"
              disabled={page >= last}
              onClick={() => go(page + 1)}
            >
              {say.next}
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
            { head: say.event, kind: "full", cell: (row) => <EventLinks event={row} /> },
            { head: say.category, cell: (row) => row.category },
            { head: say.engine, cell: (row) => row.engine.toUpperCase() },
            {
              head: say.closesInHead,
              kind: "number",
              cell: (row) => <Left at={row.closingDate} />,
            },
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
