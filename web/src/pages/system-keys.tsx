/** Keys for scripts: made, shown once, and revoked. */
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { api, got } from "@/api/client";
import type { Key } from "@/api/types";
import { Confirm } from "@/parts/confirm";
import { Empty, ReadCard } from "@/parts/views";
import { Chip, Time } from "@/parts/words";

const SCOPES = ["read", "operate", "admin"] as const;
type Scope = (typeof SCOPES)[number];

export function KeysCard({ query }: { query: UseQueryResult<Key[]> }) {
  const [isMaking, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <ReadCard
      title="Keys for scripts"
      what="Keys"
      query={query}
      isEmpty={(data) => data.length === 0 && secret === null}
      empty={<Empty title="No key was made" />}
      foot={
        <div className="card__foot">
          <button className="btn" type="button" onClick={() => setMaking(true)}>
            Make a key…
          </button>
        </div>
      }
    >
      {(data) => (
        <>
          {secret && (
            <p className="card__body small" role="status">
              Shown this once: <code className="mono">{secret}</code>
            </p>
          )}
          <ul className="lines">
            {data.map((key) => (
              <li key={key.id}>
                <span>
                  <b className="words">{key.name}</b>{" "}
                  {key.revoked_at ? <Chip tone="bad">revoked</Chip> : <Chip>{key.scope}</Chip>}
                  <br />
                  <span className="sub">
                    by {key.made_by}, used <Time at={key.used_at} />
                  </span>
                </span>
                {key.revoked_at === null && (
                  <button className="btn" type="button" onClick={() => setRevoking(key)}>
                    Revoke…
                  </button>
                )}
              </li>
            ))}
          </ul>
          <Confirm
            isOpen={revoking !== null}
            onClose={() => setRevoking(null)}
            title={`Revoke ${revoking?.name ?? ""}?`}
            go="Revoke"
            tone="bad"
            done="The key opens nothing any more."
            onGo={() =>
              got(
                api.DELETE("/auth/tokens/{token_id}", {
                  params: { path: { token_id: revoking?.id ?? "" } },
                }),
              )
            }
          />
          <MakeKey isOpen={isMaking} onClose={() => setMaking(false)} onMade={setSecret} />
        </>
      )}
    </ReadCard>
  );
}

interface MakeProps {
  isOpen: boolean;
  onClose: () => void;
  onMade: (secret: string) => void;
}

function MakeKey({ isOpen, onClose, onMade }: MakeProps) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("read");
  return (
    <Confirm
      isOpen={isOpen}
      onClose={onClose}
      title="Make a key for a script?"
      go="Make it"
      done="The key was made. Its secret is shown once."
      isReady={name.trim() !== ""}
      onGo={async () => {
        const made = await got(api.POST("/auth/tokens", { body: { name, scope, days: 90 } }));
        onMade(made.secret);
      }}
    >
      <div className="field">
        <label htmlFor="key-name">Name</label>
        <input
          id="key-name"
          className="input"
          maxLength={64}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="key-scope">What it may do, for 90 days</label>
        <select
          id="key-scope"
          className="input"
          value={scope}
          onChange={(event) => setScope(SCOPES.find((one) => one === event.target.value) ?? "read")}
        >
          {SCOPES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </div>
    </Confirm>
  );
}
