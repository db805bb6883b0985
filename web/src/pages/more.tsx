/** The pages that have no tab on a phone, and the way out. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api, got } from "@/api/client";
import { me } from "@/api/queries";
import { Page } from "@/parts/views";
import { toggleTheme } from "@/shell/theme";
import { texts } from "@/texts";

const PAGES = [
  ["/risk", texts.pages.risk],
  ["/book", texts.pages.book],
  ["/evidence", texts.pages.evidence],
  ["/system", texts.pages.system],
  ["/settings", texts.pages.settings],
] as const;

export function LogOut() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  async function leave() {
    try {
      await got(api.POST("/auth/logout"));
    } finally {
      queries.clear();
      await navigate({ to: "/login" });
    }
  }
  return (
    <button className="btn" type="button" onClick={() => void leave()}>
      {texts.actions.logOut}
    </button>
  );
}

export function More() {
  const { data } = useQuery(me);
  return (
    <Page name={texts.name} title={texts.pages.more}>
      <section className="card">
        <ul className="lines">
          {PAGES.map(([to, name]) => (
            <li key={to}>
              <Link className="title" to={to}>
                {name}
              </Link>
            </li>
          ))}
          <li>
            <span className="muted">{data?.username}</span>
            <span className="row">
              <button className="btn" type="button" onClick={toggleTheme}>
                {texts.actions.theme}
              </button>
              <LogOut />
            </span>
          </li>
        </ul>
      </section>
    </Page>
  );
}
