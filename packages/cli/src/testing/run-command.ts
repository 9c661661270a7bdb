import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { run } from '../main.js';

/** The path of a fixture. */
export const fixture = (path: string): string =>
  fileURLToPath(new URL(`../../../../fixtures/${path}`, import.meta.url));

/** What a command writes on both streams, and its exit code. */
export interface CommandOutput {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** Runs a command in this process. */
export async function runCommand(...args: string[]): Promise<CommandOutput> {
  const [out, errors]: [string[], string[]] = [[], []];
  const input = Object.getOwnPropertyDescriptor(process, 'stdin')?.get;
  // A terminal, unless the test has put something else there: the runner's own input never ends.
  if (!vi.isMockFunction(input)) vi.spyOn(process, 'stdin', 'get').mockReturnValue({ isTTY: true } as never);
  vi.spyOn(console, 'log').mockImplementation(text => out.push(`${text}\n`));
  vi.spyOn(console, 'error').mockImplementation(text => errors.push(`${text}\n`));
  vi.spyOn(process.stdout, 'write').mockImplementation(text => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation(text => errors.push(String(text)) > 0);
  try {
    const code = await run(args);
    return { code, out: out.join(''), errors: errors.join('') };
  } finally {
    vi.restoreAllMocks();
  }
}

/** Runs `act` with `text` on standard input, in chunks of a few bytes. */
export async function withInput<T>(text: string, act: () => Promise<T>): Promise<T> {
  const input = new PassThrough();
  const spy = vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as unknown as typeof process.stdin);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 7) input.write(bytes.subarray(at, at + 7));
  input.end();
  try {
    return await act();
  } finally {
    spy.mockRestore();
  }
}
