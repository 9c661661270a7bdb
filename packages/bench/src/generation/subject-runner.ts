import type { CacheForm } from '@residual/tensor';
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

/** The libraries that are measured, and the machine itself: what its memory and arithmetic allow at best. */
export const libraries = [
  'residual',
  'onnxruntime-web',
  'onnxruntime-node',
  'llama.cpp',
  'transformers.js',
  'tfjs',
  'the machine',
] as const;

export type Library = (typeof libraries)[number];

/** The forms of weights: float32, float16, 8 bits, 4 bits. Peers have their own names for them, such as Q8_0. */
export type Form = 'f32' | 'f16' | 'int8' | 'int4';

/**
 * The name of a subject: a library, a form of weights unless float32, and a number of threads unless one, or the form
 * of our cache unless float32.
 */
export type SubjectName =
  `${Library}${'' | ` ${Exclude<Form, 'f32'>}`}${'' | ', 2 threads' | ', f16 cache' | ', int8 cache'}`;

/** The parts of the name of a subject. */
export function parseSubject(name: SubjectName): { library: Library; form: Form; threads: number; cache: CacheForm } {
  const [subject, more] = name.split(', ') as [string, string | undefined];
  const form = (['f16', 'int8', 'int4'] as const).find(each => subject.endsWith(` ${each}`));
  const cache = (['f16', 'int8'] as const).find(each => more === `${each} cache`) ?? 'f32';
  const library = form ? subject.slice(0, -form.length - 1) : subject;
  return { library: library as Library, form: form ?? 'f32', threads: more === '2 threads' ? 2 : 1, cache };
}

/**
 * Whether a subject must write the same tokens as ours: in float32 all do but llama.cpp, whose cache is float16; in
 * fewer bits each rounds in its own way.
 */
export function isExact(name: SubjectName): boolean {
  const { library, form } = parseSubject(name);
  return form === 'f32' && library !== 'llama.cpp' && library !== 'the machine';
}
