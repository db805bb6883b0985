/** Every look with the one reason that it ended with, and what waits for a person. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, got } from "@/api/client";
import { decisions, funnel, signals } from "@/api/queries";
import type { Funnel } from "@/api/types";
import { count } from "@/format/figures";
import { Choice } from "@/parts/choice";
import { Confirm } from "@/parts/confirm";
import { ListCard } from "@/parts/list";
import { AskedTable, LookTable } from "@/parts/looks";
import { useLastHour, useNow } from "@/parts/now";
import { Empty, Page, ReadCard } from "@/parts/views";
import { reasonOf, toneOf } from "@/reasons";
import { screens, texts } from "@/texts";

const say = screens.signals;

const VIEWS = [
  ["waiting", say.waiting],
  ["looks", say.everyLook],
  ["all", say.askedOfPeople],
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
      ? say.signals
      : waits === 0
        ? say.nothingWaitsForYou
        : say.signalsWait({ n: waits });
  return (
    <Page name={texts.pages.signals} title={title} lede={say.everyLookAtA}>
      <div className="stack">
        <Reasons
          chosen={search.reason}
          onChoose={(reason) =>
            navigate({ search: reason ? { show: "looks", reason } : { show: "looks" } })
          }
        />
        <div className="row row--apart">
          <div className="scroll-x">
            <Choice
              label={say.show}
              options={VIEWS}
              chosen={view}
              onChoose={(name) => navigate({ search: { show: name } })}
            />
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
  hour: [say.lastHour, 3_600_000],
  day: [say.lastDay, 86_400_000],
  week: [say.lastWeek, 604_800_000],
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
        aria-label={say.series}
        placeholder={say.seriesSuchAsCrypto}
        maxLength={128}
        value={series}
        onChange={(event) => setSeries(event.target.value)}
      />
      <select
        className="input"
        style={{ width: "auto" }}
        aria-label={say.when}
        value={search.within ?? ""}
        onChange={(event) => choose("within", event.target.value)}
      >
        <option value="">{say.anyTime}</option>
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
        {say.clear}
      </button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={say.clearTitle}
        go={say.clearGo}
        tone="bad"
        done={say.clearDone}
        onGo={() => got(api.POST("/agent/signals/clear"))}
      >
        <p className="small muted">{say.clearWhy}</p>
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
      title={say.whereTheLooksOf}
      what={say.reasons}
      query={query}
      isEmpty={(data) => data.looks === 0}
      empty={<Empty title={say.noLookInThe} />}
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
  const title = reason
    ? say.looksThatEnded({ reason: reasonOf(reason).label.toLowerCase() })
    : say.everyLook;
  return (
    <ListCard
      title={title}
      what={say.looks}
      query={query}
      onNewest={() => void queries.resetQueries({ queryKey: options.queryKey })}
      empty={<Empty title={say.noLookOfThis}>{say.chooseAnotherReasonAbove}</Empty>}
    >
      {(items) => <LookTable rows={items} />}
    </ListCard>
  );
}

function Asked({ status }: { status: string | undefined }) {
  const query = useInfiniteQuery(signals(status ? { status } : {}));
  return (
    <ListCard
      title={status ? say.waitsForYou : say.everySignalThatWas}
      what={say.signals}
      query={query}
      empty={<Empty title={say.noSignalWaits}>{say.theyWaitHereFor}</Empty>}
    >
      {(items) => <AskedTable rows={items} />}
    </ListCard>
  );
}
