import { escaped, ROOT_ID, type ServedAddresses, untilDrawn } from './page.ts';

/** Everything beside the page that it asks its server for, by its name relative to the page. */
export const SERVED_FILES = { script: 'viewer.js', style: 'viewer.css', icon: 'icon.svg' } as const;

/** What a served page may do: run and read what its own server gives, and nothing else. Nothing stands in the page itself. */
export const SERVED_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page that shows a recording which its server holds; `title` as plain text. */
export function servedPage(title: string, { recording, advice }: ServedAddresses): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · perfscope</title>
<link rel="icon" href="${SERVED_FILES.icon}">
<link rel="stylesheet" href="${SERVED_FILES.style}">
</head>
<body>
<div id="${ROOT_ID}" data-recording="${escaped(recording)}" data-advice="${escaped(advice)}">${untilDrawn('recording')}</div>
<script src="${SERVED_FILES.script}"></script>
</body>
</html>
`;
}
