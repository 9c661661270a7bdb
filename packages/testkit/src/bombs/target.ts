import type { Bomb } from './bombs-of.js';

/** A target: inputs, and the reader that gets them one after another. A module exports each target by name. */
export interface BombTarget<Input = string> {
  /** The inputs, always the same in the same order, since a new process iterates them again. */
  readonly inputs: () => Iterable<Bomb<Input>>;
  /** Reads one input like a user, and frees its results. */
  readonly read: (input: Input) => unknown;
  /** Small valid inputs for the fuzzer; a target without them is not fuzzed. */
  readonly seeds?: () => readonly Input[];
}

/**
 * The outcome of an input: `read`, or `refused` with one of our errors; or a defect: another error (`raw`), an error
 * that is too `long`, or a process that died (`crash`), took too much time (`hang`) or too much memory (`memory`).
 */
export type Outcome = 'read' | 'refused' | 'raw' | 'long' | 'crash' | 'hang' | 'memory';

/** The result of one input. */
export interface BombResult {
  readonly target: string;
  readonly name: string;
  readonly outcome: Outcome;
  /** The error or the exit of the process; the first 500 characters. */
  readonly message: string;
}

/** A report of the reading process: the next input, or a result with the peak memory so far in MB. */
export type Report =
  | { readonly at: readonly [target: number, input: number]; readonly target: string; readonly name: string }
  | { readonly outcome: Outcome; readonly message: string; readonly megabytes: number };

/** The settings of the reading process. */
export interface Limits {
  readonly megabytes: number;
  readonly seconds: number;
  /** Names of targets; all if absent. */
  readonly only?: readonly string[] | undefined;
  /** The indices of the first target and input. */
  readonly from: readonly [target: number, input: number];
}
