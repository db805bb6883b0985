/** The one live stream, started with the shell; and what it says when it is down. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { LiveStream } from "@/api/live";
import { control } from "@/api/queries";
import { clock, span } from "@/format/time";
import { Icon } from "@/parts/icons";
import { useWall } from "@/parts/now";
import { screens, texts } from "@/texts";

const say = screens.live;

const Stream = createContext<LiveStream | null>(null);

export function WithLive({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [stream] = useState(() => new LiveStream(queries));
  useEffect(() => {
    stream.start();
    return () => stream.stop();
  }, [stream]);
  return <Stream value={stream}>{children}</Stream>;
}

function useLive() {
  const stream = useContext(Stream);
  if (stream === null) throw new Error("the live stream is only within the shell");
  const state = useSyncExternalStore(stream.subscribe, stream.state);
  return { stream, ...state };
}

export function LiveAge() {
  const { status, heardAt } = useLive();
  const now = useWall();
  if (status === "open") {
    return (
      <span className="age">
        {texts.live.open}, {span(now - heardAt)}
      </span>
    );
  }
  const words = status === "down" ? texts.live.down : texts.live.connecting;
  return <span className={status === "down" ? "age age--dead" : "age age--late"}>{words}</span>;
}

/** Over the page when the stream is down, or worse, when nothing answers. */
export function Offline() {
  const { status, heardAt, stream } = useLive();
  const { isError, error } = useQuery(control);
  const isLost = isError && "isCutOff" in error && error.isCutOff === true;
  if (status !== "down" && !isLost) return null;
  const [words, why] = isLost
    ? [texts.live.lost, texts.live.lostWhy]
    : [texts.live.down, texts.live.downWhy];
  return (
    <div className={isLost ? "offline offline--bad" : "offline"} role="status">
      <Icon name="alert" />
      <b>{words}</b>
      <span>
        {why} {heardAt > 0 && say.lastHeardAt({ clock: clock(heardAt) })}
      </span>
      <button className="btn" type="button" onClick={() => stream.retry()}>
        {texts.actions.connect}
      </button>
    </div>
  );
}
