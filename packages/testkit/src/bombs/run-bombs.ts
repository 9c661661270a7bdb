import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { bundleForNode } from '../bundle-for-node.js';
import { root } from '../repository/workspace.js';
import type { BombResult, Limits, Report } from './target.js';

/** Limits of `runBombs`. */
export interface BombLimits {
  /** Names of targets; all if absent. */
  readonly only?: readonly string[];
  /** The heap of the reading process in megabytes, 256 if absent; arrays may take 128 more. */
  readonly megabytes?: number;
  /** Seconds of processor time for one input; 5 if absent. */
  readonly seconds?: number;
}

/** The results of all inputs, and the peak memory of a process in megabytes. */
export interface BombResults {
  readonly results: readonly BombResult[];
  /** The results that are neither `read` nor `refused`. */
  readonly defects: readonly BombResult[];
  readonly megabytes: number;
}

/** A process without a report for this many milliseconds hangs. */
const silenceTimeout = 300_000;

/**
 * Reads the inputs of all targets that a TypeScript module exports in a separate process with a small heap. If the
 * process dies, another one continues. The module is bundled from the sources of the workspace.
 */
export async function runBombs(module: URL, limits: BombLimits = {}): Promise<BombResults> {
  const { megabytes = 256, seconds = 5, only } = limits;
  const folder = await mkdtemp(join(tmpdir(), 'residual-bombs-'));
  const program = join(folder, 'bombs.mjs');
  try {
    await bundle(module, program, fileURLToPath(new URL('./reading-process.ts', import.meta.url)), 'readAll');
    const results: BombResult[] = [];
    let maxMegabytes = 0;
    for (let from: Limits['from'] | undefined = [0, 0]; from; ) {
      const run = await runFrom(program, { megabytes, seconds, only, from });
      results.push(...run.results);
      maxMegabytes = Math.max(maxMegabytes, run.megabytes);
      from = run.next;
    }
    const defects = results.filter(({ outcome }) => outcome !== 'read' && outcome !== 'refused');
    return { results, defects, megabytes: maxMegabytes };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bundles a program that calls `main` of the file at `readerPath` with the targets that `module` exports. */
export async function bundle(module: URL, program: string, readerPath: string, main: string): Promise<void> {
  const [targets, readers] = [fileURLToPath(module), readerPath].map(path => JSON.stringify(path));
  const imports = `import * as targets from ${targets}; import { ${main} } from ${readers};`;
  const contents = `${imports} await ${main}({ ...targets });`;
  await bundleForNode({ contents, baseUrl: module }, program);
}

/** Runs one process to its end; `next` is where another process continues. */
async function runFrom(
  program: string,
  limits: Limits,
): Promise<{ results: BombResult[]; megabytes: number; next: Limits['from'] | undefined }> {
  const results: BombResult[] = [];
  let current: Extract<Report, { at: unknown }> | undefined;
  let isReported = true; // whether the current input has a result
  let megabytes = 0;
  const addResult = (outcome: BombResult['outcome'], message: string) => {
    results.push({ target: current!.target, name: current!.name, outcome, message });
    isReported = true;
  };
  const { status, isSilent, errorOutput } = await runReader(program, limits, line => {
    const report = line as Report;
    if ('at' in report) [current, isReported] = [report, false];
    else {
      addResult(report.outcome, report.message);
      megabytes = Math.max(megabytes, report.megabytes);
    }
  });
  if (status === '0' && isReported) return { results, megabytes, next: undefined };
  if (!current) throw new Error(`runBombs: the process ended with ${status} before it read anything: ${errorOutput}`);
  if (!isReported) addResult(...deathOf({ status, isSilent, errorOutput }));
  return { results, megabytes, next: [current.at[0], current.at[1] + 1] };
}

/** The exit of a reading process. */
export interface ReaderExit {
  /** Its exit code or signal. */
  readonly status: string;
  /** Whether it was killed because it reported nothing for long. */
  readonly isSilent: boolean;
  /** Its error output. */
  readonly errorOutput: string;
}

/** The outcome of the input that was read when the process died. */
export function deathOf({ status, isSilent, errorOutput }: ReaderExit): ['hang' | 'crash', string] {
  if (isSilent) return ['hang', `nothing for ${silenceTimeout / 1000} s`];
  const reason = /out of memory|heap limit|Error: [^\n]*/.exec(errorOutput)?.[0] ?? errorOutput.split('\n', 1)[0];
  return ['crash', `ended with ${status}: ${reason}`];
}

/**
 * Runs a bundled reader with a small heap to its end, and calls `onReport` for each report. `RESIDUAL_ROOT` names the
 * folder of its fixtures.
 */
export async function runReader(
  program: string,
  limits: { readonly megabytes: number },
  onReport: (line: object) => void,
): Promise<ReaderExit> {
  // Helper threads of the engine would need more processor time than they save.
  const flags = [`--max-old-space-size=${limits.megabytes}`, '--single-threaded', '--expose-gc', '--no-warnings'];
  const stdio = ['ignore', 'ignore', 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, [...flags, program, JSON.stringify(limits)], {
    env: { ...process.env, RESIDUAL_ROOT: root },
    stdio: [...stdio],
  });
  let [rest, errorOutput, isSilent] = ['', '', false];
  const killSilent = () => {
    isSilent = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(killSilent, silenceTimeout);
  (child.stdio[3] as Readable).setEncoding('utf8').on('data', (data: string) => {
    clearTimeout(timer);
    timer = setTimeout(killSilent, silenceTimeout);
    const lines = (rest + data).split('\n');
    rest = lines.pop()!;
    for (const line of lines) onReport(JSON.parse(line));
  });
  child.stderr!.setEncoding('utf8').on('data', (data: string) => {
    errorOutput = (errorOutput + data).slice(0, 4000);
  });
  const status = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(String(signal ?? code)));
  });
  clearTimeout(timer);
  return { status, isSilent, errorOutput };
}
