import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What of a request decides whether it is answered. */
export interface Request {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export type Judged =
  | { readonly file: string }
  | { readonly status: 403 | 404 | 405; readonly sentence: string };

const refused = (status: 403 | 404 | 405, sentence: string): Judged => ({ status, sentence });

/**
 * Which file a request may have: the part of the path behind the token, empty for the page itself. Everybody on this machine can
 * reach the port, and every page that the reader has open can send requests to it, so three things must be right: the token, which
 * only who has the address knows; the host, or a foreign name that points here would make this server part of a foreign site; and
 * that it was not another site that asked.
 */
export function judge({ method, url, headers }: Request, port: number, token: string): Judged {
  if (!ownHosts(port).includes(headers.host ?? ''))
    return refused(403, 'perfscope answers only to the address that it printed.');
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isForeign =
    (origin !== undefined && !ownHosts(port).some((host) => origin === `http://${host}`)) ||
    (site !== undefined && site !== 'same-origin' && site !== 'none');
  if (isForeign) return refused(403, 'perfscope does not answer other sites.');
  const [, given = '', ...rest] = (url.split('?')[0] ?? '').split('/');
  if (!sameSecret(given, token))
    return refused(403, 'This address is not complete. Open the one that perfscope printed.');
  if (method !== 'GET' && method !== 'HEAD')
    return refused(405, 'perfscope only shows; nothing can be sent to it.');
  // Without the slash, what the page names relative to itself would not be under the token.
  return rest.length === 1 ? { file: rest[0] as string } : refused(404, 'There is nothing at this address.');
}

const ownHosts = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`];

/** Takes the same time whichever letter differs, and whatever the lengths are. */
function sameSecret(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
