import { openReport } from '../../webview/report.ts';
import { HOSTILE_RULES, SOME_RULES } from '../webview/syntheticRules.ts';

/** The viewer with rules that fire on the synthetic recordings; the title of the page says which. */
openReport(
  document.title.includes('hostile') ? HOSTILE_RULES : document.title.includes('clean') ? [] : SOME_RULES,
);
