/** The last lines of the program's own log. Secrets were taken out of them before they were kept. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { logs } from "@/api/queries";
import { count } from "@/format/figures";
import { Table } from "@/parts/list";
import { Empty, ReadCard } from "@/parts/views";
import { Chip, Time, type Tone } from "@/parts/words";
import { screens } from "@/texts";

const say = screens.systemLog;
const LEVELS = ["info", "warning", "error"] as const;
type Level = (typeof LEVELS)[number];
const TONES: Record<string, Tone> = { warning: "warn", error: "bad", critical: "bad" };

export function LogCard() {
  const [level, setLevel] = useState<Level>("info");
  const query = useQuery(logs(level));
  return (
    <ReadCard
      title={say.log}
      what={say.log}
      query={query}
      aside={
        <select
          className="input"
          style={{ width: 170 }}
          aria-label={say.howBad}
          value={level}
          onChange={(event) => setLevel(LEVELS.find((one) => one === event.target.value) ?? "info")}
        >
          {LEVELS.map((one) => (
            <option key={one} value={one}>
              {say.andWorse({ level: one })}
            </option>
          ))}
        </select>
      }
      isEmpty={(data) => data.items.length === 0}
      empty={<Empty title={say.nothing} />}
      foot={
        query.data && (
          <p className="card__foot small">
            {say.kept({ kept: count(query.data.kept), written: count(query.data.written) })}
          </p>
        )
      }
    >
      {(data) => (
        <Table
          rows={data.items}
          id={(row) => row.number}
          columns={[
            {
              head: say.what,
              kind: "full",
              cell: (row) => (
                <>
                  <Chip tone={TONES[row.level] ?? ""}>{row.level}</Chip>{" "}
                  <b className="words">{row.event}</b>
                  <span className="sub mono words">
                    {Object.entries(row.fields)
                      .map(([name, value]) => `${name}=${value}`)
                      .join("  ")}
                  </span>
                </>
              ),
            },
            { head: say.time, kind: "number", cell: (row) => <Time at={row.at} as="day" /> },
          ]}
        />
      )}
    </ReadCard>
  );
}
