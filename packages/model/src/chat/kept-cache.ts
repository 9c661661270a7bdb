import type { CachedBatch } from '../generate/cached-batch.js';
import { fingerprintOf } from '../generate/captured-steps.js';
import type { BatchOptions } from '../generate/decode-model.js';
import type { DecoderInput } from '../generate/decoder-input.js';
import { startCausal } from '../generate/start-batch.js';
import type { LoadedModel } from '../loaded-model.js';
import { causalOf } from '../model-kind.js';

/**
 * The keys and values of the last sequence, kept for the next prompt: the tokens with which both begin are not computed
 * again, the rest is cut off. A sequence that runs takes them out, and gives them back at its end. `dispose` frees
 * them.
 */
export class KeptCache {
  private readonly model: LoadedModel;
  private kept: { readonly batch: CachedBatch; readonly tokens: readonly number[] } | undefined;
  /** The weights with which they were computed. */
  private weights: readonly unknown[] = [];
  private isDisposed = false;

  constructor(model: LoadedModel) {
    this.model = model;
  }

  /** How many tokens are kept. */
  get length(): number {
    return this.kept?.tokens.length ?? 0;
  }

  /** The input that continues `prompt`; `onStart` is told how many of its tokens are not computed again. */
  input(prompt: readonly number[], onStart: (cachedTokens: number) => void): DecoderInput {
    return {
      prompts: [prompt],
      startBatch: async options => {
        const batch = this.take(prompt, options);
        onStart(batch?.length ?? 0);
        return batch ?? startCausal(causalOf('chat', this.model), this.model, options);
      },
      endBatch: (batch, [tokens = []]) => this.keep(batch, tokens.slice(0, batch.length)),
    };
  }

  dispose(): void {
    this.isDisposed = true;
    this.clear();
  }

  private clear(): void {
    this.kept?.batch.dispose();
    this.kept = undefined;
  }

  /** The kept batch, cut to the tokens with which the prompt begins; undefined if it cannot be used. */
  private take(prompt: readonly number[], { maxLength, cache = 'f32' }: BatchOptions): CachedBatch | undefined {
    const before = this.weights;
    this.weights = fingerprintOf(this.model.weights);
    const { kept } = this;
    this.kept = undefined;
    if (!kept) return undefined;
    const { batch, tokens } = kept;
    const isSame = before.length === this.weights.length && before.every((value, i) => value === this.weights[i]);
    const shared = Math.min(sharedLength(tokens, prompt), prompt.length - 1); // the last token gives the logits
    const longest = Math.max(prompt.length, tokens.length);
    const fits =
      isSame && longest <= this.model.unscaledLength && batch.maxLength === maxLength && batch.form === cache;
    if (fits && shared > 0 && batch.rewind(shared)) return batch;
    batch.dispose();
    return undefined;
  }

  private keep(batch: CachedBatch, tokens: readonly number[]): void {
    this.clear();
    if (this.isDisposed) batch.dispose();
    else this.kept = { batch, tokens };
  }
}

/** With how many equal tokens two sequences begin. */
function sharedLength(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) if (a[i] !== b[i]) return i;
  return length;
}
