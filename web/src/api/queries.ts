/** Everything that is read from the service, each under the name that changes are told by. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, got } from "./client";
import type { Fate, Listed, ProfitCause } from "./types";

const SLOW_MS = 60_000;
type Search = Record<string, string | number | boolean | undefined>;
/** Only what was chosen: an empty choice is no choice. */
function chosen<T extends Search>(search: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** A list that is read on by its key. */
function list<T>(key: readonly unknown[], read: (before?: number) => Promise<Listed<T>>) {
  return infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam ?? undefined),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.next ?? null,
    placeholderData: keepPreviousData,
  });
}

export const me = queryOptions({
  queryKey: ["me"],
  queryFn: () => got(api.GET("/auth/me")),
  retry: false,
  staleTime: SLOW_MS,
});
export const control = queryOptions({
  queryKey: ["control"],
  queryFn: () => got(api.GET("/control")),
});
export const parts = queryOptions({
  queryKey: ["parts"],
  queryFn: () => got(api.GET("/health/parts")),
});
export const version = queryOptions({
  queryKey: ["version"],
  queryFn: () => got(api.GET("/version")),
  staleTime: Number.POSITIVE_INFINITY,
});
export const money = queryOptions({ queryKey: ["money"], queryFn: () => got(api.GET("/money")) });
export const positions = queryOptions({
  queryKey: ["positions"],
  queryFn: () => got(api.GET("/positions")),
});
export const followed = queryOptions({
  queryKey: ["followed"],
  queryFn: () => got(api.GET("/followed")),
  refetchInterval: SLOW_MS / 2,
});
export const curve = queryOptions({
  queryKey: ["equity", "curve"],
  queryFn: () => got(api.GET("/equity/curve", { params: { query: { points: 300 } } })),
});
export const limits = queryOptions({
  queryKey: ["limits"],
  queryFn: () => got(api.GET("/limits")),
});
export const skill = queryOptions({ queryKey: ["skill"], queryFn: () => got(api.GET("/skill")) });
export const calibration = queryOptions({
  queryKey: ["skill", "calibration"],
  queryFn: () => got(api.GET("/skill/calibration", { params: { query: { bands: 10 } } })),
});
export const costs = queryOptions({
  queryKey: ["costs"],
  queryFn: () => got(api.GET("/costs", { params: { query: { days: 31 } } })),
});
export const keys = queryOptions({
  queryKey: ["keys"],
  queryFn: () => got(api.GET("/auth/tokens")),
});
export const factor = queryOptions({
  queryKey: ["factor"],
  queryFn: () => got(api.GET("/auth/factor")),
});

export const sessions = queryOptions({
  queryKey: ["sessions"],
  queryFn: () => got(api.GET("/auth/sessions")),
});
export const auditCheck = queryOptions({
  queryKey: ["audit", "check"],
  queryFn: () => got(api.GET("/audit/check")),
  enabled: false,
});

export const profit = queryOptions({
  queryKey: ["profit"],
  queryFn: () => got(api.GET("/profit")),
});
export const profitBy = (cause: ProfitCause) =>
  queryOptions({
    queryKey: ["profit", "by", cause],
    queryFn: () => got(api.GET("/profit/by/{cause}", { params: { path: { cause } } })),
    placeholderData: keepPreviousData,
  });
export const proof = queryOptions({
  queryKey: ["skill", "proof"],
  queryFn: () => got(api.GET("/skill/proof")),
  staleTime: SLOW_MS / 2,
});
export const limitsUse = queryOptions({
  queryKey: ["use"],
  queryFn: () => got(api.GET("/limits/use")),
});
export const caps = queryOptions({
  queryKey: ["caps"],
  queryFn: () => got(api.GET("/costs/caps")),
});
export const leftOut = queryOptions({
  queryKey: ["evidence", "left-out"],
  queryFn: () => got(api.GET("/evidence/left-out")),
});
export const piece = (pieceId: string) =>
  queryOptions({
    queryKey: ["evidence", "piece", pieceId],
    queryFn: () =>
      got(api.GET("/evidence/{piece_id}", { params: { path: { piece_id: pieceId } } })),
    staleTime: SLOW_MS,
  });
