/** What was read of the news: searched and filtered, with what became of each piece. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { leftOut, piece, pieces } from "@/api/queries";
import type { Fate, Piece } from "@/api/types";
import { score } from "@/format/figures";
import { ListCard } from "@/parts/list";
import { Sentence } from "@/parts/sentence";
import { Empty, Failed, Loading, ReadCard } from "@/parts/views";
import { Chip, Outside, Time, type Tone } from "@/parts/words";
import { screens, texts } from "@/texts";

const say = screens.evidencePieces;

const FATES: Record<Fate, [Tone, string, string]> = {
  used: ["us", say.used, say.itMovedAForecast],
  quoted: ["", say.quoted, say.itWasQuotedAnd],
  remembered: ["dash", say.remembered, say.noForecastHasQuoted],
};

export function PiecesCard() {
  const { q, status, publisher } = useSearch({ from: "/inside/evidence" });
  const fate = status !== undefined && status in FATES ? (status as Fate) : undefined;
  const query = useInfiniteQuery(
    pieces({
      ...(q && q.length > 1 && { q }),
      ...(fate && { status: fate }),
      ...(publisher && { publisher }),
    }),
  );
  return (
    <div className="stack">
      <Filters />
      <ListCard
        title={say.whatWasRead}
        what={say.evidence}
        query={query}
        empty={<Empty title={say.nothingOfThisKind}>{say.takeAFilterAway}</Empty>}
      >
        {(items) => (
          <ul className="lines">
            {items.map((one) => (
              <PieceRow key={one.id} told={one} />
            ))}
          </ul>
        )}
      </ListCard>
    </div>
  );
}

function Filters() {
  const search = useSearch({ from: "/inside/evidence" });
  const navigate = useNavigate({ from: "/evidence" });
  const [text, setText] = useState(search.q ?? "");
  const [from, setFrom] = useState(search.publisher ?? "");
  function find(event: FormEvent) {
    event.preventDefault();
    const { q: _, publisher: __, ...rest } = search;
    void navigate({
      search: {
        ...rest,
        ...(text.trim().length > 1 && { q: text.trim() }),
        ...(from.trim() && { publisher: from.trim() }),
      },
    });
  }
  return (
    <form className="row" onSubmit={find}>
      <div className="field grow">
        <label htmlFor="words">{say.words}</label>
        <input
          id="words"
          className="input"
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="publisher">{say.publisher}</label>
        <input
          id="publisher"
          className="input"
          maxLength={128}
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="fate">{say.whatBecameOfIt}</label>
        <select
          id="fate"
          className="input"
          value={search.status ?? ""}
          onChange={(event) => {
            const { status: _, ...rest } = search;
            const status = event.target.value;
            void navigate({ search: status ? { ...rest, status } : rest });
          }}
        >
          <option value="">{say.anything}</option>
          {Object.entries(FATES).map(([name, [, word]]) => (
            <option key={name} value={name}>
              {word}
            </option>
          ))}
        </select>
      </div>
      <button className="btn" type="submit" style={{ alignSelf: "end" }}>
        {say.search}
      </button>
      <a
        className="btn"
        style={{ alignSelf: "end" }}
        href={`/evidence?format=csv${search.q ? `&q=${encodeURIComponent(search.q)}` : ""}`}
        download
      >
        {texts.actions.export}
      </a>
    </form>
  );
}

function PieceRow({ told }: { told: Piece }) {
  const [isOpen, setOpen] = useState(false);
  const [tone, word, what] = FATES[told.fate];
  return (
    <li>
      <span>
        <Chip tone={tone}>{word}</Chip> <b className="words">{told.title || told.publisher}</b>
        <br />
        <span className="small muted words">{told.excerpt}</span>
        <br />
        <span className="sub">
          <Sentence
            words={say.foundBy}
            values={{
              publisher: <Outside to={told.url}>{told.publisher}</Outside>,
              source: told.source,
              fate: what,
            }}
          />
          {told.uses > 0 && say.times({ uses: told.uses })}
          {told.market && told.decision !== null && (
            <Sentence
              words={say.lastFor}
              values={{
                market: (
                  <Link to="/explain/$subject" params={{ subject: String(told.decision) }}>
                    {told.market}
                  </Link>
                ),
              }}
            />
          )}
        </span>
      </span>
      <span className="sub">
        {told.published_at ? <Time at={told.published_at} /> : say.noDate}
        <br />
        <button
          className="btn"
          type="button"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? say.less : say.wholeText}
        </button>
      </span>
      {isOpen && <Whole pieceId={told.id} />}
    </li>
  );
}

/** The whole of it as plain text, and every claim that a forecast took from it. */
function Whole({ pieceId }: { pieceId: string }) {
  const query = useQuery(piece(pieceId));
  if (query.data === undefined) {
    return (
      <div className="across">
        {query.isError ? <Failed what={say.theText} error={query.error} /> : <Loading lines={2} />}
      </div>
    );
  }
  const { texts: whole, uses } = query.data;
  return (
    <div className="across stack stack--close">
      {whole.length === 0 && <p className="small muted">{say.theWholeTextIs}</p>}
      {whole.map((one) => (
        <p key={one.text} className="quote small words">
          {one.text}
        </p>
      ))}
      {uses.map((use) => (
        <p key={use.forecast_id + use.claim} className="sub words">
          <Sentence
            words={say.claimTaken}
            values={{
              author: use.author,
              claim: use.claim,
              moved: score(use.contribution, { isSigned: true }),
              market: (
                <Link to="/explain/$subject" params={{ subject: use.forecast_id }}>
                  {use.market}
                </Link>
              ),
            }}
          />
        </p>
      ))}
    </div>
  );
}

export function LeftOutCard() {
  const query = useQuery(leftOut);
  return (
    <ReadCard
      title={say.whatWasLeftOut}
      what={say.leftOut}
      query={query}
      isEmpty={(data) => data.reasons.length === 0 && data.missing.length === 0}
      empty={<Empty title={say.nothingWasLeftOut}>{say.filtersDropWhatIs}</Empty>}
      foot={<p className="card__foot small">{say.onlyCountsAreKept}</p>}
    >
      {(data) => (
        <dl className="card__body kv">
          {data.reasons.map((one) => (
            <div key={one.name} className="contents">
              <dt>{one.name.replaceAll("_", " ")}</dt>
              <dd>{say.articles({ n: one.count })}</dd>
            </div>
          ))}
          {data.missing.map((one) => (
            <div key={one.name} className="contents">
              <dt>{say.couldNotBeAsked({ source: one.name })}</dt>
              <dd>{say.looks({ n: one.count })}</dd>
            </div>
          ))}
        </dl>
      )}
    </ReadCard>
  );
}
