/** The door: name and password, and at a first start a password of one's own. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, got, Trouble } from "@/api/client";
import { CodeField } from "@/parts/code";
import { Mark } from "@/parts/icons";
import { texts } from "@/texts";

interface PasswordProps {
  id: string;
  label: string;
  value: string;
  onChange: (text: string) => void;
  autoComplete: string;
  hint?: string;
}

function PasswordField({ id, label, value, onChange, autoComplete, hint }: PasswordProps) {
  const [isShown, setShown] = useState(false);
  return (
    <div className="field">
      <span className="row row--apart">
        <label htmlFor={id}>{label}</label>
        <button
          className="small us"
          type="button"
          aria-pressed={isShown}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? texts.login.hide : texts.login.show}
        </button>
      </span>
      <input
        id={id}
        className="input"
        type={isShown ? "text" : "password"}
        autoComplete={autoComplete}
        required
        maxLength={256}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint && <span className="hint">{hint}</span>}
    </div>
  );
}

/** What went wrong in words: a wrong password is not a server that is down. */
function words(error: unknown): string {
  if (!(error instanceof Trouble)) return String(error);
  if (error.code === "wrong_code") return texts.login.wrongCode;
  if (error.status === 401 || error.status === 403) return texts.login.wrong;
  if (error.status === 429) return texts.login.tooOften;
  return error.message;
}

interface NoticeProps {
  trouble: string | null;
  notice: string | null;
}

function Notice({ trouble, notice }: NoticeProps) {
  if (trouble !== null) {
    return (
      <p className="note note--bad" role="alert">
        {trouble}
      </p>
    );
  }
  return notice === null ? null : <p className="note">{notice}</p>;
}

export function Login() {
  const { ended } = useSearch({ from: "/login" });
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const [isFirst, setFirst] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [notice, setNotice] = useState<string | null>(ended ? texts.login.ended : null);
  const queries = useQueryClient();
  const navigate = useNavigate();

  async function enter(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setTrouble(null);
    try {
      const body = { username: name, password, ...(code ? { otp: code } : {}) };
      const who = await got(api.POST("/auth/login", { body }));
      queries.clear();
      if (who.must_change_password) setFirst(true);
      else await navigate({ to: "/" });
    } catch (error) {
      if (error instanceof Trouble && error.code === "second_factor") setCode("");
      else setTrouble(words(error));
    } finally {
      setBusy(false);
    }
  }

  function changed() {
    setFirst(false);
    setPassword("");
    setCode(null);
    setNotice(texts.login.changed);
  }

  return (
    <main className="door">
      <section className="card">
        <span className="brand">
          <Mark />
          {texts.name}
        </span>
        {isFirst ? (
          <OwnPassword old={password} onDone={changed} />
        ) : (
          <form className="stack" onSubmit={enter}>
            <h1>{texts.login.title}</h1>
            <Notice trouble={trouble} notice={notice} />
            <div className="field">
              <label htmlFor="name">{texts.login.name}</label>
              <input
                id="name"
                className="input"
                autoComplete="username"
                // biome-ignore lint/a11y/noAutofocus: the page has no other purpose
                autoFocus
                required
                maxLength={64}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            </div>
            <PasswordField
              id="password"
              label={texts.login.password}
              value={password}
              onChange={setPassword}
              autoComplete="current-password"
            />
            {code !== null && <CodeField value={code} onChange={setCode} />}
            <button className="btn btn--main btn--wide" type="submit" disabled={isBusy}>
              {isBusy ? texts.login.busy : texts.actions.logIn}
            </button>
            <p className="hint">{texts.login.first}</p>
          </form>
        )}
      </section>
    </main>
  );
}

function OwnPassword({ old, onDone }: { old: string; onDone: () => void }) {
  const [password, setPassword] = useState("");
  const [trouble, setTrouble] = useState<string | null>(null);

  async function change(event: FormEvent) {
    event.preventDefault();
    setTrouble(null);
    try {
      const body = { old_password: old, new_password: password };
      await got(api.POST("/auth/password", { body }));
      onDone();
    } catch (error) {
      setTrouble(error instanceof Trouble ? error.message : String(error));
    }
  }

  return (
    <form className="stack" onSubmit={change}>
      <h1>{texts.login.changeTitle}</h1>
      <p className="small muted">{texts.login.changeWhy}</p>
      <Notice trouble={trouble} notice={null} />
      <PasswordField
        id="new"
        label={texts.login.new}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        hint={texts.login.newHint}
      />
      <button className="btn btn--main btn--wide" type="submit">
        {texts.login.change}
      </button>
    </form>
  );
}
