/** What stands around every page: the mode, the pages, the trading state, and the way to halt. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { control, me, signals, version } from "@/api/queries";
import { dayAndClock, utc, zone } from "@/format/time";
import { Icon, type IconName, Mark, ModeShape } from "@/parts/icons";
import { useNow } from "@/parts/now";
import { screens, texts } from "@/texts";
import { ControlBar, HaltDialog, StateWord } from "./control";
import { useKeys } from "./keys";
import { LiveAge, Offline } from "./live";
import { toggleTheme } from "./theme";

const say = screens.shell;

export function ModeBanner({ mode }: { mode: string | undefined }) {
  const name = mode !== undefined && mode in texts.mode ? mode : "unknown";
  const [word, what, more] = texts.mode[name] ?? ["", "", ""];
  return (
    <aside className={`mode mode--${name}`} aria-label={say.mode}>
      <ModeShape mode={name} />
      <b>{word}</b>
      <span>{what}</span>
      <span className="mode__end">{more}</span>
    </aside>
  );
}

const RAIL = [
  ["/", texts.pages.overview, "O"],
  ["/markets", texts.pages.markets, "M"],
  ["/signals", texts.pages.signals, "S"],
  ["/book", texts.pages.book, "B"],
  ["/performance", texts.pages.performance, "P"],
  ["/risk", texts.pages.risk, "R"],
  ["/evidence", texts.pages.evidence, "E"],
  ["/system", texts.pages.system, "Y"],
  ["/settings", texts.pages.settings, "T"],
] as const;

const TABS: readonly (readonly [string, string, IconName])[] = [
  ["/", texts.pages.overview, "home"],
  ["/markets", texts.pages.markets, "market"],
  ["/signals", texts.pages.signals, "signal"],
  ["/performance", texts.pages.results, "results"],
  ["/more", texts.pages.more, "more"],
];

function useWaiting(): number {
  const { data } = useInfiniteQuery(signals({ status: "PENDING" }));
  return data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0;
}

function Waiting({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span className="count">
      {count}
      <span className="sr-only"> {say.waiting}</span>
    </span>
  );
}

function Rail({ waiting }: { waiting: number }) {
  const about = useQuery(version);
  const who = useQuery(me);
  return (
    <nav className="rail" aria-label={say.pages}>
      <Link className="brand" to="/">
        <Mark />
        {texts.name}
      </Link>
      {RAIL.map(([to, name, key]) => (
        <Link
          key={to}
          to={to}
          className="nav"
          title={`g ${key.toLowerCase()}`}
          activeOptions={{ exact: to === "/", includeSearch: false }}
          activeProps={{ "aria-current": "page" }}
        >
          {name}
          {to === "/signals" && <Waiting count={waiting} />}
        </Link>
      ))}
      <div className="rail__foot">
        <LiveAge />
        <span>{who.data?.username ?? ""}</span>
        <span>
          {texts.name} {about.data?.version ?? ""}
        </span>
      </div>
    </nav>
  );
}

function WorldClock() {
  const now = useNow();
  if (now === null) return null;
  return (
    <time
      className="small muted hide nowrap"
      dateTime={new Date(now).toISOString()}
      title={utc(now)}
    >
      {dayAndClock(now)} <span className="faint">{zone(now)}</span>
    </time>
  );
}

export function Shell() {
  const now = useQuery(control);
  const waiting = useWaiting();
  const [isHalting, setHalting] = useState(false);
  const halt = useCallback(() => setHalting(true), []);
  useKeys(halt);
  return (
    <>
      <a className="skip" href="#main">
        {texts.skip}
      </a>
      <ModeBanner mode={now.data?.mode} />
      <div className="shell">
        <Rail waiting={waiting} />
        <div className="min-w-0">
          <header className="bar">
            <Link className="brand" to="/" aria-label={`${texts.name}, ${texts.pages.overview}`}>
              <Mark />
            </Link>
            <StateWord now={now.data} isLost={now.isError} />
            <WorldClock />
            <ControlBar onHalt={halt} />
            <button className="btn btn--quiet hide" type="button" onClick={toggleTheme}>
              {texts.actions.theme}
            </button>
          </header>
          <main id="main" tabIndex={-1}>
            <Offline />
            <Outlet />
          </main>
        </div>
      </div>
      <nav className="tabs" aria-label={say.mainPages}>
        {TABS.map(([to, name, icon]) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            activeProps={{ "aria-current": "page" }}
          >
            <Icon name={icon} />
            {name}
            {to === "/signals" && <Waiting count={waiting} />}
          </Link>
        ))}
      </nav>
      <HaltDialog isOpen={isHalting} onClose={() => setHalting(false)} />
    </>
  );
}
