import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LiveStream } from "@/api/live";
import { network } from "./network";

class FakeSocket {
  static all: FakeSocket[] = [];
  static readonly OPEN = 1;
  readyState = 1;
  sent: string[] = [];
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.onclose?.();
  }
  say(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

let queries: QueryClient;
let stream: LiveStream;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  queries = new QueryClient();
  stream = new LiveStream(queries);
});
afterEach(() => {
  stream.stop();
  vi.useRealTimers();
});

async function connected(): Promise<FakeSocket> {
  network({ "POST /auth/ticket": () => ({ body: { ticket: "t", expires_in: 30 } }) });
  stream.start();
  await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
  const socket = FakeSocket.all[0];
  if (socket === undefined) throw new Error("no socket");
  socket.say({ type: "hello", data: { id: 7 } });
  await vi.advanceTimersByTimeAsync(1000);
  return socket;
}

test("a change only makes readings old: what it says is not shown", async () => {
  const socket = await connected();
  queries.setQueryData(["orders"], ["held"]);
  queries.setQueryData(["limits"], ["held"]);
  socket.say({ type: "fill", id: 8, data: { shares: "999" } });
  await vi.advanceTimersByTimeAsync(100);
  expect(queries.getQueryState(["orders"])?.isInvalidated).toBe(true);
  expect(queries.getQueryState(["limits"])?.isInvalidated).toBe(false);
  expect(queries.getQueryData(["orders"])).toEqual(["held"]);
});

test("a flood of changes is shown some times a second and not for each", async () => {
  const socket = await connected();
  const told = vi.spyOn(queries, "invalidateQueries");
  for (let id = 8; id < 508; id += 1) socket.say({ type: "fill", id });
  await vi.advanceTimersByTimeAsync(2000);
  expect(told.mock.calls.length).toBeLessThan(4);
});

test("when it goes down it says so, and comes back from the last id with everything old", async () => {
  const socket = await connected();
  socket.say({ type: "fill", id: 9 });
  await vi.advanceTimersByTimeAsync(1000);
  socket.close();
  expect(stream.state().status).toBe("down");
  await vi.advanceTimersByTimeAsync(1500);
  expect(FakeSocket.all).toHaveLength(2);
  expect(FakeSocket.all[1]?.url).toContain("since=9");
  queries.setQueryData(["limits"], ["held"]);
  FakeSocket.all[1]?.say({ type: "hello", data: { id: 12 } });
  await vi.advanceTimersByTimeAsync(1000);
  expect(stream.state().status).toBe("open");
  expect(queries.getQueryState(["limits"])?.isInvalidated).toBe(true);
});

test("without a service it waits longer each time and never gives up", async () => {
  stream.start();
  await vi.advanceTimersByTimeAsync(10);
  expect(stream.state().status).toBe("down");
  await vi.advanceTimersByTimeAsync(120_000);
  expect(stream.state().status).toBe("down");
  const socket = connected();
  await vi.advanceTimersByTimeAsync(31_000);
  await socket;
  expect(stream.state().status).toBe("open");
});

test("nonsense on the stream breaks nothing", async () => {
  const socket = await connected();
  socket.onmessage?.({ data: "{not json" });
  socket.say(null);
  socket.say({ type: 5, id: "x" });
  await vi.advanceTimersByTimeAsync(1000);
  expect(stream.state().status).toBe("open");
});
