import { textsOf } from '@residual/appkit';
import { yieldToEventLoop } from '@residual/base';
import {
  activationStatistics,
  type BoundSparseAutoencoder,
  type FeatureTexts,
  featureLogits,
  featureTexts,
  run,
  type SparseAutoencoderEvent,
  type SparseAutoencoderTraining,
  steerFeature,
  trainSparseAutoencoder,
} from '@residual/inspect';
import type { Model } from '@residual/model';
import { gather, type Tensor, tensor, tidy } from '@residual/tensor';
import { randomWindows } from '@residual/train';
import { clearest } from './clearest.js';
import {
  activeFeatures,
  context,
  deadAfter,
  featureCount,
  learningRate,
  listed,
  path,
  shownTexts,
  telling,
  windows,
  writing,
} from './setup.js';
import type { FeatureFacts, FeatureList, LearningStep, OnProgress, ShadedText, Steering, Written } from './types.js';

/** What a session reads and learns. */
export interface SessionSettings {
  readonly stories: number;
  readonly steps: number;
  readonly seed: number;
}

/**
 * A sparse autoencoder from its first step to what it does to a story: the model writes stories, the autoencoder learns
 * on their activations, its features are looked up in them. Calls run one after the other.
 */
export class FeatureSession {
  private readonly abort = new AbortController();
  private readonly corpus: (readonly number[])[] = [];
  private training: SparseAutoencoderTraining | undefined;
  private events: AsyncIterator<SparseAutoencoderEvent> | undefined;
  private found = new Map<number, FeatureTexts & { readonly fires: number }>();
  private telling: AbortController | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly model: Model,
    private readonly settings: SessionSettings,
  ) {}

  /** Writes the next stories. */
  readonly write = (): Promise<Written> =>
    this.next(async signal => {
      const { stories, seed } = this.settings;
      const [from, { batch, beginnings, temperature, maxNewTokens }] = [this.corpus.length, writing];
      const prompts = Array.from(
        { length: Math.min(batch, stories - from) },
        (_, i) => beginnings[(from + i) % beginnings.length]!,
      );
      const options = { temperature, maxNewTokens, seed: seed * 1000 + from / batch, signal };
      const told = await this.model.generateBatch(prompts, options).result();
      const texts = told.map(({ text }, i) => prompts[i]! + text);
      this.corpus.push(...texts.map(text => this.model.tokensOf(text)));
      const tokens = this.corpus.reduce((sum, ids) => sum + ids.length, 0);
      return { latest: texts[0]!, stories: this.corpus.length, tokens };
    });

  /** Learns for one step; undefined after the last one. */
  readonly step = (): Promise<LearningStep | undefined> =>
    this.next(async signal => {
      const { steps, seed } = this.settings;
      this.training ??= trainSparseAutoencoder(this.model, {
        path,
        batches: randomWindows(this.corpus.flat(), { ...windows, seed }),
        features: featureCount,
        activation: { topK: activeFeatures },
        steps,
        learningRate,
        deadAfter,
        seed,
        signal,
      });
      this.events ??= this.training[Symbol.asyncIterator]();
      const { value, done } = await this.events.next();
      if (done || value.type !== 'step') return undefined;
      const { step, loss, explainedVariance, deadFeatures } = value;
      return { step, loss, explainedVariance, alive: featureCount - deadFeatures };
    });

  /** Ends the learning and looks up the clearest features in the stories. */
  readonly list = (onProgress?: OnProgress): Promise<FeatureList> =>
    this.next(async signal => {
      await this.events?.return?.();
      const { layer, weights } = this.autoencoder;
      const report = (offset: number) => ({
        onProgress: ({ done }: { readonly done: number }) =>
          onProgress?.({ done: offset + done, total: 2 * this.corpus.length }),
        signal,
      });
      const [statistics] = await activationStatistics(this.model, this.read(signal), {
        names: [path],
        transform: x => layer.encode(weights, x),
        ...report(0),
      });
      const texts = await featureTexts(this.model, this.autoencoder, this.read(signal), {
        features: clearest.candidates(statistics!),
        count: shownTexts,
        context,
        oncePerSequence: true,
        ...report(this.corpus.length),
      });
      const best = clearest.sorted(texts).slice(0, listed);
      const { positive } = statistics!;
      this.found = new Map(best.map(each => [each.feature, { ...each, fires: positive[each.feature]! }]));
      const alive = positive.filter(share => share > 0).length;
      const { tokens } = statistics!;
      return { tokens, alive, features: [...this.found.values()].map(each => this.item(each)) };
    });

  /** The texts of a listed feature, shaded, and the tokens that it makes likelier; undefined for another one. */
  readonly facts = (feature: number): Promise<FeatureFacts | undefined> => {
    this.interrupt();
    return this.next(async signal => {
      const found = this.found.get(feature);
      if (!found) return undefined;
      const [logits] = await featureLogits(this.model, this.autoencoder, { features: [feature], top: 12, signal });
      const named = (list: readonly { readonly token: number; readonly effect: number }[]) =>
        list
          .map(({ token, effect }) => ({ text: this.texts([token])[0]!, effect }))
          .filter(({ text }) => !text.includes('\ufffd')) // a part of a letter
          .slice(0, 8);
      const { raised, lowered } = logits!;
      const texts = await this.shaded(feature, found.top);
      return { feature, fires: found.fires, texts, raised: named(raised), lowered: named(lowered) };
    });
  };

  /** How a text goes on, with an addition to a feature at every token or by itself. A new call ends the last one. */
  readonly tell = (text: string, seed: number, steering?: Steering): Promise<string> => {
    const { signal } = this.interrupt();
    return this.next(async () => {
      signal.throwIfAborted();
      const hooks = steering ? [steerFeature(this.autoencoder, steering.feature, { add: steering.strength })] : [];
      return (await this.model.generate(text, { ...telling, seed, signal, hooks }).result()).text;
    });
  };

  /** Ends what is running and frees what was learnt. */
  async dispose(): Promise<void> {
    this.abort.abort();
    this.telling?.abort();
    await this.last;
    await this.events?.return?.();
    this.training?.dispose();
    this.training = undefined;
  }

  /** Ends the story that is being told, and returns what ends the next one. */
  private interrupt(): AbortController {
    this.telling?.abort();
    return (this.telling = new AbortController());
  }

  private get autoencoder(): BoundSparseAutoencoder {
    return this.training!.autoencoder;
  }

  /** The stories; other calls and an abort are heard between them. */
  private async *read(signal: AbortSignal): AsyncGenerator<readonly number[]> {
    for (const ids of this.corpus) {
      await yieldToEventLoop(signal);
      yield ids;
    }
  }

  private texts(ids: readonly number[]): readonly string[] {
    return textsOf(this.model.tokenizer!, ids);
  }

  private item({ feature, fires, top }: FeatureTexts & { readonly fires: number }): FeatureList['features'][number] {
    const tokens = this.texts(top.map(({ token }) => token)).map(text => text.trim() || '␣');
    const names = [...new Set(tokens)].slice(0, 3);
    return { feature, fires, names, activation: top[0]?.activation ?? 0 };
  }

  /** The texts around the positions where a feature is strongest, with its activation at each token. */
  private async shaded(feature: number, top: FeatureTexts['top']): Promise<ShadedText[]> {
    if (top.length === 0) return [];
    const ends = top.map(each => each.contextStart + each.context.length);
    const length = Math.max(...ends);
    const ids = top.map(({ sequence }, i) => this.corpus[sequence]!.slice(0, ends[i]));
    const padded = ids.map(each => [...each, ...Array<number>(length - each.length).fill(0)]);
    const { layer, weights } = this.autoencoder;
    using whole = run(this.model, padded, { names: [path] });
    const column = tidy((): Tensor => {
      const features = layer.encode(weights, whole.activation(path)); // [texts, length, features]
      return gather(features, tensor(Int32Array.of(feature), [1], 'int32'), 2);
    });
    try {
      const values = (await column.data()) as Float32Array;
      return top.map(({ context: around, contextStart, position, activation }, i) => {
        const tokens = this.texts(around).map((text, at) => ({
          text,
          activation: values[i * length + contextStart + at]!,
        }));
        return { activation, at: position - contextStart, tokens };
      });
    } finally {
      column.dispose();
    }
  }

  /** Runs work after what was asked before; not at all once the session is disposed. */
  private next<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const { signal } = this.abort;
    const result = this.last.then(() => {
      signal.throwIfAborted();
      return work(signal);
    });
    this.last = result.catch(() => {});
    return result;
  }
}
