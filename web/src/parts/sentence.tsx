/** A whole sentence of the one file of texts, with figures, times and links at its named places. */
import { createElement, Fragment, type ReactNode } from "react";

type Names<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

interface SentenceProps<T extends string> {
  /** Such as "Since {moment} by {who}": another language may put its places in another order. */
  words: T;
  values: Record<Names<T>, ReactNode>;
}

export function Sentence<T extends string>({ words, values }: SentenceProps<T>) {
  const parts = words.split(/\{(\w+)\}/);
  const filled = parts.map((part, index) => (index % 2 === 0 ? part : values[part as Names<T>]));
  // As children written one after another: they need no keys, for they never change places.
  return createElement(Fragment, null, ...filled);
}
