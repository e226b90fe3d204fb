// The web pages as they were built (dist/portal, by `npm run portal`): read whole into memory, so that no
// path of a request ever reaches the disk. It knows nothing of what the pages do; what they call is
// api/. Sent compressed, under headers that let a page load from here and nowhere else.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const builtPages = fileURLToPath(new URL('../../dist/portal', import.meta.url));

/** Below this a compressed form saves no packet. */
const SMALLEST_COMPRESSED = 1000;
const MOST_FILES = 500;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
const compressible = /^text\/|json$|svg/;

const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

interface Page {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
  /** Named after its content: it never changes. */
  readonly immutable: boolean;
  /** Made when first asked for. */
  readonly compressed: Map<Coding, Promise<Buffer>>;
}

type Coding = 'br' | 'gzip';
const compressors = { br: promisify(brotliCompress), gzip: promisify(gzip) };

/** Serves the pages of `folder`: `/` and its files, nothing else. */
export function addPages(app: FastifyInstance, folder: string = builtPages): void {
  const pages = readPages(folder);
  const serve = (path: string) => async (request: FastifyRequest, reply: FastifyReply) => {
    const page = pages().get(path === '' ? nameOf(request) : path);
    if (page) return send(page, request, reply);
    if (path === 'index.html') return notBuilt(reply);
    return reply.callNotFound();
  };
  const method = ['GET', 'HEAD'];
  app.route({ method, url: '/', handler: serve('index.html') });
  app.route({ method, url: '/:file', handler: serve('') });
  app.route({ method, url: '/assets/:file', handler: serve('') });
}

function nameOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!.slice(1);
}

/** Reads the folder, and again when it was built anew. */
function readPages(folder: string): () => ReadonlyMap<string, Page> {
  let readAt: number | undefined;
  let pages: ReadonlyMap<string, Page> = new Map();
  return () => {
    const builtAt = statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs;
    if (builtAt === readAt) return pages;
    pages = builtAt === undefined ? new Map() : readFolder(folder);
    readAt = builtAt;
    return pages;
  };
}

function readFolder(folder: string): Map<string, Page> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const pages = new Map<string, Page>();
  for (const entry of entries.slice(0, MOST_FILES)) {
    const path = join(entry.parentPath, entry.name);
    const name = path
      .slice(folder.length + 1)
      .split(sep)
      .join('/');
    const type = types[/\.[a-z0-9]+$/.exec(name)?.[0] ?? ''];
    // A link could lead out of the folder, and what begins with a dot is not for readers.
    if (!entry.isFile() || type === undefined || /(?:^|\/)\./.test(name)) continue;
    const bytes = readFileSync(path);
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    const immutable = /^assets\/.*-[\w-]{8,}\.\w+$/.test(name);
    pages.set(name, { type, bytes, etag, immutable, compressed: new Map() });
  }
  return pages;
}

async function send(
  page: Page,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  reply
    .headers(securityHeaders)
    .header('Cache-Control', page.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    .header('ETag', page.etag)
    .header('Vary', 'Accept-Encoding')
    .type(page.type);
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(page.etag)) {
    return reply.code(304).send();
  }
  const coding = compressible.test(page.type.split(';')[0]!) ? codingFor(request) : undefined;
  if (coding === undefined || page.bytes.length < SMALLEST_COMPRESSED) {
    return reply.send(page.bytes);
  }
  let compressed = page.compressed.get(coding);
  if (!compressed) {
    compressed = compressors[coding](page.bytes);
    page.compressed.set(coding, compressed);
  }
  return reply.header('Content-Encoding', coding).send(await compressed);
}

/** The better coding that the client takes (RFC 9110, 12.5.3); `q=0` refuses one. */
function codingFor(request: FastifyRequest): Coding | undefined {
  const accepted = (request.headers['accept-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim().split(/\s*;\s*/))
    .filter(([, q]) => !/^q=0(?:\.0*)?$/.test(q ?? ''))
    .map(([name]) => name);
  return (['br', 'gzip'] as const).find((coding) => accepted.includes(coding));
}

async function notBuilt(reply: FastifyReply): Promise<FastifyReply> {
  return reply
    .code(503)
    .headers(securityHeaders)
    .header('Cache-Control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(
      '<!doctype html><html lang="en"><title>Carillon</title>' +
        '<p>The pages are not built yet. Run <code>npm run portal</code> in the checkout, then load this again.' +
        '<p>The API works without them: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.',
    );
}
