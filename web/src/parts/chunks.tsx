/** Long lists in pieces: only those near the window are drawn, the others keep their height. */
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";

const AHEAD = "900px 0px";
export const PIECE = 40;

/** Rows in pieces of one size, so that a piece keeps its rows while more are read on. */
export function piecesOf<T>(rows: readonly T[]): T[][] {
  const all: T[][] = [];
  for (let at = 0; at < rows.length; at += PIECE) all.push(rows.slice(at, at + PIECE));
  return all;
}

interface Near<E> {
  ref: RefObject<E | null>;
  isNear: boolean;
  /** How high it was when it was last drawn, or will be as far as is known. */
  height: number;
}

/** Whether a piece is near what is seen. Without a browser that can tell, everything is. */
function useNear<E extends Element>(isFirst: boolean, guess: number): Near<E> {
  const ref = useRef<E>(null);
  const height = useRef(guess);
  const [isNear, setNear] = useState(isFirst || typeof IntersectionObserver === "undefined");
  useEffect(() => {
    const piece = ref.current;
    if (piece === null || typeof IntersectionObserver === "undefined") return;
    const watcher = new IntersectionObserver(
      (seen) => {
        const last = seen.at(-1);
        if (last === undefined) return;
        if (!last.isIntersecting && last.boundingClientRect.height > 0) {
          height.current = last.boundingClientRect.height;
        }
        setNear(last.isIntersecting);
      },
      { rootMargin: AHEAD },
    );
    watcher.observe(piece);
    return () => watcher.disconnect();
  }, []);
  return { ref, isNear, height: height.current };
}

interface PieceProps {
  isFirst: boolean;
  /** How many rows it has, and how high one is, roughly. */
  rows: number;
  rowHeight: number;
  children: () => ReactNode;
}

/** A piece of a table. */
export function RowsPiece({
  isFirst,
  rows,
  rowHeight,
  columns,
  children,
}: PieceProps & { columns: number }) {
  const { ref, isNear, height } = useNear<HTMLTableSectionElement>(isFirst, rows * rowHeight);
  return (
    <tbody ref={ref}>
      {isNear ? (
        children()
      ) : (
        <tr className="gap">
          <td colSpan={columns} style={{ height }} />
        </tr>
      )}
    </tbody>
  );
}

/** A piece of a list of cards. */
export function CardsPiece({ isFirst, rows, rowHeight, children }: PieceProps) {
  const { ref, isNear, height } = useNear<HTMLDivElement>(isFirst, rows * rowHeight);
  return (
    <div ref={ref} className="tiles" style={isNear ? {} : { height }}>
      {isNear && children()}
    </div>
  );
}
