// Light or dark: as the system has it, until the reader says otherwise.
import { button } from "./dom.ts";

const KEY = "phasebit-theme";

/** Switches between the two; remembers the choice where pages may. */
export function themeButton(): HTMLButtonElement {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const stored = remembered();
  if (stored !== undefined) document.documentElement.dataset["theme"] = stored;
  const isDark = () => (document.documentElement.dataset["theme"] ?? system(dark)) === "dark";
  const element = button("", "Switch between light and dark", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset["theme"] = theme;
    remember(theme);
    label();
  });
  const label = () => {
    element.textContent = isDark() ? "Light" : "Dark";
  };
  element.classList.add("theme");
  dark.addEventListener("change", label);
  label();
  return element;
}

function system(dark: MediaQueryList): "dark" | "light" {
  return dark.matches ? "dark" : "light";
}

function remembered(): "dark" | "light" | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === "dark" || value === "light" ? value : undefined;
  } catch {
    // Pages from files have no storage in some browsers.
    return undefined;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Then the choice lasts as long as the page.
  }
}
