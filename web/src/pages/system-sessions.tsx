/** One's own sessions, and the way to end another one. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got } from "@/api/client";
import { sessions } from "@/api/queries";
import { Confirm } from "@/parts/confirm";
import { Sentence } from "@/parts/sentence";
import { ReadCard } from "@/parts/views";
import { Chip, Time } from "@/parts/words";
import { screens } from "@/texts";

const say = screens.systemSessions;

export function SessionsCard() {
  const query = useQuery(sessions);
  const [ending, setEnding] = useState<string | null>(null);
  return (
    <ReadCard title={say.yourSessions} what={say.sessions} query={query}>
      {(data) => (
        <>
          <ul className="lines">
            {data.map((one) => (
              <li key={one.id}>
                <span>
                  {one.origin} {one.is_this_one && <Chip tone="us">{say.thisOne}</Chip>}
                  <br />
                  <span className="sub">
                    <Sentence words={say.seen} values={{ moment: <Time at={one.seen_at} /> }} />
                  </span>
                </span>
                {!one.is_this_one && (
                  <button className="btn" type="button" onClick={() => setEnding(one.id)}>
                    {say.end}
                  </button>
                )}
              </li>
            ))}
          </ul>
          <Confirm
            isOpen={ending !== null}
            onClose={() => setEnding(null)}
            title={say.endThisSession}
            go={say.endIt}
            tone="bad"
            done={say.theSessionWasEnded}
            onGo={() =>
              got(
                api.DELETE("/auth/sessions/{session_id}", {
                  params: { path: { session_id: ending ?? "" } },
                }),
              )
            }
          />
        </>
      )}
    </ReadCard>
  );
}
