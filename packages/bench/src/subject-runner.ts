/** A subject at work elsewhere: in a process or a page of its own, so that none disturbs another's memory. */
import type { GenerationTimes } from './subjects/subject.js';

/** A subject in a place of its own. */
export interface SubjectRunner {
  /** Milliseconds that reading the checkpoint took. */
  load(source: string): Promise<number>;
  generate(prompt: readonly number[], count: number): Promise<GenerationTimes>;
  /** Bytes of memory the process has held at most; undefined where nobody tells. */
  peak(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** What a place runs: one of these, by name. */
export type SubjectName = 'residual' | 'onnxruntime-web' | 'tfjs';
