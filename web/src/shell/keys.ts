/** Keys for pages and for the kill switch. None of them acts while something is being typed. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

export const PAGE_KEYS = {
  o: "/",
  m: "/markets",
  s: "/signals",
  b: "/book",
  p: "/performance",
  r: "/risk",
  e: "/evidence",
  y: "/system",
  t: "/settings",
} as const;
const WITHIN_MS = 1500;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName))
  );
}

export function useKeys(onHalt: () => void): void {
  const navigate = useNavigate();
  const leadAt = useRef(0);
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("[role=dialog]") !== null) return;
      const key = event.key.toLowerCase();
      const isLed = Date.now() - leadAt.current < WITHIN_MS;
      leadAt.current = key === "g" ? Date.now() : 0;
      if (key === "h" && !isLed) {
        event.preventDefault();
        onHalt();
      }
      const to = PAGE_KEYS[key as keyof typeof PAGE_KEYS];
      if (isLed && to !== undefined) void navigate({ to });
    }
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [navigate, onHalt]);
}
