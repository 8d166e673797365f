export const THEMES = ['auto', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

/** Which theme is shown, and who wants to know when the colours change. */
export interface ThemeSwitch {
  readonly get: () => Theme;
  readonly set: (theme: Theme) => void;
  readonly onColours: (listener: () => void) => void;
  /** An editor chooses the theme of what it holds: there is nothing to switch. */
  readonly isFixed: boolean;
}

/** What the style sheet knows: `data-theme` and `data-contrast` of the document. */
interface Look {
  readonly theme: 'light' | 'dark';
  readonly contrast: 'more' | 'normal';
}

const KEY = 'perfscope theme';
/** What changes the look of a page whose reader has not chosen. */
const QUERIES = {
  dark: '(prefers-color-scheme: dark)',
  contrast: '(prefers-contrast: more)',
  forced: '(forced-colors: active)',
} as const;

/** Storage may be forbidden, as it is in a sandboxed frame: then the choice lasts as long as the page. */
function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === value) ?? 'auto';
  } catch {
    return 'auto';
  }
}

/** The look that VS Code asks for by classes of the body; null anywhere else. */
export function lookOfEditor(classes: Pick<DOMTokenList, 'contains'>): Look | null {
  const has = (name: string): boolean => classes.contains(`vscode-${name}`);
  if (has('high-contrast-light')) return { theme: 'light', contrast: 'more' };
  if (has('high-contrast')) return { theme: 'dark', contrast: 'more' };
  if (has('dark')) return { theme: 'dark', contrast: 'normal' };
  return has('light') ? { theme: 'light', contrast: 'normal' } : null;
}

function lookOf(theme: Theme): Look {
  const matches = (query: keyof typeof QUERIES): boolean => matchMedia(QUERIES[query]).matches;
  const bySystem = matches('dark') ? 'dark' : 'light';
  if (theme === 'contrast') return { theme: bySystem, contrast: 'more' };
  const contrast = matches('contrast') ? 'more' : 'normal';
  return { theme: theme === 'auto' ? bySystem : theme, contrast };
}

/** Gives the document the look of a theme, by default of the one that was chosen last. */
export function applyTheme(theme: Theme = stored()): void {
  const look = lookOfEditor(document.body.classList) ?? lookOf(theme);
  document.documentElement.dataset.theme = look.theme;
  document.documentElement.dataset.contrast = look.contrast;
}

export function createThemeSwitch(): ThemeSwitch {
  const listeners: (() => void)[] = [];
  let theme = stored();
  const apply = (): void => {
    applyTheme(theme);
    for (const listener of listeners) listener();
  };
  for (const query of Object.values(QUERIES)) matchMedia(query).addEventListener('change', apply);
  const isFixed = lookOfEditor(document.body.classList) !== null;
  // An editor gives its colours as variables of the document, and the kind of its theme as a class of the body.
  if (isFixed) {
    const changes = new MutationObserver(apply);
    changes.observe(document.body, { attributeFilter: ['class'] });
    changes.observe(document.documentElement, { attributeFilter: ['style'] });
  }
  apply();
  return {
    isFixed,
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
