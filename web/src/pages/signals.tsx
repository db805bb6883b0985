/** Every look with the one reason that it ended with, and what waits for a person. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, got } from "@/api/client";
import { decisions, funnel, signals } from "@/api/queries";
import type { Funnel } from "@/api/types";
import { count } from "@/format/figures";
import { Confirm } from "@/parts/confirm";
import { ListCard } from "@/parts/list";
import { AskedTable, LookTable } from "@/parts/looks";
import { useLastHour, useNow } from "@/parts/now";
import { Empty, Page, ReadCard } from "@/parts/views";
import { reasonOf, toneOf } from "@/reasons";
import { texts } from "@/texts";

const VIEWS = [
  ["waiting", "Waiting"],
  ["looks", "Every look"],
  ["all", "Asked of people"],
] as const;
const SWATCH: Record<string, string> = {
  us: "ours",
  bad: "bad",
  warn: "warn",
  dash: "free",
  good: "ours",
};

export function Signals() {
  const search = useSearch({ from: "/inside/signals" });
  const navigate = useNavigate({ from: "/signals" });
  const waiting = useInfiniteQuery(signals({ status: "PENDING" }));
  const show = search.show ?? (search.reason || search.market ? "looks" : undefined);
  const waits = waiting.data?.pages[0]?.items.length;
  const view = show ?? (waits ? "waiting" : "looks");
  const title =
    waits === undefined
      ? "Signals"
      : waits === 0
        ? "Nothing waits for you"
        : `${count(waits)} ${waits === 1 ? "signal waits" : "signals wait"} for you`;
  return (
    <Page
      name={texts.pages.signals}
      title={title}
      lede="Every look at a market ends with exactly one reason. The counts add up."
    >
      <div className="stack">
        <Reasons
          chosen={search.reason}
          onChoose={(reason) =>
            navigate({ search: reason ? { show: "looks", reason } : { show: "looks" } })
          }
        />
        <div className="row row--apart">
          <div className="scroll-x">
            <div className="seg" role="group" aria-label="Show">
              {VIEWS.map(([name, words]) => (
                <button
                  key={name}
                  type="button"
                  aria-pressed={view === name}
                  onClick={() => navigate({ search: { show: name } })}
                >
                  {words}
                </button>
              ))}
            </div>
          </div>
          <span className="row">
            {view === "looks" && <LookFilters />}
            {view === "all" && <Clear />}
            <a className="btn" href={exportOf(view, search)} download>
              {texts.actions.export}
            </a>
          </span>
        </div>
        {view === "looks" ? (
          <Looks />
        ) : (
          <Asked status={view === "waiting" ? "PENDING" : undefined} />
        )}
      </div>
    </Page>
  );
}

interface Chosen {
  reason?: string;
  series?: string;
  market?: string;
}

/** The whole list as a table, with the filters that it has itself. */
function exportOf(view: string, { reason, series, market }: Chosen): string {
  if (view !== "looks") return "/signals?format=csv";
  const query = new URLSearchParams({
    format: "csv",
    ...(reason && { reason }),
    ...(series && { series }),
    ...(market && { market_id: market }),
  });
  return `/decisions?${query}`;
}

const WITHIN_MS: Record<string, [string, number]> = {
  hour: ["last hour", 3_600_000],
  day: ["last day", 86_400_000],
  week: ["last week", 604_800_000],
};

