/** Dark or light: as the person chose here, else as the computer says. */
const KEY = "theme";

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function applyTheme(): void {
  const asked = new URLSearchParams(location.search).get("theme");
  const isLight = matchMedia("(prefers-color-scheme: light)").matches;
  const chosen = asked ?? stored();
  const theme = chosen === "light" || chosen === "dark" ? chosen : isLight ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
}

export function toggleTheme(): void {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Nothing is kept where keeping is forbidden; it holds until the page is left.
  }
}
