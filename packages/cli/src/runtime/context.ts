import type { Command } from 'commander';
import { type NodeBackend, rerunForWebGPU, startBackend } from '../machine/backends.js';
import { type ProgressLine, progressLine } from '../terminal/progress.js';
import { commandLineOf } from './command.js';

/** What a running command has beside its options. */
export interface CommandContext {
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
}

/** Exit codes of commands that a signal stopped, as shells report them: 128 + the number of the signal. */
const stopSignals = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

/**
 * Runs `work` on a backend, or without one, with a progress line and a signal that aborts on Ctrl-C. On WebGPU the
 * whole command may run in a child process. Returns the exit code of `work` (nothing is 0), or 130 after Ctrl-C.
 */
export async function withContext(
  command: Command,
  backend: NodeBackend | undefined,
  work: (context: CommandContext) => Promise<number | undefined>,
): Promise<number> {
  const codeOfChild = backend === 'webgpu' ? await rerunForWebGPU(commandLineOf(command)) : undefined;
  if (codeOfChild !== undefined) return codeOfChild;
  const abort = new AbortController();
  let stopCode = 0;
  const stops = stopSignals.map(([name, code]) => {
    const stop = () => {
      stopCode = code;
      abort.abort();
    };
    process.once(name, stop); // once: a second Ctrl-C ends the process
    return { name, stop };
  });
  const progress = progressLine();
  try {
    if (backend !== undefined) await startBackend(backend);
    return (await work({ signal: abort.signal, progress })) ?? 0;
  } catch (error) {
    if (abort.signal.aborted) return stopCode;
    throw error;
  } finally {
    progress.end();
    for (const { name, stop } of stops) process.off(name, stop);
  }
}
