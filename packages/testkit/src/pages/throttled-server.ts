import { request as ask, createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file that a `HeldServer` gives only in part. */
export interface PendingFile {
  /** The last part of its address. */
  readonly name: string;
  /** Bytes that were given, counted from the beginning of the file, and all it has. */
  readonly bytesSent: number;
  readonly size: number;
  /** Gives as many more bytes, or the rest. */
  sendMore(): void;
}

/** A server between a page and another server, on a line that gives of each large file a part only, until it is told to give more. */
export interface ThrottledServer {
  readonly address: string;
  /** The files that wait. */
  pendingFiles(): readonly PendingFile[];
  close(): void;
}

/** Files of fewer bytes than this are given at once. */
const minThrottledBytes = 2 ** 16;

/** Starts it before `target`, which a page may ask for the same paths. */
export const throttledServer = async (target: string): Promise<ThrottledServer> => {
  const files = new Set<PendingFile>();

  /** Gives a body in thirds. */
  const throttle = (name: string, body: Buffer, start: number, size: number, response: ServerResponse) => {
    const part = Math.ceil(body.length / 3);
    let bytesSent = 0;
    const file: PendingFile = {
      name,
      size,
      get bytesSent() {
        return start + bytesSent;
      },
      sendMore: () => {
        response.write(body.subarray(bytesSent, bytesSent + part));
        bytesSent = Math.min(bytesSent + part, body.length);
        if (bytesSent < body.length) return;
        files.delete(file);
        response.end();
      },
    };
    files.add(file);
    response.on('close', () => files.delete(file));
    file.sendMore();
  };

  const server = createServer(({ url, headers, method }, response) => {
    const forwarded = ask(new URL(url!, target), { method, headers }, answer => {
      const parts: Buffer[] = [];
      answer.on('data', part => parts.push(part as Buffer));
      answer.on('end', () => {
        const body = Buffer.concat(parts);
        response.writeHead(answer.statusCode!, answer.headers);
        const [, start = '0', size = `${body.length}`] =
          /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers['content-range'] ?? '') ?? [];
        const name = new URL(url!, target).pathname.split('/').at(-1)!;
        if (body.length < minThrottledBytes || /\.(woff2|css|html)$/.test(name)) response.end(body);
        else throttle(name, body, Number(start), Number(size), response);
      });
    });
    forwarded.end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/`,
    pendingFiles: () => [...files],
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
