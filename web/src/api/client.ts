/** The one way to the service: typed calls, one kind of error, and a fresh session when it ran out. */
import createClient, { type Middleware } from "openapi-fetch";
import { texts } from "@/texts";
import type { paths } from "./schema";

/** Why a call came to nothing. `code` is for programs; `status` 0 means that no answer came. */
export class Trouble extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly requestId: string = "",
  ) {
    super(detail);
    this.name = "Trouble";
  }

  get isCutOff(): boolean {
    return this.status === 0;
  }
}

const DOORS = ["/auth/login", "/auth/refresh", "/auth/logout"];
let refreshing: Promise<boolean> | null = null;
let whenShutOut: () => void = () => undefined;

/** What to do when the session has ended for good. */
export function onShutOut(tell: () => void): void {
  whenShutOut = tell;
}

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    throw new Trouble(0, "cut_off", texts.errors.cutOff);
  }
}

/** Exchange the cookies once, however many calls found that theirs had run out. */
function refresh(): Promise<boolean> {
  refreshing ??= reach(
    new Request(new URL("/auth/refresh", location.origin), {
      method: "POST",
      headers: { "X-Bayse-Agent": "web" },
    }),
  )
    .then((answer) => answer.ok)
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

async function send(request: Request): Promise<Response> {
  const isDoor = DOORS.includes(new URL(request.url).pathname);
  const again = isDoor ? null : request.clone();
  const answer = await reach(request);
  if (answer.status !== 401 || again === null) return answer;
  if (await refresh()) return reach(again);
  whenShutOut();
  return answer;
}

const ours: Middleware = {
  onRequest({ request }) {
    request.headers.set("X-Bayse-Agent", "web");
  },
};

export const api = createClient<paths, "application/json">({
  baseUrl: typeof location === "undefined" ? "" : location.origin,
  credentials: "same-origin",
  fetch: send,
});
api.use(ours);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What was asked for. Throws Trouble with the service's own words for anything else. */
export async function got<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok && data !== undefined) return data;
  throw troubleOf(response, error);
}

function troubleOf(response: Response, body: unknown): Trouble {
  const told = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const result = told.result as Record<string, string> | undefined;
  const detail = told.detail ?? result?.reason ?? texts.errors.status(response.status);
  return new Trouble(
    response.status,
    String(told.code ?? told.status ?? "failed"),
    String(detail),
    String(told.request_id ?? ""),
  );
}

/** A name for one wish, so that asking twice for it is asking once. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}
