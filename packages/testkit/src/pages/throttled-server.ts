import { request as ask, createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file that a `ThrottledServer` has sent only in part. */
export interface PendingFile {
  /** The file name in its URL. */
  readonly name: string;
  /** The number of bytes sent, from the start of the file, and its size. */
  readonly bytesSent: number;
  readonly size: number;
  /** Sends the next third of the response. */
  sendMore(): void;
}

/** A proxy that sends only a part of each large file until it is told to send more. */
export interface ThrottledServer {
  readonly address: string;
  /** The files that are not sent completely. */
  pendingFiles(): readonly PendingFile[];
  close(): void;
}

/** Smaller files are sent at once. */
const minThrottledBytes = 2 ** 16;

/** Starts a throttled proxy of the server at `target`. */
export const throttledServer = async (target: string): Promise<ThrottledServer> => {
  const files = new Set<PendingFile>();

  /** Sends a body in thirds. */
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
