import type { Bomb } from './bombs-of.js';

/** What is tried: inputs, and the reader that gets them one after another. A module of targets exports each by a name. */
export interface BombTarget<Input = string> {
  /** The inputs, always the same in the same order: after a death they are gone through anew. */
  readonly inputs: () => Iterable<Bomb<Input>>;
  /** Reads one as a user would; what it makes it frees. */
  readonly read: (input: Input) => unknown;
  /** Valid inputs from which the fuzzer makes its own, small ones; a target without them is not fuzzed. */
  readonly seeds?: () => readonly Input[];
}

/**
 * What became of an input: `read`, or `refused` with one of our errors; or a defect: a `raw` error, an error that is `long` beyond reading, a process that
 * died (`crash`), took too much time (`hang`) or too much memory (`memory`).
 */
export type Outcome = 'read' | 'refused' | 'raw' | 'long' | 'crash' | 'hang' | 'memory';

/** One input and what became of it. */
export interface BombResult {
  readonly target: string;
  readonly name: string;
  readonly outcome: Outcome;
  /** What was thrown, or how the process ended; its first 500 characters. */
  readonly message: string;
}

/** A line from the process that reads: what it is about to read, or the result, with the most memory so far in MB. */
export type Report =
  | { readonly at: readonly [target: number, input: number]; readonly target: string; readonly name: string }
  | { readonly outcome: Outcome; readonly message: string; readonly megabytes: number };

/** How the process is told what to do. */
export interface Limits {
  readonly megabytes: number;
  readonly seconds: number;
  /** Names of targets; all if absent. */
  readonly only?: readonly string[] | undefined;
  /** Where to begin: the index of the target and of the input. */
  readonly from: readonly [target: number, input: number];
}