export type WantedPieces = { q?: string; publisher?: string; source?: string; status?: Fate };
export const pieces = (search: WantedPieces) =>
  infiniteQueryOptions({
    queryKey: ["evidence", "list", search],
    queryFn: ({ pageParam }) =>
      got(
        api.GET("/evidence", {
          params: { query: chosen({ ...search, before: pageParam ?? undefined }) },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });

export const funnel = (since: string | undefined) =>
  queryOptions({
    queryKey: ["funnel", since],
    queryFn: () => got(api.GET("/decisions/funnel", { params: { query: chosen({ since }) } })),
    placeholderData: keepPreviousData,
  });
export const decisions = (search: {
  reason?: string;
  market_id?: string;
  series?: string;
  since?: string;
}) =>
  list(["decisions", search], (before) =>
    got(api.GET("/decisions", { params: { query: chosen({ ...search, before }) } })),
  );
export const signals = (search: { status?: string }) =>
  list(["signals", search], (before) =>
    got(api.GET("/signals", { params: { query: chosen({ ...search, before }) } })),
  );
export const orders = (search: { live?: boolean; market_id?: string }) =>
  list(["orders", search], (before) =>
    got(api.GET("/orders", { params: { query: chosen({ ...search, before }) } })),
  );
export const settlements = list(["settlements"], (before) =>
  got(api.GET("/settlements", { params: { query: chosen({ before }) } })),
);
export const controlHistory = list(["control", "history"], (before) =>
  got(api.GET("/control/history", { params: { query: chosen({ before }) } })),
);
export const limitsHistory = list(["limits", "history"], (before) =>
  got(api.GET("/limits/history", { params: { query: chosen({ before }) } })),
);
export const audit = (kind: string | undefined) =>
  list(["audit", kind], (before) =>
    got(api.GET("/audit", { params: { query: chosen({ kind, before }) } })),
  );
export const doorLog = list(["doorLog"], (before) =>
  got(api.GET("/auth/log", { params: { query: chosen({ before }) } })),
);
export const explanation = (subject: string) =>
  queryOptions({
    queryKey: ["explain", subject],
    queryFn: () => got(api.GET("/explain/{subject}", { params: { path: { subject } } })),
  });
export const market = (marketId: string) =>
  queryOptions({
    queryKey: ["followed", marketId],
    queryFn: () =>
      got(api.GET("/followed/{market_id}", { params: { path: { market_id: marketId } } })),
  });
export const ours = (marketId: string) =>
  queryOptions({
    queryKey: ["ours", marketId],
    queryFn: () =>
      got(api.GET("/followed/{market_id}/chart", { params: { path: { market_id: marketId } } })),
    retry: false,
  });
export const quote = (wanted: {
  event_id: string;
  market_id: string;
  outcome: string;
  amount: string;
}) =>
  queryOptions({
    queryKey: ["quote", wanted],
    queryFn: () => got(api.POST("/trades/quote", { params: { query: wanted } })),
    retry: false,
    staleTime: 0,
    gcTime: 0,
    // Each quote is asked of the trader: it is read again by whoever asks, and not by the clock.
    refetchInterval: false,
  });
export const logs = (level: "info" | "warning" | "error") =>
  queryOptions({
    queryKey: ["logs", level],
    queryFn: () => got(api.GET("/logs", { params: { query: { level } } })),
    placeholderData: keepPreviousData,
  });
export const notifications = queryOptions({
  queryKey: ["notifications"],
  queryFn: () => got(api.GET("/notifications")),
});
export const event = (eventId: string) =>
  queryOptions({
    queryKey: ["event", eventId],
    queryFn: () => got(api.GET("/markets/{event_id}", { params: { path: { event_id: eventId } } })),
    enabled: eventId !== "",
    staleTime: 5_000,
  });
export const events = (search: { keyword?: string; category?: string; page: number }) =>
  queryOptions({
    queryKey: ["events", search],
    queryFn: () =>
      got(
        api.GET("/markets", { params: { query: chosen({ ...search, status: "open", size: 50 }) } }),
      ),
    placeholderData: keepPreviousData,
  });
export const books = (outcomes: string[]) =>
  queryOptions({
    queryKey: ["book", ...outcomes],
    queryFn: () =>
      got(
        api.GET("/markets/orderbook", { params: { query: { "outcomeId[]": outcomes, depth: 8 } } }),
      ),
    enabled: outcomes.length > 0,
    refetchInterval: 5_000,
  });
export const history = (eventId: string, marketId: string, period: string) =>
  queryOptions({
    queryKey: ["history", eventId, marketId, period],
    queryFn: () =>
      got(
        api.GET("/markets/{event_id}/price-history", {
          params: {
            path: { event_id: eventId },
            query: { timePeriod: period, "marketId[]": [marketId] },
          },
        }),
      ),
    enabled: eventId !== "",
  });
export const search = (q: string) =>
  queryOptions({
    queryKey: ["search", q],
    queryFn: () => got(api.GET("/search", { params: { query: { q } } })),
    enabled: q.length > 1,
    retry: false,
    staleTime: SLOW_MS,
  });
