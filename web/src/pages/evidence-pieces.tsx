/** What was read of the news: searched and filtered, with what became of each piece. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { leftOut, piece, pieces } from "@/api/queries";
import type { Fate, Piece } from "@/api/types";
import { count, score } from "@/format/figures";
import { ListCard } from "@/parts/list";
import { Empty, Failed, Loading, ReadCard } from "@/parts/views";
import { Chip, Outside, Time, type Tone } from "@/parts/words";
import { texts } from "@/texts";

const FATES: Record<Fate, [Tone, string, string]> = {
  used: ["us", "Used", "it moved a forecast"],
  quoted: ["", "Quoted", "it was quoted and moved nothing"],
  remembered: ["dash", "Remembered", "no forecast has quoted it"],
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
        title="What was read"
        what="Evidence"
        query={query}
        empty={<Empty title="Nothing of this kind was read">Take a filter away.</Empty>}
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
        <label htmlFor="words">Words</label>
        <input
          id="words"
          className="input"
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="publisher">Publisher</label>
        <input
          id="publisher"
          className="input"
          maxLength={128}
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="fate">What became of it</label>
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
          <option value="">anything</option>
          {Object.entries(FATES).map(([name, [, word]]) => (
            <option key={name} value={name}>
              {word}
            </option>
          ))}
        </select>
      </div>
      <button className="btn" type="submit" style={{ alignSelf: "end" }}>
        Search
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
          <Outside to={told.url}>{told.publisher}</Outside>, found by {told.source}; {what}
          {told.uses > 0 && <> ({count(told.uses)} times)</>}
          {told.market && told.decision !== null && (
            <>
              , last for{" "}
              <Link to="/explain/$subject" params={{ subject: String(told.decision) }}>
                {told.market}
              </Link>
            </>
          )}
        </span>
      </span>
      <span className="sub">
        {told.published_at ? <Time at={told.published_at} /> : "no date"}
        <br />
        <button
          className="btn"
          type="button"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? "Less" : "Whole text"}
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
        {query.isError ? <Failed what="The text" error={query.error} /> : <Loading lines={2} />}
      </div>
    );
  }
  const { texts: whole, uses } = query.data;
  return (
    <div className="across stack stack--close">
      {whole.length === 0 && <p className="small muted">The whole text is not kept any more.</p>}
      {whole.map((one) => (
        <p key={one.text} className="quote small words">
          {one.text}
        </p>
      ))}
      {uses.map((use) => (
        <p key={use.forecast_id + use.claim} className="sub words">
          {use.author} took from it for{" "}
          <Link to="/explain/$subject" params={{ subject: use.forecast_id }}>
            {use.market}
          </Link>
          : “{use.claim}”, {score(use.contribution, { isSigned: true })} in log-odds
        </p>
      ))}
    </div>
  );
}

export function LeftOutCard() {
  const query = useQuery(leftOut);
  return (
    <ReadCard
      title="What was left out, last 7 days"
      what="Left out"
      query={query}
      isEmpty={(data) => data.reasons.length === 0 && data.missing.length === 0}
      empty={
        <Empty title="Nothing was left out">
          Filters drop what is too old, a repeat, or of the future.
        </Empty>
      }
      foot={<p className="card__foot small">Only counts are kept of what was left out.</p>}
    >
      {(data) => (
        <dl className="card__body kv">
          {data.reasons.map((one) => (
            <div key={one.name} className="contents">
              <dt>{one.name.replaceAll("_", " ")}</dt>
              <dd>{count(one.count)} articles</dd>
            </div>
          ))}
          {data.missing.map((one) => (
            <div key={one.name} className="contents">
              <dt>{one.name}: could not be asked</dt>
              <dd>{count(one.count)} looks</dd>
            </div>
          ))}
        </dl>
      )}
    </ReadCard>
  );
}
