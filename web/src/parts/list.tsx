/** A list that is read on by its key, in a card with every look a reading can have. */
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { FAR_PAGES } from "@/api/live";
import type { Listed } from "@/api/types";
import { screens, texts } from "@/texts";
import { piecesOf, RowsPiece } from "./chunks";
import { ReadCard } from "./views";

const say = screens.list;

interface ListCardProps<T> {
  title: ReactNode;
  what: string;
  query: UseInfiniteQueryResult<InfiniteData<Pick<Listed<T>, "items">>>;
  empty: ReactNode;
  aside?: ReactNode;
  className?: string;
  /** Goes back to the newest, where somebody has read far on. */
  onNewest?: () => void;
  children: (items: T[]) => ReactNode;
}

export function ListCard<T>({ query, children, onNewest, aside, ...rest }: ListCardProps<T>) {
  const isFar = (query.data?.pages.length ?? 0) > FAR_PAGES;
  return (
    <ReadCard
      {...rest}
      aside={
        <>
          {aside}
          {isFar && onNewest && (
            <button className="btn" type="button" onClick={onNewest}>
              {say.readOnNewerOnes}
            </button>
          )}
        </>
      }
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

const ROW_HEIGHT = 56;

/** A table on a desk, labelled blocks on a phone; a table to a screen reader on both. */
export function Table<T>({ rows, id, columns, waits }: TableProps<T>) {
  return (
    <table className="flow" role="table" aria-rowcount={rows.length + 1}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.head} scope="col" className={column.kind === "number" ? "n" : ""}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      {piecesOf(rows).map((piece, index) => (
        <RowsPiece
          // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place in the list
          key={index}
          isFirst={index === 0}
          rows={piece.length}
          rowHeight={ROW_HEIGHT}
          columns={columns.length}
        >
          {() =>
            piece.map((row) => (
              <tr key={id(row)} role="row" className={waits?.(row) ? "wait" : ""}>
                <Cells row={row} columns={columns} />
              </tr>
            ))
          }
        </RowsPiece>
      ))}
    </table>
  );
}

function Cells<T>({ row, columns }: { row: T; columns: readonly Column<T>[] }) {
  const look = { number: "n", full: "full" };
  return columns.map((column) => (
    <td
      key={column.head}
      role="cell"
      data-l={column.head}
      className={column.kind ? look[column.kind] : ""}
    >
      {column.cell(row)}
    </td>
  ));
}
