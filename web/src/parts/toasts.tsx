/** Short notices at the edge of the page. They say what happened and leave by themselves. */
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { texts } from "@/texts";
import { Icon, type IconName } from "./icons";

type Tone = "good" | "warn" | "bad";
interface Notice {
  id: number;
  tone: Tone;
  words: string;
}

const STAYS_MS = 8000;
const ICONS: Record<Tone, IconName> = { good: "ok", warn: "alert", bad: "no" };
const Told = createContext<(tone: Tone, words: string) => void>(() => undefined);

export function Toasts({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<Notice[]>([]);
  const drop = useCallback((id: number) => setNotices((all) => all.filter((n) => n.id !== id)), []);
  const tell = useCallback(
    (tone: Tone, words: string) => {
      const id = performance.now();
      setNotices((all) => [...all.slice(-2), { id, tone, words }]);
      setTimeout(() => drop(id), STAYS_MS);
    },
    [drop],
  );
  return (
    <Told value={tell}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {notices.map((notice) => (
          <div key={notice.id} className={`toast toast--${notice.tone}`}>
            <Icon name={ICONS[notice.tone]} />
            <span className="words">{notice.words}</span>
            <button type="button" onClick={() => drop(notice.id)}>
              {texts.actions.close}
            </button>
          </div>
        ))}
      </div>
    </Told>
  );
}

export const useTell = () => useContext(Told);
