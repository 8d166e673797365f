import { ROOT_ID } from '../../webview/page.ts';

export interface PanelPageOptions {
  /** Addresses of the bundles of `webview/panel.ts` and `webview/panel.css`, as the panel may load them. */
  readonly script: string;
  readonly style: string;
  /** Source of what a panel may load, for its policy. */
  readonly source: string;
  /** New for each page; nothing else may run. */
  readonly nonce: string;
}

/** The page of a panel. It holds nothing of the recording, which comes by message, and loads nothing but script and style. */
export function panelPage({ script, style, source, nonce }: PanelPageOptions): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source}`,
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
<title>perfscope</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<div id="${ROOT_ID}"><p class="waiting" role="status">Opening the recording …</p></div>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}

const NONCE_BYTES = 16;

/** 128 bits that nobody can guess, in letters that need no escape. */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
