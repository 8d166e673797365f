import { AFTER_ID, BEFORE_ID, COMPARISON_ID } from './compare/page.ts';
import type { RunComparison } from './compare/runComparison.ts';
import { asBytes, asJson, type ReportPageOptions, selfContainedPage } from './reportPage.ts';

/** `script` is the bundle of `webview/compare/main.ts`, `style` that of `webview/compare/page.css`. */
export interface ComparisonPageOptions
  extends Pick<ReportPageOptions, 'script' | 'style' | 'title' | 'sha256'> {
  /** The bytes of two `.perfscope` files. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly comparison: RunComparison;
}

/** Two recordings as one HTML page that needs nothing else, under the rules of `reportPage`. */
export const comparisonPage = ({ before, after, comparison, ...page }: ComparisonPageOptions): string =>
  selfContainedPage({
    ...page,
    parts: [asJson(COMPARISON_ID, comparison), asBytes(BEFORE_ID, before), asBytes(AFTER_ID, after)],
  });
