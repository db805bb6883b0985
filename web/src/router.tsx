/** Which address shows which page. What a page shows stands in its address. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Trouble } from "./api/client";
import { me } from "./api/queries";
import { Login } from "./pages/login";
import { Page } from "./parts/views";
import { WithLive } from "./shell/live";
import { Shell } from "./shell/shell";
import { texts } from "./texts";

type Raw = Record<string, unknown>;
const word = (value: unknown): string | undefined =>
  (typeof value === "string" && value !== "") || typeof value === "number"
    ? String(value)
    : undefined;
const number = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
/** Only what is there: an address holds no empty words. */
function kept<T extends Raw>(all: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: () => (
    <div className="door">
      <Page name={texts.name} title={texts.errors.notFound} lede={texts.errors.notFoundWhy}>
        <Link to="/">{texts.pages.overview}</Link>
      </Page>
    </div>
  ),
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: Login,
  validateSearch: (raw: Raw) => kept({ ended: raw.ended === true ? true : undefined }),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context }) => {
    try {
      const who = await context.queries.ensureQueryData(me);
      if (who.must_change_password) throw redirect({ to: "/login" });
    } catch (error) {
      // Cut off is no reason to show somebody out: the pages say that they are.
      if (error instanceof Trouble && error.status !== 401) return;
      if (error instanceof Trouble) throw redirect({ to: "/login" });
      throw error;
    }
  },
  component: () => (
    <WithLive>
      <Shell />
    </WithLive>
  ),
  errorComponent: () => (
    <Page name={texts.name} title={texts.errors.broke} lede={texts.errors.brokeWhy}>
      <a href="/app/">{texts.pages.overview}</a>
    </Page>
  ),
});

const under = () => inside;
const pages = [
  createRoute({
    getParentRoute: under,
    path: "/",
    component: lazyRouteComponent(() => import("./pages/overview"), "Overview"),
  }),
  createRoute({
    getParentRoute: under,
    path: "/markets",
    component: lazyRouteComponent(() => import("./pages/markets"), "Markets"),
    validateSearch: (raw: Raw) =>
      kept({
        q: word(raw.q),
        category: word(raw.category),
        page: number(raw.page),
        view: word(raw.view),
        series: word(raw.series),
        engine: word(raw.engine),
        left: word(raw.left),
        look: word(raw.look),
      }),
  }),
  createRoute({
    getParentRoute: under,
    path: "/markets/$marketId",
    component: lazyRouteComponent(() => import("./pages/market"), "MarketPage"),
    validateSearch: (raw: Raw) => kept({ event: word(raw.event), period: word(raw.period) }),
  }),
  createRoute({
    getParentRoute: under,
    path: "/signals",
    component: lazyRouteComponent(() => import("./pages/signals"), "Signals"),
    validateSearch: (raw: Raw) =>
      kept({
        show: word(raw.show),
        reason: word(raw.reason),
        market: word(raw.market),
        series: word(raw.series),
        within: word(raw.within),
      }),
  }),
  createRoute({
    getParentRoute: under,
    path: "/explain/$subject",
    component: lazyRouteComponent(() => import("./pages/explain"), "Explain"),
  }),
  createRoute({
    getParentRoute: under,
    path: "/book",
    component: lazyRouteComponent(() => import("./pages/book"), "BookPage"),
    validateSearch: (raw: Raw) => kept({ show: word(raw.show) }),
  }),
  createRoute({
    getParentRoute: under,
    path: "/performance",
    component: lazyRouteComponent(() => import("./pages/performance"), "Performance"),
    validateSearch: (raw: Raw) => kept({ author: word(raw.author), by: word(raw.by) }),
  }),
  createRoute({
    getParentRoute: under,
    path: "/risk",
    component: lazyRouteComponent(() => import("./pages/risk"), "Risk"),
  }),
  createRoute({
    getParentRoute: under,
    path: "/evidence",
    component: lazyRouteComponent(() => import("./pages/evidence"), "Evidence"),
    validateSearch: (raw: Raw) =>
      kept({
        q: word(raw.q),
        show: word(raw.show),
        status: word(raw.status),
        publisher: word(raw.publisher),
      }),
  }),
  createRoute({
    getParentRoute: under,
    path: "/system",
    component: lazyRouteComponent(() => import("./pages/system"), "System"),
    validateSearch: (raw: Raw) => kept({ kind: word(raw.kind) }),
  }),
  createRoute({
    getParentRoute: under,
    path: "/settings",
    component: lazyRouteComponent(() => import("./pages/settings"), "Settings"),
  }),
  createRoute({
    getParentRoute: under,
    path: "/more",
    component: lazyRouteComponent(() => import("./pages/more"), "More"),
  }),
];

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([login, inside.addChildren(pages)]),
    basepath: "/app",
    context: { queries },
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
