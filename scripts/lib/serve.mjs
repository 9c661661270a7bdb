import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { apps, dataFolders } from './apps.mjs';

/**
 * The security policy of pages: own scripts, WebAssembly and styles; data from this server, from other servers over
 * https, and from servers on this machine. Pages only access other servers when the user enters a Hub id or a URL.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self' blob: data: https: http://localhost:* http://127.0.0.1:*",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** The request handler for the built apps, of which the landing page has the path '', and the models and other data. */
const handler = async () => {
  const { default: sirv } = await import('sirv');
  const built = apps().filter(({ pages }) => existsSync(join(pages, 'index.html')));
  const files = folder =>
    sirv(folder, { etag: true, setHeaders: response => response.setHeader('Cache-Control', 'no-cache') });
  const prefixOf = path => (path === '' ? '' : `/${path}`);
  const mounts = [
    ...[...dataFolders()].map(([path, folder]) => [prefixOf(path), files(folder)]),
    ...built.map(({ path, pages }) => [prefixOf(path), files(pages)]),
  ].sort(([one], [other]) => other.length - one.length); // the longest prefix decides

  return (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const notFound = () => {
      response.statusCode = 404;
      response.setHeader('Content-Type', 'text/plain;charset=utf-8');
      response.end(`${request.url} is not here\n`);
    };
    const { pathname, search } = new URL(request.url, 'http://localhost');
    for (const [prefix, serve] of mounts) {
      if (prefix !== '' && pathname === prefix) {
        response.writeHead(308, { Location: `${prefix}/${search}` });
        return response.end();
      }
      if (!pathname.startsWith(`${prefix}/`)) continue;
      request.url = pathname.slice(prefix.length) + search;
      return serve(request, response, notFound);
    }
    notFound();
  };
};

const listen = (handle, port, host) =>
  new Promise((resolve, reject) => {
    const server = createServer(handle);
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });

/** Listens on both addresses of localhost; a machine may have only the first. */
const listenLocally = async (handle, port) => {
  const first = await listen(handle, port, '127.0.0.1');
  try {
    return [first, await listen(handle, first.address().port, '::1')];
  } catch (error) {
    if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') return [first];
    first.close();
    throw error;
  }
};

/**
 * Serves the built apps under `/PATH/`, the landing page at `/`, and models and other data under `/models/NAME/` and
 * `/data/NAME/`, on `port` or the next free one. Resolves to the address and a function that stops it.
 */
export const serve = async ({ port = 4173 } = {}) => {
  const handle = await handler();
  for (let tried = port; ; tried++) {
    try {
      const servers = await listenLocally(handle, tried);
      const close = () => {
        for (const server of servers) {
          server.close();
          server.closeAllConnections();
        }
      };
      return { address: `http://localhost:${servers[0].address().port}/`, close };
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || tried >= port + 100) throw error;
    }
  }
};
