/** One implementation of the same model, on the same file. */
export interface Subject {
  /** Reads the checkpoint in a folder, or below a URL in a page. */
  load(source: string): Promise<void>;
  /** Feeds a prompt to an empty cache and returns the most likely next token. */
  prefill(prompt: readonly number[]): Promise<number>;
  /** Feeds one more token and returns the most likely next token. */
  step(token: number): Promise<number>;
}

/** The tokens and times of one generated text. */
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

/** The index of the largest number. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}
