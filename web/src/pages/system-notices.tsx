/** Who is told of what, and a message to try whether it arrives. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, type Trouble } from "@/api/client";
import { notifications } from "@/api/queries";
import { ReadCard } from "@/parts/views";
import { Chip } from "@/parts/words";
import { screens } from "@/texts";

const say = screens.systemNotices;

type Reached = { number: number; scheme: string; reached: boolean }[];

export function NoticesCard() {
  const query = useQuery(notifications);
  const [isBusy, setBusy] = useState(false);
  const [reached, setReached] = useState<Reached | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  async function test() {
    setBusy(true);
    setTrouble(null);
    setReached(null);
    try {
      setReached((await got(api.POST("/notifications/test"))).addresses);
    } catch (error) {
      setTrouble((error as Trouble).message);
    } finally {
      setBusy(false);
    }
  }
  return (
    <ReadCard title={say.whoIsTold} what={say.notifications} query={query}>
      {(data) => (
        <>
          <div className="card__body stack stack--close small">
            <p className="muted">
              {data.is_on
                ? say.toldFrom({
                    ways: data.addresses.map((one) => one.scheme).join(", "),
                    level: data.least,
                  })
                : say.nobodyIsTold}
            </p>
            {data.is_on && (
              <div>
                <button className="btn" type="button" disabled={isBusy} onClick={() => void test()}>
                  {isBusy ? say.sending : say.sendATest}
                </button>
              </div>
            )}
            {reached?.map((one) => (
              <p key={one.number} role="status">
                {one.number}. {one.scheme}: {one.reached ? say.tookIt : say.didNotTakeIt}
              </p>
            ))}
            {trouble && (
              <p className="note note--bad words" role="alert">
                {trouble}
              </p>
            )}
          </div>
          <details className="card__foot">
            <summary>{say.whatIsToldAnd}</summary>
            <ul className="lines">
              {data.kinds.map((one) => (
                <li key={one.kind}>
                  <span>{one.meaning}</span>
                  <Chip tone={one.is_told ? "" : "dash"}>{one.level}</Chip>
                </li>
              ))}
            </ul>
          </details>
        </>
      )}
    </ReadCard>
  );
}
