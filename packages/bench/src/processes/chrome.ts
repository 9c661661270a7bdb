import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { chromeFlags, findChrome } from '@residual/testkit/chrome';
import { type BenchProcess, callOf, type ProcessAnswer } from './process.js';

/** The milliseconds in which a page must be ready. */
const startTimeout = 60_000;

/** A page in its own Chrome that answers calls. */
export interface ChromePage extends BenchProcess {
  /** The numbers of the processes of pages. Linux only. */
  readonly renderers: () => Promise<readonly number[]>;
}

/** Answers a request of a page. */
export type ServePath = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Opens a page of a server in a new Chrome, with a profile of its own; its script calls `servePage`. There are no
 * developer tools: a page that they watch keeps up to 200 MB of what it received. Errors without Chrome.
 */
export async function openChrome(name: string, path: string, serve: ServePath): Promise<ChromePage> {
  const executable = findChrome();
  if (executable === undefined) throw new Error('bench: pages need Chrome or Chromium; set CHROME_PATH to one');
  let settle: (answer: ProcessAnswer) => void = () => {};
  let waiting: ServerResponse | undefined;
  const nextAnswer = () => new Promise<ProcessAnswer>(resolve => (settle = resolve));
  const ready = nextAnswer();
  const server = createServer(async (request, response) => {
    if (request.url !== '/next') return serve(request, response);
    const answer = await text(request);
    waiting = response;
    settle(JSON.parse(answer) as ProcessAnswer);
  });
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
  const profile = await mkdtemp(join(tmpdir(), 'residual-bench-'));
  const address = `http://localhost:${(server.address() as AddressInfo).port}/${path}`;
  const chrome = spawn(executable, [...chromeFlags, `--user-data-dir=${profile}`, address], { stdio: 'ignore' });
  const ended = new Promise<void>(resolve => chrome.once('close', () => resolve()));
  const fail = (error: string) => settle({ error });
  chrome.once('error', error => fail(error.message));
  chrome.once('exit', () => fail('its browser ended'));
  const close = async () => {
    chrome.kill();
    await ended;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 10 });
  };
  const timer = setTimeout(fail, startTimeout, `its page was not ready after ${startTimeout} ms`);
  const { error } = await ready;
  clearTimeout(timer);
  if (error !== undefined) {
    await close();
    throw new Error(`${name}: ${error}`);
  }
  return {
    call: callOf(name, message => {
      const answer = nextAnswer();
      waiting!.end(JSON.stringify(message));
      return answer;
    }),
    renderers: () => renderersOf(profile),
    close,
  };
}

/** The numbers of the processes that draw pages of a profile. */
async function renderersOf(profile: string): Promise<number[]> {
  const numbers = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const commands = numbers.map(number => readFile(`/proc/${number}/cmdline`, 'utf8').catch(() => '')); // it may end
  const isRenderer = (command: string) => command.includes('--type=renderer') && command.includes(profile);
  return (await Promise.all(commands)).flatMap((command, i) => (isRenderer(command) ? [Number(numbers[i])] : []));
}
