/** Whether every part is well: ages, facts, the journal, the doors, sessions and keys. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { audit, auditCheck, doorLog, keys, parts } from "@/api/queries";
import type { Audit } from "@/api/types";
import { count } from "@/format/figures";
import { ListCard, Table } from "@/parts/list";
import { Empty, Failed, Page, ReadCard } from "@/parts/views";
import { Chip, PartAge, Time } from "@/parts/words";
import { partName } from "@/reasons";
import { screens, texts } from "@/texts";
import { FactorCard } from "./system-factor";
import { KeysCard } from "./system-keys";
import { LogCard } from "./system-log";
import { NoticesCard } from "./system-notices";
import { SessionsCard } from "./system-sessions";

const say = screens.system;

const TONES: Record<string, "good" | "warn" | "dash"> = {
  ok: "good",
  stale: "warn",
  unknown: "dash",
};
const WORDS: Record<string, string> = {
  ok: say.well,
  stale: say.quietTooLong,
  unknown: texts.never,
};

export function System() {
  const query = useQuery(parts);
  const ill = query.data?.parts.filter((one) => one.status === "stale") ?? [];
  const title =
    query.data === undefined
      ? texts.pages.system
      : ill.length === 0
        ? say.everyPartWasHeard
        : say.partsAreQuiet({ n: ill.length });
  return (
    <Page
      name={texts.pages.system}
      title={title}
      lede={ill.map((one) => partName(one.name)).join(", ")}
    >
      <div className="grid12">
        <div className="stack w8">
          <Journal />
          <Doors />
          <LogCard />
        </div>
        <div className="stack w4 melt">
          <PartsCard />
          <CheckCard />
          <NoticesCard />
          <KeysCard query={useQuery(keys)} />
          <SessionsCard />
          <FactorCard />
        </div>
      </div>
    </Page>
  );
}

function PartsCard() {
  const query = useQuery(parts);
  return (
    <ReadCard title={say.parts} what={say.health} query={query} className="soon">
      {(data) => (
        <dl className="card__body kv">
          {data.parts.map((part) => (
            <div key={part.name} className="contents">
              <dt>
                {partName(part.name)}{" "}
                <Chip tone={TONES[part.status] ?? ""}>{WORDS[part.status] ?? part.status}</Chip>
              </dt>
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

function CheckCard() {
  const query = useQuery(auditCheck);
  const findings = [...(query.data?.findings ?? []), ...(query.data?.books ?? [])];
  return (
    <section className="card" aria-label={say.checkOfTheJournal}>
      <div className="card__head">
        <h2>{say.doesTheJournalHold}</h2>
      </div>
      <div className="card__body stack small">
        {query.isError && <Failed what={say.theJournal} error={query.error} />}
        {query.data && (
          <p className={findings.length > 0 ? "note note--bad words" : "muted"}>
            {findings.length > 0 ? findings.join("; ") : say.rowsHoldOnTo(count(query.data.rows))}
          </p>
        )}
        <div>
          <button
            className="btn"
            type="button"
            disabled={query.isFetching}
            onClick={() => void query.refetch()}
          >
            {query.isFetching ? say.checking : say.checkNow}
          </button>
        </div>
      </div>
    </section>
  );
}

function Journal() {
  const [kind, setKind] = useState("");
  const query = useInfiniteQuery(audit(kind || undefined));
  return (
    <ListCard
      title={say.auditJournal}
      what={say.journal}
      query={query}
      aside={
        <span className="row">
          <select
            className="input"
            style={{ width: 160 }}
            aria-label={say.kind}
            value={kind}
            onChange={(event) => setKind(event.target.value)}
          >
            {[
              "",
              "intent",
              "fill",
              "settlement",
              "signal",
              "command",
              "control",
              "limits",
              "run",
            ].map((one) => (
              <option key={one} value={one}>
                {one || say.everyKind}
              </option>
            ))}
          </select>
          <a className="btn" href="/audit?format=csv" download>
            {texts.actions.export}
          </a>
        </span>
      }
      empty={<Empty title={say.nothingOfThisKind} />}
    >
      {(items) => (
        <Table
          rows={items}
          id={(row: Audit) => row.number}
          columns={[
            { head: say.number, kind: "number", cell: (row) => row.number },
            {
              head: say.what,
              kind: "full",
              cell: (row) => (
                <details>
                  <summary>
                    <b>{row.kind.replaceAll("_", " ")}</b>{" "}
                    <span className="mono faint">{row.subject.slice(0, 24)}</span>
                  </summary>
                  <pre className="mono words quote">{row.body}</pre>
                </details>
              ),
            },
            { head: say.time, kind: "number", cell: (row) => <Time at={row.at} as="day" /> },
          ]}
        />
      )}
    </ListCard>
  );
}

function Doors() {
  const query = useInfiniteQuery(doorLog);
  return (
    <ListCard
      title={say.atTheDoors}
      what={say.logOfTheDoors}
      query={query}
      empty={<Empty title={say.nobodyCameYet} />}
    >
      {(items) => (
        <Table
          rows={items}
          id={(row) => row.number}
          columns={[
            { head: say.what, cell: (row) => row.kind.replaceAll("_", " ") },
            { head: say.who, cell: (row) => <span className="words">{row.who}</span> },
            { head: say.from, cell: (row) => <span className="mono">{row.origin}</span> },
            { head: say.time, kind: "number", cell: (row) => <Time at={row.at} as="day" /> },
          ]}
        />
      )}
    </ListCard>
  );
}
