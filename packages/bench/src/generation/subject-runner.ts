import type { GenerationTimes, TextTime } from './subjects/subject.js';

/** A subject in its own process or page, so that none disturbs the memory of another. */
export interface SubjectRunner {
  /** Reads a checkpoint and returns the milliseconds this took. */
  load(source: string): Promise<number>;
  /** Continues a prompt greedily by `count` tokens. */
  generate(prompt: readonly number[], count: number): Promise<GenerationTimes>;
  /** Continues a prompt by `count` tokens that are drawn. */
  sample(prompt: readonly number[], count: number): Promise<TextTime>;
  /** The peak memory in bytes: of the process, or of the graphics card. */
  peak(): Promise<number>;
  close(): Promise<void>;
}

/** The names of the subjects. */
export type SubjectName = 'residual' | 'onnxruntime-web' | 'onnxruntime-web, 2 threads' | 'tfjs';