function LookFilters() {
  const search = useSearch({ from: "/inside/signals" });
  const navigate = useNavigate({ from: "/signals" });
  const [series, setSeries] = useState(search.series ?? "");
  function choose(name: "series" | "within", value: string) {
    const { [name]: _, ...rest } = search;
    void navigate({ search: { ...rest, show: "looks", ...(value && { [name]: value }) } });
  }
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        choose("series", series.trim());
      }}
    >
      <input
        className="input"
        style={{ width: 180 }}
        aria-label="Series"
        placeholder="Series, such as crypto-btc-1h"
        maxLength={128}
        value={series}
        onChange={(event) => setSeries(event.target.value)}
      />
      <select
        className="input"
        style={{ width: "auto" }}
        aria-label="When"
        value={search.within ?? ""}
        onChange={(event) => choose("within", event.target.value)}
      >
        <option value="">any time</option>
        {Object.entries(WITHIN_MS).map(([name, [words]]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </form>
  );
}

/** Takes signals off the list that programs read; the books keep every one. */
function Clear() {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button className="btn" type="button" onClick={() => setAsking(true)}>
        Clear…
      </button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title="Clear the list of signals?"
        go="Clear"
        tone="bad"
        done="The list of signals is cleared. The books keep them."
        onGo={() => got(api.POST("/agent/signals/clear"))}
      >
        <p className="small muted">
          Programs that read the list of signals see it empty from now on. Nothing is bought, sold
          or rejected; what waits goes on waiting, and this page still shows all of it from the
          books.
        </p>
      </Confirm>
    </>
  );
}

interface ReasonsProps {
  chosen: string | undefined;
  onChoose: (reason: string | undefined) => void;
}

function Reasons({ chosen, onChoose }: ReasonsProps) {
  const query = useQuery(funnel(useLastHour()));
  return (
    <ReadCard
      title="Where the looks of the last hour ended"
      what="Reasons"
      query={query}
      isEmpty={(data) => data.looks === 0}
      empty={<Empty title="No look in the last hour" />}
    >
      {(data) => <ReasonList told={data} chosen={chosen} onChoose={onChoose} />}
    </ReadCard>
  );
}

function ReasonList({ told, chosen, onChoose }: ReasonsProps & { told: Funnel }) {
  const swatch = (reason: string) => SWATCH[toneOf(reason)] ?? "";
  return (
    <div className="card__body stack">
      <div className="split" aria-hidden="true">
        {told.reasons.map((one) => (
          <i
            key={one.reason}
            className={swatch(one.reason)}
            style={{ "--v": one.looks } as object}
          />
        ))}
      </div>
      <ul className="reasons">
        {told.reasons.map((one) => (
          <li key={one.reason}>
            <button
              type="button"
              aria-pressed={one.reason === chosen}
              onClick={() => onChoose(one.reason === chosen ? undefined : one.reason)}
            >
              <i className={`sw sw--${swatch(one.reason)}`} aria-hidden="true" />
              <b>{count(one.looks)}</b>
              {reasonOf(one.reason).label}
              <span className="sub">{reasonOf(one.reason).words}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The start of a span before now, to the minute, so that readings of one minute are one. */
function useSince(within: string | undefined): string | undefined {
  const now = useNow();
  const span = WITHIN_MS[within ?? ""]?.[1];
  if (now === null || span === undefined) return undefined;
  return new Date(Math.floor((now - span) / 60_000) * 60_000).toISOString();
}

function Looks() {
  const { reason, market, series, within } = useSearch({ from: "/inside/signals" });
  const since = useSince(within);
  const queries = useQueryClient();
  const options = decisions({
    ...(reason && { reason }),
    ...(market && { market_id: market }),
    ...(series && { series }),
    ...(since && { since }),
  });
  const query = useInfiniteQuery(options);
  const title = reason ? `Looks that ended: ${reasonOf(reason).label.toLowerCase()}` : "Every look";
  return (
    <ListCard
      title={title}
      what="Looks"
      query={query}
      onNewest={() => void queries.resetQueries({ queryKey: options.queryKey })}
      empty={<Empty title="No look of this kind">Choose another reason above.</Empty>}
    >
      {(items) => <LookTable rows={items} />}
    </ListCard>
  );
}

function Asked({ status }: { status: string | undefined }) {
  const query = useInfiniteQuery(signals(status ? { status } : {}));
  return (
    <ListCard
      title={status ? "Waits for you" : "Every signal that was put before a person"}
      what="Signals"
      query={query}
      empty={
        <Empty title="No signal waits">
          They wait here for your word, or for their time when bets are placed after a delay.
        </Empty>
      }
    >
      {(items) => <AskedTable rows={items} />}
    </ListCard>
  );
}
