import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";
import { screens, texts } from "@/texts";

const KEYS = new Set(["H"]);
const READ = new Set(["title", "what", "label", "head", "lede", "placeholder", "aria-label", "go"]);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".tsx"))
    .map((name) => `${folder}/${name}`);
}

/** Words that a person reads and that stand in a screen and not in the one file of texts. */
function strayWords(file: string, source: string): string[] {
  const found: string[] = [];
  const isRead = (text: string) => /[A-Za-z]/.test(text) && !KEYS.has(text.trim());
  const look = (node: ts.Node) => {
    if (ts.isJsxText(node) && isRead(node.text)) found.push(node.text.trim());
    if (ts.isJsxAttribute(node) && READ.has(node.name.getText())) {
      const value = node.initializer;
      if (value && ts.isStringLiteral(value) && isRead(value.text)) found.push(value.text);
    }
    if (ts.isPropertyAssignment(node) && node.name.getText() === "head") {
      if (ts.isStringLiteral(node.initializer)) found.push(node.initializer.text);
    }
    ts.forEachChild(node, look);
  };
  const kind = ts.ScriptKind.TSX;
  look(ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true, kind));
  return found;
}

test.each(filesUnder("src"))("the words of %s stand in the one file of texts", (file) => {
  expect(strayWords(file, readFileSync(file, "utf8"))).toEqual([]);
});

test.each([
  ["<p>Nothing is held</p>", ["Nothing is held"]],
  ['<Empty title="Nothing" />', ["Nothing"]],
  ['const one = [{ head: "Market" }]', ["Market"]],
  ['<p className="small muted">{say.nothing}, 5 %</p>', []],
  ["<kbd>H</kbd>", []],
])("a rule that finds words in %s", (source, words) => {
  expect(strayWords("one.tsx", source)).toEqual(words);
});

/** Every text that is no function, with its address in the file. */
function plainTexts(at: string, part: unknown): [string, string][] {
  if (typeof part === "string") return [[at, part]];
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([name, one]) => plainTexts(`${at}.${name}`, one));
}

/** A text that is put together with others at its ends cannot be put in another order. */
const isPiece = (text: string) => /^[\s:.)]|[\s(,:]$/.test(text);

test("every text is whole: none is the beginning or the end of a sentence in pieces", () => {
  const all = [...plainTexts("texts", texts), ...plainTexts("screens", screens)];
  expect(all.length).toBeGreaterThan(500);
  expect(all.filter(([, text]) => isPiece(text))).toEqual([]);
});

test.each(["quoted ", ") unless you cancel", ": could not be asked"])(
  "a rule that finds a piece in %j",
  (text) => {
    expect(isPiece(text)).toBe(true);
  },
);
