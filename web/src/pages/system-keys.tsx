/** Keys for scripts: made, shown once, and revoked. */
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { api, got } from "@/api/client";
import type { Key } from "@/api/types";
import { Confirm } from "@/parts/confirm";
import { Sentence } from "@/parts/sentence";
import { Empty, ReadCard } from "@/parts/views";
import { Chip, Time } from "@/parts/words";
import { screens } from "@/texts";

const say = screens.systemKeys;

const SCOPES = ["read", "operate", "admin"] as const;
type Scope = (typeof SCOPES)[number];

export function KeysCard({ query }: { query: UseQueryResult<Key[]> }) {
  const [isMaking, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <ReadCard
      title={say.keysForScripts}
      what={say.keys}
      query={query}
      isEmpty={(data) => data.length === 0 && secret === null}
      empty={<Empty title={say.noKeyWasMade} />}
      foot={
        <div className="card__foot">
          <button className="btn" type="button" onClick={() => setMaking(true)}>
            {say.makeAKey}
          </button>
        </div>
      }
    >
      {(data) => (
        <>
          {secret && (
            <p className="card__body small" role="status">
              <Sentence
                words={say.shownThisOnce}
                values={{ secret: <code className="mono">{secret}</code> }}
              />
            </p>
          )}
          <ul className="lines">
            {data.map((key) => (
              <li key={key.id}>
                <span>
                  <b className="words">{key.name}</b>{" "}
                  {key.revoked_at ? (
                    <Chip tone="bad">{say.revoked}</Chip>
                  ) : (
                    <Chip>{key.scope}</Chip>
                  )}
                  <br />
                  <span className="sub">
                    <Sentence
                      words={say.madeAndUsed}
                      values={{ who: key.made_by, moment: <Time at={key.used_at} /> }}
                    />
                  </span>
                </span>
                {key.revoked_at === null && (
                  <button className="btn" type="button" onClick={() => setRevoking(key)}>
                    {say.revoke}
                  </button>
                )}
              </li>
            ))}
          </ul>
          <Confirm
            isOpen={revoking !== null}
            onClose={() => setRevoking(null)}
            title={say.revokeTitle({ name: revoking?.name ?? "" })}
            go={say.revokeGo}
            tone="bad"
            done={say.revokeDone}
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
      title={say.makeAKeyFor}
      go={say.makeIt}
      done={say.theKeyWasMade}
      isReady={name.trim() !== ""}
      onGo={async () => {
        const made = await got(api.POST("/auth/tokens", { body: { name, scope, days: 90 } }));
        onMade(made.secret);
      }}
    >
      <div className="field">
        <label htmlFor="key-name">{say.name}</label>
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
        <label htmlFor="key-scope">{say.whatItMayDo}</label>
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
