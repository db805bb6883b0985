/** A list that is read on by its key, in a card with every look a reading can have. */
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Listed } from "@/api/types";
import { texts } from "@/texts";
import { ReadCard } from "./views";

interface ListCardProps<T> {
  title: ReactNode;
  what: string;
  query: UseInfiniteQueryResult<InfiniteData<Pick<Listed<T>, "items">>>;
  empty: ReactNode;
  aside?: ReactNode;
  className?: string;
  children: (items: T[]) => ReactNode;
}

export function ListCard<T>({ query, children, ...rest }: ListCardProps<T>) {
  return (
    <ReadCard
      {...rest}
      query={query}
      isEmpty={(data) => data.pages.every((page) => page.items.length === 0)}
      foot={
        query.hasNextPage && (
          <p className="card__foot">
            <button
              className="btn"
              type="button"
              disabled={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {texts.actions.more}
            </button>
          </p>
        )
      }
    >
      {(data) => children(data.pages.flatMap((page) => page.items))}
    </ReadCard>
  );
}

interface Column<T> {
  head: string;
  cell: (row: T) => ReactNode;
  /** A number stands to the right; the full one is the row's name on a phone. */
  kind?: "number" | "full";
}

interface TableProps<T> {
  rows: readonly T[];
  id: (row: T) => string | number;
  columns: readonly Column<T>[];
  waits?: (row: T) => boolean;
}

/** A table on a desk, labelled blocks on a phone; a table to a screen reader on both. */
export function Table<T>({ rows, id, columns, waits }: TableProps<T>) {
  const look = { number: "n", full: "full" };
  return (
    <table className="flow" role="table">
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.head} scope="col" className={column.kind === "number" ? "n" : ""}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={id(row)} role="row" className={waits?.(row) ? "wait" : ""}>
            {columns.map((column) => (
              <td
                key={column.head}
                role="cell"
                data-l={column.head}
                className={column.kind ? look[column.kind] : ""}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
