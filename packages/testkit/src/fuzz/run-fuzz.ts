import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, deathOf, runReader } from '../bombs/run-bombs.js';
import type { Outcome } from '../bombs/target.js';
import type { FuzzLimits, FuzzReport } from './fuzzing-process.js';

/** Settings of `runFuzz`. */
export interface FuzzOptions {
  /** The name of the target that the module exports. */
  readonly target: string;
  /** The number of inputs. */
  readonly inputs: number;
  /** The time in milliseconds since 1970 after which no further batch starts; none if absent. */
  readonly until?: number;
  /** The seed of the random inputs; 1 if absent. */
  readonly seed?: number;
  /** The heap of the reading process in megabytes; 256 if absent. */
  readonly megabytes?: number;
  /** Seconds of processor time for one input; 5 if absent. */
  readonly seconds?: number;
  /** Called after each batch with the number of inputs so far. */
  readonly onProgress?: (inputs: number) => void;
}

/** An input that was neither read nor refused with one of our errors. */
export interface Defect {
  readonly input: number;
  readonly outcome: Outcome;
  readonly message: string;
  /** The beginning of the input. */
  readonly preview: string;
}

/** The results for the inputs of a target, and the peak memory of the process in megabytes. */
export interface FuzzResults {
  readonly inputs: number;
  readonly read: number;
  readonly refused: number;
  readonly defects: readonly Defect[];
  readonly megabytes: number;
}

/** Inputs between two reports. */
const batch = 500;

/** A run ends after this number of dead processes. */
const maxDeaths = 20;

/**
 * Mutates the valid inputs of a target at random and reads them in a separate process with a small heap. The same seed
 * makes the same inputs. If the process dies, a new one reads the last batch one by one to find the input, and
 * continues.
 */
export async function runFuzz(module: URL, options: FuzzOptions): Promise<FuzzResults> {
  const { target, inputs, until, seed = 1, megabytes: heap = 256, seconds = 5, onProgress } = options;
  const folder = await mkdtemp(join(tmpdir(), 'residual-fuzz-'));
  const program = join(folder, 'fuzz.mjs');
  const defects: Defect[] = [];
  let [read, refused, megabytes, deaths] = [0, 0, 0, 0];
  let done = 0;
  try {
    await bundle(module, program, fileURLToPath(new URL('./fuzzing-process.ts', import.meta.url)), 'fuzz');
    const run = async (from: number, to: number, size: number) => {
      let batchStart: number | undefined;
      const limits: FuzzLimits = {
        megabytes: heap,
        seconds,
        target,
        seed,
        from,
        to,
        batch: size,
        ...(until && { until }),
      };
      const batchDefects: Defect[] = [];
      let death: [Outcome, string] | undefined;
      const exit = await runReader(program, limits, line => {
        const report = line as FuzzReport;
        if ('begins' in report) [batchStart, batchDefects.length] = [report.begins, 0];
        else if ('input' in report) batchDefects.push(report);
        else if ('ends' in report) {
          defects.push(...batchDefects);
          read += report.read;
          refused += report.refused;
          megabytes = Math.max(megabytes, report.megabytes);
          done = report.ends;
          batchStart = undefined;
          onProgress?.(done);
        } else death = [report.outcome, report.message];
      });
      if (exit.status === '0') return undefined;
      if (batchStart === undefined && done === from && !death)
        throw new Error(
          `runFuzz: ${target}: the process ended with ${exit.status} before it read anything: ${exit.errorOutput}`,
        );
      return { at: batchStart ?? done, why: death ?? deathOf(exit) };
    };
    for (let from = 0; from < inputs; from = done) {
      const died = await run(from, inputs, batch);
      if (!died) break;
      // One by one, to find the input that killed the process.
      const end = Math.min(inputs, died.at + batch);
      for (let next = died.at; next < end; ) {
        const retry = await run(next, end, 1);
        if (!retry) break;
        const [outcome, message] = retry.why;
        defects.push({ input: retry.at, outcome, message, preview: '' });
        if (++deaths > maxDeaths) return { inputs: done, read, refused, defects, megabytes };
        next = done = retry.at + 1;
      }
      done = Math.max(done, end);
      if (until !== undefined && Date.now() >= until) break;
    }
    return { inputs: done, read, refused, defects, megabytes };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
