/** Subjects run in their own process or page, so that none disturbs the memory of another. */
import type { GenerationTimes } from './subjects/subject.js';

/** A subject in its own process or page. */
export interface SubjectRunner {
  /** Reads a checkpoint and returns the milliseconds this took. */
  load(source: string): Promise<number>;
  generate(prompt: readonly number[], count: number): Promise<GenerationTimes>;
  /** The peak memory of the process in bytes; undefined where it is not known. */
  peak(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** The names of the subjects. */
export type SubjectName = 'residual' | 'onnxruntime-web' | 'tfjs';
