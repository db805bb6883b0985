/** The dashboard's one tree: what is read, what happened, and which page is shown. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { onShutOut, Trouble } from "./api/client";
import { isFar } from "./api/live";
import { me } from "./api/queries";
import { Toasts } from "./parts/toasts";
import { makeRouter } from "./router";

const READ_AGAIN_MS = 10_000;
const FRESH_MS = 2_000;

/** The stream makes readings old; where it is down they are read again by themselves. */
export function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        refetchInterval: (query) => (isFar(query.state.data) ? false : READ_AGAIN_MS),
        // The service may be on this computer: being without a network is for the answer to say.
        networkMode: "always",
        retry: (times, error) =>
          times < 1 && (!(error instanceof Trouble) || error.isCutOff || error.status >= 500),
      },
    },
  });
}

export function App() {
  const [queries] = useState(makeQueries);
  const [router] = useState(() => {
    const made = makeRouter(queries);
    onShutOut(() => {
      if (made.state.location.pathname !== "/login") {
        const wasIn = queries.getQueryData(me.queryKey) !== undefined;
        queries.clear();
        void made.navigate({ to: "/login", search: wasIn ? { ended: true } : {} });
      }
    });
    return made;
  });
  return (
    <QueryClientProvider client={queries}>
      <Toasts>
        <RouterProvider router={router} />
      </Toasts>
    </QueryClientProvider>
  );
}
