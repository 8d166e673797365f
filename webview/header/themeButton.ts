import { h, setText } from '../dom/element.ts';
import { THEMES, type Theme, type ThemeSwitch } from '../theme/theme.ts';

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  auto: 'Auto',
  light: 'Light',
  dark: 'Dark',
  contrast: 'Contrast',
};

/** Goes from one theme to the next; hidden where an editor chooses it. */
export function themeButton(themes: ThemeSwitch): HTMLElement {
  const button = h('button', {
    class: 'icon',
    type: 'button',
    title: 'Theme: follows the system, light, dark, or high contrast',
    hidden: themes.isFixed,
  });
  const show = (): void => {
    const name = THEME_NAMES[themes.get()];
    setText(button, name);
    button.setAttribute('aria-label', `Theme: ${name}`);
  };
  button.addEventListener('click', () => {
    themes.set(THEMES[(THEMES.indexOf(themes.get()) + 1) % THEMES.length] ?? 'auto');
    show();
  });
  show();
  return button;
}
