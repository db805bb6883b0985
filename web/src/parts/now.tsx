/** The time of the world that is traded in, which in a demo is not the time on the wall. */
import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { parts } from "@/api/queries";

const TICK_MS = 1000;
const watchers = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;
let wall = Date.now();

function watch(tell: () => void): () => void {
  watchers.add(tell);
  ticking ??= setInterval(() => {
    wall = Date.now();
    for (const one of watchers) one();
  }, TICK_MS);
  return () => {
    watchers.delete(tell);
    if (watchers.size === 0) {
      clearInterval(ticking);
      ticking = undefined;
    }
  };
}

/** The time on the wall, told once a second. */
export function useWall(): number {
  return useSyncExternalStore(watch, () => wall);
}

/** The world's time: the service's last word on it and what has passed since; null before. */
export function useNow(): number | null {
  const { data, dataUpdatedAt } = useQuery(parts);
  const now = useWall();
  if (data === undefined) return null;
  return Date.parse(data.now) + Math.max(0, now - dataUpdatedAt);
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The start of the last hour, to the minute, so that readings of one minute are one. */
export function useLastHour(): string | undefined {
  const now = useNow();
  if (now === null) return undefined;
  return new Date(Math.floor((now - HOUR_MS) / MINUTE_MS) * MINUTE_MS).toISOString();
}
