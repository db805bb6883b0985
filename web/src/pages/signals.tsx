/** Every look with the one reason that it ended with, and what waits for a person. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { decisions, funnel, signals } from "@/api/queries";
import type { Funnel } from "@/api/types";
import { count } from "@/format/figures";
import { ListCard } from "@/parts/list";
import { AskedTable, LookTable } from "@/parts/looks";
import { useLastHour } from "@/parts/now";
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
          <a className="btn" href={exportOf(view, search.reason)} download>
            {texts.actions.export}
          </a>
        </div>
        {view === "looks" ? (
          <Looks reason={search.reason} market={search.market} />
        ) : (
          <Asked status={view === "waiting" ? "PENDING" : undefined} />
        )}
      </div>
    </Page>
  );
}

function exportOf(view: string, reason: string | undefined): string {
  if (view !== "looks") return "/signals?format=csv";
  return `/decisions?format=csv${reason ? `&reason=${encodeURIComponent(reason)}` : ""}`;
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

function Looks({ reason, market }: { reason: string | undefined; market: string | undefined }) {
  const query = useInfiniteQuery(
    decisions({ ...(reason && { reason }), ...(market && { market_id: market }) }),
  );
  const title = reason ? `Looks that ended: ${reasonOf(reason).label.toLowerCase()}` : "Every look";
  return (
    <ListCard
      title={title}
      what="Looks"
      query={query}
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
