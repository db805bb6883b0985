/** How every view looks before, without, instead of and after its figures. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Trouble } from "@/api/client";
import { screens, texts } from "@/texts";
import { Icon } from "./icons";
import { ReadAge } from "./words";

const say = screens.views;

export function Loading({ lines = 3 }: { lines?: number }) {
  const widths = [92, 78, 85, 64, 90, 71];
  return (
    <div className="card__body stack" role="status" aria-label={say.loading}>
      {widths.slice(0, lines).map((width) => (
        <span key={width} className="bone" style={{ "--w": width } as object} />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name="ok" />
      <b>{title}</b>
      {children && <p className="small">{children}</p>}
    </div>
  );
}

interface FailedProps {
  what: string;
  error: unknown;
  onRetry?: () => void;
}

/** An error never looks like nothing there: it says what may be hidden. */
export function Failed({ what, error, onRetry }: FailedProps) {
  const trouble = error instanceof Trouble ? error : null;
  return (
    <div className="empty empty--bad" role="alert">
      <Icon name="alert" />
      <b>{texts.errors.title(what)}</b>
      <p className="small">
        {trouble?.message ?? texts.errors.brokeWhy} {texts.errors.hidden(what.toLowerCase())}{" "}
        {trouble?.requestId && (
          <span className="mono">{texts.errors.request(trouble.requestId)}</span>
        )}
      </p>
      {onRetry && (
        <button className="btn" type="button" onClick={onRetry}>
          {texts.actions.retry}
        </button>
      )}
    </div>
  );
}

type Read<T> = Pick<
  UseQueryResult<T>,
  "data" | "error" | "isPending" | "isError" | "dataUpdatedAt"
> & { refetch: () => unknown };

interface CardProps<T> {
  title: ReactNode;
  /** What it shows, as a plain word for errors: "Orders". */
  what: string;
  query: Read<T>;
  children: (data: T) => ReactNode;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  aside?: ReactNode;
  foot?: ReactNode;
  className?: string;
  lines?: number;
}

/** A card around one reading, in whichever state that is. */
export function ReadCard<T>(props: CardProps<T>) {
  const { title, what, query, children, isEmpty, empty, aside, foot, className = "" } = props;
  const isStale = query.isError && query.data !== undefined;
  const looks = `card ${className} ${isStale ? "is-stale" : ""}`;
  return (
    <section className={looks} aria-label={what} aria-busy={query.isPending}>
      <div className="card__head">
        <h2>{title}</h2>
        <span className="row">
          {aside}
          {query.isPending && <span className="tiny faint">{say.beingRead}</span>}
          <ReadAge at={query.dataUpdatedAt} isFailed={query.isError} />
        </span>
      </div>
      {isStale && !isEmpty?.(query.data as T) && (
        <p className="card__body small" role="alert">
          {texts.errors.stale(what)}
        </p>
      )}
      <Body query={query} what={what} lines={props.lines ?? 3}>
        {(data) => {
          if (!isEmpty?.(data)) return children(data);
          // Empty when last read is not empty now.
          if (!isStale) return empty;
          return <Failed what={what} error={query.error} onRetry={() => void query.refetch()} />;
        }}
      </Body>
      {query.data !== undefined && foot}
    </section>
  );
}

interface BodyProps<T> {
  query: Read<T>;
  what: string;
  lines: number;
  children: (data: T) => ReactNode;
}

function Body<T>({ query, what, lines, children }: BodyProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) {
    return <Failed what={what} error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <Loading lines={lines} />;
}

interface PageProps {
  name: ReactNode;
  title: ReactNode;
  children: ReactNode;
  lede?: ReactNode;
}

/** A page opens with a statement: its name above is only the small line. */
export function Page({ name, title, lede, children }: PageProps) {
  return (
    <>
      <div className="head">
        <p className="row small muted">{name}</p>
        <h1 tabIndex={-1}>{title}</h1>
        {lede && <p className="lede">{lede}</p>}
      </div>
      {children}
    </>
  );
}
