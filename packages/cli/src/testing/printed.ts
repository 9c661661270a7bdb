import { vi } from 'vitest';
import { run } from '../main.js';

/** What a command prints, on both streams, and its exit code. */
export async function printed(...args: string[]): Promise<{ code: number; out: string; errors: string }> {
  const [out, errors] = [[] as string[], [] as string[]];
  vi.spyOn(console, 'log').mockImplementation(text => out.push(`${text}\n`));
  vi.spyOn(console, 'error').mockImplementation(text => errors.push(`${text}\n`));
  vi.spyOn(process.stdout, 'write').mockImplementation(text => out.push(String(text)) > 0);
  const code = await run(args);
  vi.restoreAllMocks();
  return { code, out: out.join(''), errors: errors.join('') };
}
