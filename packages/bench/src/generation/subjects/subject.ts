import { type Sampler, sampler } from '@residual/sampling';

/** One implementation of the same model, on the same file. */
export interface Subject {
  /** Reads the checkpoint in a folder, or below a URL in a page. */
  load(source: string): Promise<void>;
  /** Feeds a prompt to an empty cache and returns the most likely next token. */
  prefill(prompt: readonly number[]): Promise<number>;
  /** Feeds one more token and returns the most likely next token. */
  step(token: number): Promise<number>;
  /** Continues a prompt by `count` tokens that are drawn with `sampling`. */
  sample(prompt: readonly number[], count: number): Promise<number[]>;
}

/** How the tokens of a whole text are drawn. */
export const sampling = { temperature: 0.8, topP: 0.95, seed: 1 } as const;

/** A model with a cache that maps tokens to logits. */
export interface Decoder {
  load(source: string): Promise<void>;
  /** Empties the cache. */
  reset(): void;
  /** Feeds tokens and returns the logits [vocab] after the last one. */
  feed(tokens: readonly number[]): Promise<Float32Array>;
}

/** A subject from a decoder: argmax for greedy tokens, our sampler for tokens that are drawn. */
export function subjectOf({ load, reset, feed }: Decoder): Subject {
  return {
    load,
    prefill: async prompt => {
      reset();
      return argmax(await feed(prompt));
    },
    step: async token => argmax(await feed([token])),
    sample: async (prompt, count) => {
      const { next }: Sampler = sampler(sampling);
      const tokens = [...prompt];
      reset();
      for (let fed = prompt; tokens.length < prompt.length + count; fed = tokens.slice(-1))
        tokens.push(next(await feed(fed), { tokens, promptLength: prompt.length }).token);
      return tokens.slice(prompt.length);
    },
  };
}

/** The tokens and times of one text whose tokens are the most likely ones. */
export interface GenerationTimes {
  readonly tokens: readonly number[];
  /** Milliseconds from the prompt to the first new token. */
  readonly prefill: number;
  /** Milliseconds of each further token. */
  readonly steps: readonly number[];
}

/** Continues a prompt greedily by `count` tokens and measures the time of each. */
export async function generate(subject: Subject, prompt: readonly number[], count: number): Promise<GenerationTimes> {
  let before = performance.now();
  const lap = () => {
    const [now, last] = [performance.now(), before];
    before = now;
    return now - last;
  };
  const tokens = [await subject.prefill(prompt)];
  const prefill = lap();
  const steps: number[] = [];
  while (tokens.length < count) {
    tokens.push(await subject.step(tokens.at(-1)!));
    steps.push(lap());
  }
  return { tokens, prefill, steps };
}

/** The tokens of one text and the milliseconds from the prompt to its last token. */
export interface TextTime {
  readonly tokens: readonly number[];
  readonly milliseconds: number;
}

/** Continues a prompt by `count` tokens that are drawn and measures the time of all. */
export async function sample(subject: Subject, prompt: readonly number[], count: number): Promise<TextTime> {
  const before = performance.now();
  const tokens = await subject.sample(prompt, count);
  return { tokens, milliseconds: performance.now() - before };
}

/** The index of the largest number. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}
