/** Says after a build what a first visit loads, and fails when that is too much for a slow line. */
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const MOST_BYTES = 200_000;
const FIRST_PAGE = "pages/overview.tsx";

interface Chunk {
  type: string;
  code?: string;
  isEntry?: boolean;
  imports?: string[];
  facadeModuleId?: string | null;
}

export function budget(): Plugin {
  return {
    name: "budget",
    apply: "build",
    generateBundle(_, bundle) {
      const chunks = bundle as unknown as Record<string, Chunk>;
      const loaded = new Set<string>();
      const load = (name: string) => {
        if (loaded.has(name)) return;
        loaded.add(name);
        for (const one of chunks[name]?.imports ?? []) load(one);
      };
      for (const [name, chunk] of Object.entries(chunks)) {
        if (chunk.isEntry || chunk.facadeModuleId?.endsWith(FIRST_PAGE)) load(name);
      }
      const bytes = [...loaded]
        .map((name) => gzipSync(chunks[name]?.code ?? "").length)
        .reduce((sum, one) => sum + one, 0);
      const told = `first load: ${(bytes / 1000).toFixed(1)} kB of script, compressed (at most ${MOST_BYTES / 1000})`;
      if (bytes > MOST_BYTES) this.error(told);
      this.info(told);
    },
  };
}
