/** What the agent reads and what that costs: models by purpose, and the news as it finds them. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { costs, search, version } from "@/api/queries";
import { count, money } from "@/format/figures";
import { Choice } from "@/parts/choice";
import { Table } from "@/parts/list";
import { Empty, Page, ReadCard } from "@/parts/views";
import { Outside, Time } from "@/parts/words";
import { screens, texts } from "@/texts";
import { CapsCard } from "./evidence-caps";
import { LeftOutCard, PiecesCard } from "./evidence-pieces";

const say = screens.evidence;

const VIEWS = [
  ["read", say.whatWasRead],
  ["costs", say.costs],
  ["search", say.searchNow],
] as const;

export function Evidence() {
  const { show = "read" } = useSearch({ from: "/inside/evidence" });
  const navigate = useNavigate({ from: "/evidence" });
  const query = useQuery(costs);
  const calls = query.data?.reduce((sum, one) => sum + one.calls, 0);
  const mode = useQuery(version).data?.mode;
  const title =
    calls === undefined || mode === undefined
      ? texts.pages.evidence
      : calls > 0
        ? say.modelsWereAsked({ n: calls })
        : mode === "demo"
          ? say.scriptedAnswers
          : say.noModelWasAsked;
  return (
    <Page name={texts.pages.evidence} title={title} lede={say.whatWasReadWhat}>
      <div className="stack">
        <div className="scroll-x">
          <Choice
            label={say.show}
            options={VIEWS}
            chosen={show}
            onChoose={(name) => navigate({ search: { show: name } })}
          />
        </div>
        {show === "costs" ? <Costs /> : show === "search" ? <NewsCard /> : <Read />}
      </div>
    </Page>
  );
}

function Read() {
  return (
    <div className="grid12">
      <div className="w8">
        <PiecesCard />
      </div>
      <div className="w4">
        <LeftOutCard />
      </div>
    </div>
  );
}

function Costs() {
  const query = useQuery(costs);
  const isDemo = useQuery(version).data?.mode === "demo";
  return (
    <>
      <CapsCard />
      <ReadCard
        title={say.whatModelsCostUs}
        what={say.costs}
        query={query}
        isEmpty={(data) => data.length === 0}
        empty={
          <Empty title={say.nothingWasSpent}>
            {isDemo ? say.scriptedIsFree : say.worksWithoutAKey}
          </Empty>
        }
      >
        {(data) => (
          <Table
            rows={data}
            id={(row) => row.day + row.model + row.purpose}
            columns={[
              { head: say.day, cell: (row) => row.day },
              { head: say.model, kind: "full", cell: (row) => <b>{row.model}</b> },
              { head: say.purpose, cell: (row) => row.purpose },
              {
                head: say.calls,
                kind: "number",
                cell: (row) => (
                  <>
                    {count(row.calls)}
                    {row.unsettled > 0 && (
                      <span className="sub">
                        {say.notSettled({ unsettled: count(row.unsettled) })}
                      </span>
                    )}
                  </>
                ),
              },
              { head: say.tokensIn, kind: "number", cell: (row) => count(row.tokens_in) },
              { head: say.tokensOut, kind: "number", cell: (row) => count(row.tokens_out) },
              { head: say.cost, kind: "number", cell: (row) => money(row.cost, "USD") },
            ]}
          />
        )}
      </ReadCard>
    </>
  );
}

function NewsCard() {
  const { q = "" } = useSearch({ from: "/inside/evidence" });
  const navigate = useNavigate({ from: "/evidence" });
  const [text, setText] = useState(q);
  const query = useQuery(search(q));
  function find(event: FormEvent) {
    event.preventDefault();
    void navigate({ search: { show: "search", ...(text.trim() && { q: text.trim() }) } });
  }
  return (
    <div className="stack">
      <form className="row" onSubmit={find}>
        <label className="sr-only" htmlFor="news">
          {say.searchTheNewsAs}
        </label>
        <input
          id="news"
          className="input"
          style={{ maxWidth: 420 }}
          placeholder={say.searchTheNewsAs}
          maxLength={300}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button className="btn" type="submit">
          {say.search}
        </button>
      </form>
      {q.length > 1 && (
        <ReadCard
          title={say.foundFor(q)}
          what={say.news}
          query={query}
          isEmpty={(data) => data.results.length === 0}
          empty={<Empty title={say.nothingWasFound} />}
        >
          {(data) => (
            <ul className="lines">
              {data.results.map((one) => (
                <li key={one.url}>
                  <span>
                    <b>
                      <Outside to={one.url}>{one.title || one.url}</Outside>
                    </b>
                    <br />
                    <span className="small muted words">{one.content.slice(0, 400)}</span>
                  </span>
                  <span className="sub">
                    {one.source}
                    <br />
                    <Time at={one.published_date} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </ReadCard>
      )}
    </div>
  );
}
