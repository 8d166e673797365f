import type { Advice } from '../analyzer/model/index.ts';
import { ADVICE_ID, PAYLOAD_ID, ROOT_ID } from './page.ts';
import { toBase64 } from './payload.ts';

export interface ReportPageOptions {
  /** The bytes of a `.perfscope` file. */
  readonly recording: Uint8Array;
  /** What to change; null where nobody asked. */
  readonly advice: Advice | null;
  /** The bundle of `webview/main.ts`, as a classic script. */
  readonly script: string;
  /** The bundle of `webview/viewer.css`. */
  readonly style: string;
  /** Title of the page, as plain text. */
  readonly title: string;
  /** SHA-256 of a text's UTF-8 bytes, in Base64. Passed in, so that the page can be made anywhere. */
  readonly sha256: (text: string) => string;
}

/** The mark of perfscope: three lanes. As data, because the page may load nothing. */
const ICON =
  "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect x='1' y='2' width='9' height='3' rx='1' fill='%233b78c3'/%3E%3Crect x='4' y='6.5' width='11' height='3' rx='1' fill='%23e69f00'/%3E%3Crect x='1' y='11' width='7' height='3' rx='1' fill='%23b05aa8'/%3E%3C/svg%3E";

/**
 * A recording as one HTML page that needs nothing else: no network, no server, and no right to run anything but the
 * viewer itself, which is named by its hash. What the recording holds never becomes markup: it is Base64 until the viewer
 * reads it.
 */
export function reportPage({ recording, advice, ...page }: ReportPageOptions): string {
  return selfContainedPage({ ...page, parts: [asJson(ADVICE_ID, advice), asBytes(PAYLOAD_ID, recording)] });
}

type PageOptions = Pick<ReportPageOptions, 'script' | 'style' | 'title' | 'sha256'>;

/** `parts`: what the script finds in the page, as from `asJson` and `asBytes`. */
export function selfContainedPage({
  script,
  style,
  title,
  sha256,
  parts,
}: PageOptions & { readonly parts: readonly string[] }): string {
  const code = inScript(script);
  const sheet = inStyle(style);
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${sha256(code)}'`,
    `style-src 'sha256-${sha256(sheet)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)} · perfscope</title>
<link rel="icon" href="data:image/svg+xml,${ICON}">
<style>${sheet}</style>
</head>
<body>
<div id="${ROOT_ID}"><noscript><p>This report draws itself: it needs JavaScript, and loads nothing.</p></noscript></div>
${parts.join('\n')}
<script>${code}</script>
</body>
</html>
`;
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/**
 * In a script only `</script` and `<!--` mean something to the parser of HTML; in the strings and expressions of a
 * minified bundle, the only places where they occur, both may be written with an escape.
 */
const inScript = (code: string): string =>
  code.replace(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '\\x3c!--');

const inStyle = (sheet: string): string => sheet.replace(/<\/(style)/gi, '<\\/$1');

/** Data as text in which nothing is markup. */
export const asJson = (id: string, data: unknown): string =>
  `<script id="${id}" type="application/json">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`;

export const asBytes = (id: string, bytes: Uint8Array): string =>
  `<script id="${id}" type="application/octet-stream">${toBase64(bytes)}</script>`;
