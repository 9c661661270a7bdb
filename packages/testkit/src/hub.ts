import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/**
 * A local hub with one model, `someone/tale`, in the layout of the Hugging Face Hub, and the same files under
 * `/plain/`.
 */
export interface LocalHub {
  /** Its address. Large files come from another port, since the storage of the real hub is another host. */
  readonly endpoint: string;
  readonly commit: string;
  /** The requests in order: `PATH` or `storage`, then the range and the authorization. */
  readonly requests: string[];
  /** The number of bytes after which a connection breaks; never if undefined. */
  cutAfter: number | undefined;
  /** The number of bytes after which a response ends early; never if undefined. */
  endAfter: number | undefined;
  /** The number of bytes after which a response stalls; never if undefined. */
  stallAfter: number | undefined;
  /** Whether `/plain/` redirects to the storage, which is another host. */
  redirectsToStorage: boolean;
  /** Whether responses are compressed. */
  gzip: boolean;
  /** Whether the last byte of each file is corrupted. */
  corruptsFiles: boolean;
  /** Whether connections close without a response. */
  isDown: boolean;
  /** Whether range requests are supported. */
  supportsRanges: boolean;
  /** The status of every response; the usual one if undefined. */
  status: number | undefined;
  /** Replaces the file listing. */
  listing: unknown;
  close(): Promise<void>;
}

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const hex = (kind: 'sha1' | 'sha256', ...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash(kind)).digest('hex');
const isLarge = (name: string) => name.endsWith('.safetensors');

/** Starts a hub that serves `files` by name; the map is read again at each request. */
export const startHub = async (files: ReadonlyMap<string, Uint8Array>): Promise<LocalHub> => {
  const commit = 'a'.repeat(40);

  const listing = () => ({
    sha: commit,
    siblings: [...files].map(([rfilename, bytes]) => {
      const blobId = hex('sha1', `blob ${bytes.length}\0`, bytes);
      const lfs = isLarge(rfilename) ? { lfs: { sha256: hex('sha256', bytes), size: bytes.length } } : {};
      return { rfilename, size: bytes.length, blobId, ...lfs };
    }),
  });

  const serve = (name: string, range: string | undefined, response: ServerResponse) => {
    const bytes = files.get(name);
    if (!bytes) return void response.writeHead(404).end();
    const [, from = '0', to = ''] = (hub.supportsRanges && /bytes=(\d+)-(\d*)/.exec(range ?? '')) || [];
    const [start, end] = [Number(from), Math.min(to === '' ? bytes.length : Number(to) + 1, bytes.length)];
    let body = Buffer.from(bytes.slice(start, end));
    if (hub.endAfter !== undefined) body = body.subarray(0, hub.endAfter);
    if (hub.gzip) {
      response.setHeader('content-encoding', 'gzip');
      body = gzipSync(body);
    }
    if (hub.corruptsFiles && body.length > 0) body[body.length - 1]! ^= 1;
    const isPart = hub.supportsRanges && range !== undefined;
    const contentRange = { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` };
    response.writeHead(isPart ? 206 : 200, { 'content-length': body.length, ...(isPart && contentRange) });
    if (hub.stallAfter !== undefined && body.length > hub.stallAfter) {
      response.write(body.subarray(0, hub.stallAfter));
      return;
    }
    if (hub.cutAfter === undefined || body.length <= hub.cutAfter) response.end(body);
    else response.write(body.subarray(0, hub.cutAfter), () => setTimeout(() => response.destroy(), 20));
  };

  const start = async (answer: (url: URL, range: string | undefined, response: ServerResponse) => void) => {
    const server = createServer(({ url, method, headers: { range, authorization } }, response) => {
      for (const what of ['origin', 'headers']) response.setHeader(`access-control-allow-${what}`, '*');
      response.setHeader('access-control-expose-headers', '*');
      if (method === 'OPTIONS') return void response.writeHead(204).end();
      const path = new URL(url!, 'http://hub');
      const target = path.pathname === '/signed' ? 'storage' : url!;
      hub.requests.push([target, range, authorization].filter(part => part !== undefined).join(' '));
      if (hub.isDown) response.destroy();
      else if (hub.status !== undefined) response.writeHead(hub.status).end();
      else answer(path, range, response);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return server;
  };

  const storage = await start((url, range, response) => serve(url.searchParams.get('file')!, range, response));
  const server = await start((url, range, response) => {
    const name = decodeURIComponent(url.pathname.split('/').at(-1)!);
    if (url.pathname === '/api/models/someone/tale/revision/main')
      response.end(JSON.stringify(hub.listing ?? listing()));
    else if (url.pathname === `/plain/${name}` && hub.redirectsToStorage)
      response.writeHead(302, { location: `${addressOf(storage)}/signed?file=${name}` }).end();
    else if (url.pathname === `/plain/${name}`) serve(name, range, response);
    else if (url.pathname !== `/someone/tale/resolve/${commit}/${name}`) response.writeHead(404).end();
    else if (!isLarge(name)) serve(name, range, response);
    else {
      const location = `${addressOf(storage)}/signed?file=${name}`;
      const bytes = files.get(name)!;
      const linked = { 'x-linked-size': bytes.length, 'x-linked-etag': `"${hex('sha256', bytes)}"` };
      response.writeHead(302, { location, 'x-repo-commit': commit, ...linked }).end();
    }
  });

  const hub: LocalHub = {
    endpoint: addressOf(server),
    commit,
    requests: [],
    cutAfter: undefined,
    endAfter: undefined,
    stallAfter: undefined,
    redirectsToStorage: false,
    gzip: false,
    corruptsFiles: false,
    isDown: false,
    supportsRanges: true,
    status: undefined,
    listing: undefined,
    close: async () => {
      for (const each of [server, storage]) {
        each.closeAllConnections();
        await new Promise(resolve => each.close(resolve));
      }
    },
  };
  return hub;
};
