/** The live stream. It only says what changed; everything shown is read again from the service. */
import type { QueryClient } from "@tanstack/react-query";
import { api, got } from "./client";

/** A list that was read on further than this stands still: its newest are read when asked for. */
export const FAR_PAGES = 4;
const SOON_MS = 30;
const EVERY_MS = 700;
/** Money that moved and stops are not held back by a flood of lesser things. */
const URGENT = new Set(["fill", "intent_change", "control", "signal"]);
const URGENT_MS = 100;
/** What every change makes old comes after what it is about. */
const ASIDE_MS = 250;
const PING_MS = 15_000;
const SILENT_MS = 40_000;
const LONGEST_WAIT_MS = 30_000;

/** Which readings a kind of change makes old. Every change makes `always` old. */
const TOUCHES: Record<string, readonly string[]> = {
  intent: ["orders", "positions", "money", "use", "explain"],
  intent_change: ["orders", "positions", "money", "use", "explain"],
  fill: ["orders", "positions", "money", "profit", "use", "equity", "ours", "explain"],
  settlement: [
    "settlements",
    "positions",
    "money",
    "profit",
    "use",
    "skill",
    "explain",
    "followed",
  ],
  signal: ["signals", "explain"],
  signal_end: ["signals", "explain"],
  control: ["control", "orders", "use"],
  limits: ["limits", "use"],
  deposit: ["equity", "money", "profit", "use"],
  command: ["commands"],
  command_end: ["signals", "control", "orders", "commands"],
};
const EVERYTHING = [...new Set(Object.values(TOUCHES).flat())];
const ALWAYS = ["parts", "decisions", "funnel"];

export interface LiveState {
  status: "connecting" | "open" | "down";
  /** When it was last heard, in milliseconds since 1970; 0 for never. */
  heardAt: number;
}

export class LiveStream {
  #socket: WebSocket | null = null;
  #state: LiveState = { status: "connecting", heardAt: 0 };
  #listeners = new Set<() => void>();
  readonly #urgent: Batch;
  readonly #usual: Batch;
  readonly #aside: Batch;
  #again: ReturnType<typeof setTimeout> | undefined;
  #pulse: ReturnType<typeof setInterval> | undefined;
  #last = "";
  #fails = 0;
  #isOn = false;

  constructor(queries: QueryClient) {
    this.#urgent = new Batch(queries, SOON_MS, URGENT_MS);
    this.#usual = new Batch(queries, SOON_MS, EVERY_MS);
    this.#aside = new Batch(queries, ASIDE_MS, EVERY_MS);
  }

  readonly state = (): LiveState => this.#state;

  readonly subscribe = (tell: () => void): (() => void) => {
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  };

  start(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    void this.#connect();
  }

  stop(): void {
    this.#isOn = false;
    clearTimeout(this.#again);
    for (const one of [this.#urgent, this.#usual, this.#aside]) one.stop();
    clearInterval(this.#pulse);
    this.#socket?.close();
    this.#socket = null;
  }

  /** Try now and not after the wait. */
  retry(): void {
    clearTimeout(this.#again);
    this.#fails = 0;
    if (this.#isOn && this.#state.status === "down") void this.#connect();
  }

  async #connect(): Promise<void> {
    try {
      const { ticket } = await got(api.POST("/auth/ticket"));
      if (!this.#isOn) return;
      const query = new URLSearchParams({ ticket, ...(this.#last && { since: this.#last }) });
      const scheme = location.protocol === "https:" ? "wss" : "ws";
      const socket = new WebSocket(`${scheme}://${location.host}/ws/live?${query}`);
      this.#socket = socket;
      socket.onmessage = (message) => this.#hear(String(message.data));
      socket.onclose = () => this.#lose(socket);
      clearInterval(this.#pulse);
      this.#pulse = setInterval(() => this.#beat(socket), PING_MS);
    } catch {
      this.#lose(null);
    }
  }

  #beat(socket: WebSocket): void {
    if (Date.now() - this.#state.heardAt > SILENT_MS) socket.close();
    else if (socket.readyState === WebSocket.OPEN) socket.send("ping");
  }

  #lose(socket: WebSocket | null): void {
    const isAnOlderOne = socket !== null && socket !== this.#socket;
    if (!this.#isOn || isAnOlderOne) return;
    clearInterval(this.#pulse);
    this.#set({ status: "down", heardAt: this.#state.heardAt });
    const wait = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** this.#fails);
    this.#fails += 1;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.#connect(), wait);
  }

  #hear(text: string): void {
    const message = told(text);
    if (message === null) return;
    const kind = String(message.type ?? "");
    const wasDown = this.#state.status !== "open";
    this.#set({ status: "open", heardAt: Date.now() });
    const id = kind === "hello" ? message.data?.id : message.id;
    if (typeof id === "number") this.#last = String(id);
    if (kind === "heartbeat") return;
    if (kind === "hello") {
      this.#fails = 0;
      if (wasDown) this.#mark(EVERYTHING, this.#usual);
      return;
    }
    this.#mark(TOUCHES[kind] ?? EVERYTHING, URGENT.has(kind) ? this.#urgent : this.#usual);
  }

  #mark(names: readonly string[], batch: Batch): void {
    batch.add(names);
    this.#aside.add(ALWAYS);
  }

  #set(state: LiveState): void {
    this.#state = state;
    for (const tell of this.#listeners) tell();
  }
}

/** Readings that changes made old: the first is read anew soon, a flood of them some times a second. */
class Batch {
  #old = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #readAt = 0;

  constructor(
    private readonly queries: QueryClient,
    private readonly soon: number,
    private readonly every: number,
  ) {}

  add(names: readonly string[]): void {
    for (const name of names) this.#old.add(name);
    if (this.#timer !== undefined) return;
    const wait = Math.max(this.soon, this.#readAt + this.every - Date.now());
    this.#timer = setTimeout(() => this.#read(), wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #read(): void {
    this.#timer = undefined;
    this.#readAt = Date.now();
    const old = this.#old;
    this.#old = new Set();
    void this.queries.invalidateQueries({
      predicate: (query) => old.has(String(query.queryKey[0])) && !isFar(query.state.data),
    });
  }
}

/** Whether somebody has read so far on in a list that reading all of it again would be too much. */
export function isFar(data: unknown): boolean {
  const pages = (data as { pages?: unknown[] } | undefined)?.pages;
  return Array.isArray(pages) && pages.length > FAR_PAGES;
}

interface Message {
  type?: unknown;
  id?: unknown;
  data?: { id?: unknown };
}

/** A message of the stream; null for what is none. */
function told(text: string): Message | null {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}
