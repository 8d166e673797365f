import { randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { judge } from './request.ts';

/** Something that the server gives. */
export interface ServedFile {
  /** MIME type. */
  readonly type: string;
  /** In bytes; null where that is only known when it is made. */
  readonly length: number | null;
  /** Called once for each answer. */
  readonly body: () => Readable | Uint8Array | string;
}

export interface ViewServer {
  /** With the token in it: who has it may read the recording. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** No other page may frame, embed or read an answer, no cache keeps it, and the address with the token goes nowhere. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

/**
 * Serves `files`, by their names, to this machine alone and to those alone who have the address; the page is the one named ''.
 * `policy`: its Content-Security-Policy. Nothing is read from the disk but what `files` give.
 */
export async function serve(files: ReadonlyMap<string, ServedFile>, policy: string): Promise<ViewServer> {
  const token = randomBytes(24).toString('base64url');
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const { method = '', url = '', headers } = request;
    const judged = judge({ method, url, headers }, port, token);
    const file = 'file' in judged ? files.get(judged.file) : undefined;
    response.setHeaders(new Map(Object.entries({ ...HEADERS, 'Content-Security-Policy': policy })));
    if (!file) {
      const { status, sentence } =
        'status' in judged ? judged : { status: 404, sentence: 'There is nothing at this address.' };
      response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`);
      return;
    }
    give(file, response, method === 'HEAD');
  });
  await new Promise<void>((listening, fail) => {
    server.once('error', fail);
    server.listen({ host: '127.0.0.1', port: 0 }, listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/${token}/`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function give({ type, length, body }: ServedFile, response: ServerResponse, isHead: boolean): void {
  response.setHeader('Content-Type', type);
  if (isHead) {
    if (length !== null) response.setHeader('Content-Length', length);
    response.end();
    return;
  }
  const content = body();
  if (typeof content === 'string' || content instanceof Uint8Array) {
    response.setHeader('Content-Length', Buffer.byteLength(content));
    response.end(content);
    return;
  }
  if (length !== null) response.setHeader('Content-Length', length);
  // A reader that goes away, or a file that cannot be read to its end, ends this answer: what came of it is too short, and the page says so.
  pipeline(content, response, () => {});
}
