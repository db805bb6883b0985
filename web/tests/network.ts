/** A network for tests: answers by method and path, and a list of what was asked. */
import { vi } from "vitest";

export interface Asked {
  key: string;
  url: string;
  body: unknown;
  headers: Headers;
}
type Answer = (asked: Asked) => { status?: number; body?: unknown };

export function network(answers: Record<string, Answer>): Asked[] {
  const all: Asked[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const key = `${request.method} ${new URL(request.url).pathname}`;
    const text = await request.text();
    const asked: Asked = {
      key,
      url: request.url,
      body: text === "" ? null : JSON.parse(text),
      headers: request.headers,
    };
    all.push(asked);
    const { status = 200, body = {} } = answers[key]?.(asked) ?? { status: 404 };
    return new Response(JSON.stringify(body), {
      status,
      headers: { "Content-Type": "application/json" },
    });
  });
  return all;
}

export const problem = (code: string, detail = "no") => ({ code, detail, request_id: "r-1" });
