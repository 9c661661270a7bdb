import { request as ask, createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file that a `HeldServer` gives only in part. */
export interface HeldFile {
  /** The last part of its address. */
  readonly name: string;
  /** Bytes that were given, counted from the beginning of the file, and all it has. */
  readonly given: number;
  readonly size: number;
  /** Gives as many more bytes, or the rest. */
  more(): void;
}

/** A server between a page and another server, on a line that gives of each large file a part only, until it is told to give more. */
export interface HeldServer {
  readonly address: string;
  /** The files that wait. */
  held(): readonly HeldFile[];
  close(): void;
}

/** Files of fewer bytes than this are given at once. */
const small = 2 ** 16;

/** Starts it before `target`, which a page may ask for the same paths. */
export const heldServer = async (target: string): Promise<HeldServer> => {
  const files = new Set<HeldFile>();

  /** Gives a body in thirds. */
  const hold = (name: string, body: Buffer, start: number, size: number, response: ServerResponse) => {
    const part = Math.ceil(body.length / 3);
    let given = 0;
    const file: HeldFile = {
      name,
      size,
      get given() {
        return start + given;
      },
      more: () => {
        response.write(body.subarray(given, given + part));
        given = Math.min(given + part, body.length);
        if (given < body.length) return;
        files.delete(file);
        response.end();
      },
    };
    files.add(file);
    response.on('close', () => files.delete(file));
    file.more();
  };

  const server = createServer(({ url, headers, method }, response) => {
    const passed = ask(new URL(url!, target), { method, headers }, answer => {
      const parts: Buffer[] = [];
      answer.on('data', part => parts.push(part as Buffer));
      answer.on('end', () => {
        const body = Buffer.concat(parts);
        response.writeHead(answer.statusCode!, answer.headers);
        const [, start = '0', size = `${body.length}`] =
          /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers['content-range'] ?? '') ?? [];
        const name = new URL(url!, target).pathname.split('/').at(-1)!;
        if (body.length < small || /\.(woff2|css|html)$/.test(name)) response.end(body);
        else hold(name, body, Number(start), Number(size), response);
      });
    });
    passed.end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/`,
    held: () => [...files],
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
