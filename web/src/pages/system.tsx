/** Whether every part is well: ages, facts, the journal, the doors, sessions and keys. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { audit, auditCheck, doorLog, keys, parts } from "@/api/queries";
import type { Audit } from "@/api/types";
import { count } from "@/format/figures";
import { ListCard, Table } from "@/parts/list";
import { Empty, Failed, Page, ReadCard } from "@/parts/views";
import { Age, Chip, Time } from "@/parts/words";
import { partName } from "@/reasons";
import { texts } from "@/texts";
import { FactorCard } from "./system-factor";
import { KeysCard } from "./system-keys";
import { NoticesCard } from "./system-notices";
import { SessionsCard } from "./system-sessions";

const TONES: Record<string, "good" | "warn" | "dash"> = {
  ok: "good",
  stale: "warn",
  unknown: "dash",
};
const WORDS: Record<string, string> = { ok: "well", stale: "quiet too long", unknown: "never yet" };

export function System() {
  const query = useQuery(parts);
  const ill = query.data?.parts.filter((one) => one.status === "stale") ?? [];
  const title =
    query.data === undefined
      ? texts.pages.system
      : ill.length === 0
        ? "Every part was heard lately"
        : `${count(ill.length)} ${ill.length === 1 ? "part has" : "parts have"} been quiet too long`;
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
    <ReadCard title="Parts" what="Health" query={query} className="soon">
      {(data) => (
        <dl className="card__body kv">
          {data.parts.map((part) => (
            <div key={part.name} className="contents">
              <dt>
                {partName(part.name)}{" "}
                <Chip tone={TONES[part.status] ?? ""}>{WORDS[part.status] ?? part.status}</Chip>
              </dt>
              <dd>
                <Age at={part.at} />
              </dd>
            </div>
          ))}
          {Object.entries(data.facts).map(([name, value]) => (
            <div key={name} className="contents">
              <dt>{name.replaceAll("_", " ")}</dt>
              <dd className="words">{value}</dd>
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
    <section className="card" aria-label="Check of the journal">
      <div className="card__head">
        <h2>Does the journal hold together?</h2>
      </div>
      <div className="card__body stack small">
        {query.isError && <Failed what="The journal" error={query.error} />}
        {query.data && (
          <p className={findings.length > 0 ? "note note--bad words" : "muted"}>
            {findings.length > 0
              ? findings.join("; ")
              : `${count(query.data.rows)} rows hold on to one another and to the books.`}
          </p>
        )}
        <div>
          <button
            className="btn"
            type="button"
            disabled={query.isFetching}
            onClick={() => void query.refetch()}
          >
            {query.isFetching ? "Checking…" : "Check now"}
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
      title="Audit journal"
      what="Journal"
      query={query}
      aside={
        <span className="row">
          <select
            className="input"
            style={{ width: 160 }}
            aria-label="Kind"
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
                {one || "every kind"}
              </option>
            ))}
          </select>
          <a className="btn" href="/audit?format=csv" download>
            {texts.actions.export}
          </a>
        </span>
      }
      empty={<Empty title="Nothing of this kind was written down" />}
    >
      {(items) => (
        <Table
          rows={items}
          id={(row: Audit) => row.number}
          columns={[
            { head: "Number", kind: "number", cell: (row) => row.number },
            {
              head: "What",
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
            { head: "Time", kind: "number", cell: (row) => <Time at={row.at} as="day" /> },
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
      title="At the doors"
      what="Log of the doors"
      query={query}
      empty={<Empty title="Nobody came yet" />}
    >
      {(items) => (
        <Table
          rows={items}
          id={(row) => row.number}
          columns={[
            { head: "What", cell: (row) => row.kind.replaceAll("_", " ") },
            { head: "Who", cell: (row) => <span className="words">{row.who}</span> },
            { head: "From", cell: (row) => <span className="mono">{row.origin}</span> },
            { head: "Time", kind: "number", cell: (row) => <Time at={row.at} as="day" /> },
          ]}
        />
      )}
    </ListCard>
  );
}
