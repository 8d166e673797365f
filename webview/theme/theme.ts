export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Which theme is shown, and who wants to know when the colours change. */
export interface ThemeSwitch {
  readonly get: () => Theme;
  readonly set: (theme: Theme) => void;
  readonly onColours: (listener: () => void) => void;
}

const KEY = 'perfscope theme';

/** Storage may be forbidden, as it is in a sandboxed frame: then the choice lasts as long as the page. */
function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === value) ?? 'auto';
  } catch {
    return 'auto';
  }
}

/** VS Code says on the body of a panel what its theme is; null outside of one. */
function editorIsDark(): boolean | null {
  const classes = document.body.classList;
  if (classes.contains('vscode-light') || classes.contains('vscode-high-contrast-light')) return false;
  return classes.contains('vscode-dark') || classes.contains('vscode-high-contrast') ? true : null;
}

export function createThemeSwitch(): ThemeSwitch {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const listeners: (() => void)[] = [];
  let theme = stored();
  const apply = (): void => {
    const shown = theme === 'auto' ? ((editorIsDark() ?? dark.matches) ? 'dark' : 'light') : theme;
    document.documentElement.dataset.theme = shown;
    for (const listener of listeners) listener();
  };
  for (const query of ['(prefers-contrast: more)', '(forced-colors: active)'])
    matchMedia(query).addEventListener('change', apply);
  dark.addEventListener('change', apply);
  if (editorIsDark() !== null)
    new MutationObserver(apply).observe(document.body, { attributes: true, attributeFilter: ['class'] });
  apply();
  return {
    get: () => theme,
    set: (chosen) => {
      theme = chosen;
      try {
        localStorage.setItem(KEY, chosen);
      } catch {
        // Not kept; see stored().
      }
      apply();
    },
    onColours: (listener) => {
      listeners.push(listener);
    },
  };
}
