import { yieldToEventLoop } from '@residual/base';
import type { Composition, Config, Family } from '@residual/families';
import { countParameters, type HasNeeds, type Needs, visit, type Weights } from '@residual/layers';
import { dispose, ResidualError, recoveryIfLost, requireBackend } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { expectPrompt, expectTokens } from './arguments.js';
import type { ModelChat } from './chat/model-chat.js';
import { CapturedSteps } from './generate/captured-steps.js';
import type { DecodeModel } from './generate/decode-model.js';
import type { GenerationConfig } from './generate/options.js';
import type { PrefixCache } from './generate/prefix-cache.js';
import { SharedSteps } from './generate/shared-steps.js';
import { unscaledLengthOf } from './generate/unscaled-length.js';
import type { VoiceParts } from './load/voice-parts.js';
import { type AnyModel, vocabOf } from './model-kind.js';
import type { Sequences } from './sequences.js';
import type { SentenceSettings } from './vectors/sentence-settings.js';

/** The parts that a `Model` is made of. */
export interface ModelParts {
  /** The family that maps the checkpoint to our layers. */
  readonly family: Family;
  /** The parsed `config.json`. */
  readonly config: Config;
  /** The layer composed from the config, with its sizes. */
  readonly composition: Composition;
  /** The tree of weights; the model takes ownership. */
  readonly weights: Weights<Composition['model']>;
  /** The tokenizer; undefined if the checkpoint has none. */
  readonly tokenizer: Tokenizer | undefined;
  /** The parsed `generation_config.json`. */
  readonly generationConfig: GenerationConfig;
  /** The texts of the checkpoint's other files by name, kept for saving. */
  readonly texts: Readonly<Record<string, string>>;
  /** The files that the tokenizer was made from if there is no `tokenizer.json`, by name, kept for saving. */
  readonly tokenizerFiles?: ReadonlyMap<string, Uint8Array>;
  /** How the checkpoint says that texts are embedded. Throws if it says it in a way that is not known. */
  readonly sentenceSettings?: (() => SentenceSettings | undefined) | undefined;
  /** Makes what keeps the beginnings of prompts, from the function that returns the weights; none if absent. */
  readonly makePrefixCache?: ((weightsOf: () => unknown) => PrefixCache) | undefined;
  /** What a voice has beside the model, which owns it; undefined for other models. */
  readonly voice?: VoiceParts | undefined;
  /** Reads the weights again after the backend has lost them. */
  readonly reload?: (signal: AbortSignal | undefined) => Promise<Weights<Composition['model']>>;
}

/** A prompt: a text, or token ids. */
export type Prompt = string | readonly number[];

/**
 * The state of a `Model`: its parts, its weights and the backend that holds them. The functions behind the methods of
 * `Model` take it.
 */
export class LoadedModel implements AnyModel, DecodeModel {
  readonly parts: ModelParts;
  /** The backend that holds the weights. */
  readonly backend: string;
  readonly capturedSteps: CapturedSteps;
  readonly sharedSteps: SharedSteps;
  readonly prefixCache: PrefixCache | undefined;
  readonly unscaledLength: number;
  readonly isRecurrent: boolean;
  private tree: Weights<Composition['model']> | undefined;
  private recovering: Promise<void> | undefined;
  private chatting: Promise<ModelChat> | undefined;
  /** The conversations whose caches end with the model. */
  readonly conversations: Set<Disposable> = new Set();

  constructor(parts: ModelParts) {
    this.parts = parts;
    this.tree = parts.weights;
    this.backend = requireBackend();
    this.capturedSteps = new CapturedSteps(() => this.tree);
    this.sharedSteps = new SharedSteps(this);
    this.prefixCache = parts.makePrefixCache?.(() => this.tree);
    this.unscaledLength = unscaledLengthOf(parts.config);
    this.isRecurrent = hasRecurrentLayer(parts.composition.model);
  }

  get weights(): Weights<Composition['model']> {
    if (this.tree === undefined) throw new ResidualError('disposed', 'Model: it was disposed');
    return this.tree;
  }

  get composition(): Composition {
    return this.parts.composition;
  }

  get family(): Family {
    return this.parts.family;
  }

  get tokenizer(): Tokenizer | undefined {
    return this.parts.tokenizer;
  }

  get generationConfig(): GenerationConfig {
    return this.parts.generationConfig;
  }

  get vocab(): number {
    return vocabOf(this.composition);
  }

  get maxPositions(): number {
    return this.composition.maxPositions;
  }

  get openEnded(): boolean {
    return this.composition.openEnded ?? false;
  }

  /** Whether the backend compiles programs by shape, as GPUs do; there a pass does not block the event loop. */
  get fixedShapes(): boolean {
    return this.backend.startsWith('webg');
  }

  /** The end tokens that the configs or the tokenizer name; may be empty. */
  get eosTokenIds(): readonly number[] {
    const { config, generationConfig, tokenizer } = this.parts;
    const ends = generationConfig.eos_token_id ?? config.eos_token_id ?? tokenizer?.eosTokenId;
    return [ends].flat().filter((id): id is number => typeof id === 'number');
  }

  /** The start token of the decoder of an encoder-decoder. */
  get decoderStartTokenId(): number {
    const { config, generationConfig } = this.parts;
    const start = generationConfig.decoder_start_token_id ?? config.decoder_start_token_id ?? config.bos_token_id;
    if (typeof start === 'number') return start;
    throw new ResidualError('prompt', 'generate: neither config names the decoder_start_token_id');
  }

  /** The ids of a prompt; an empty text becomes the beginning token (BOS). Throws for a text without a tokenizer. */
  tokensOf(caller: string, prompt: Prompt): readonly number[] {
    expectPrompt(caller, prompt);
    if (typeof prompt !== 'string') return prompt;
    const { tokenizer, config, generationConfig } = this.parts;
    if (!tokenizer) throw new ResidualError('prompt', `${caller}: this model has no tokenizer; give token ids`);
    const { ids } = tokenizer.encode(prompt);
    if (ids.length > 0) return ids;
    const start = tokenizer.bosTokenId ?? config.bos_token_id ?? generationConfig.bos_token_id;
    if (typeof start === 'number') return [start];
    throw new ResidualError('prompt', `${caller}: the prompt is empty and this model has no beginning token`);
  }

  /** The ids of prompts that a pass reads whole: `tokensOf`, within the vocabulary and the positions of the model. */
  inputsOf(caller: string, prompts: readonly Prompt[]): Sequences {
    this.check();
    const sequences = prompts.map(prompt => this.tokensOf(caller, prompt));
    expectTokens(caller, sequences, { vocab: this.vocab, maxLength: this.maxPositions });
    return sequences;
  }

  /** Throws unless the weights exist and are on the active backend. */
  check(): void {
    void this.weights;
    const active = requireBackend();
    if (active === this.backend) return;
    throw new ResidualError(
      'backend',
      `Model: the weights are on '${this.backend}', the active backend is '${active}'; ` +
        `useBackend('${this.backend}') or load it again`,
    );
  }

  async yieldTurn(signal: AbortSignal | undefined): Promise<void> {
    await yieldToEventLoop(signal);
    this.check();
  }

  /** Restarts the backend and reads the weights again; all waiting generations share one reading. */
  async recover(error: unknown, signal: AbortSignal | undefined): Promise<boolean> {
    this.capturedSteps.clear(); // they read weights that may be lost
    const { reload } = this.parts;
    const recovery = recoveryIfLost();
    const lost = ResidualError.is(error) && error.code === 'context-lost';
    if (!reload || this.tree === undefined || !(recovery || this.recovering || lost)) return false;
    this.recovering ??= (async () => {
      this.prefixCache?.clear(); // it may be lost
      await recovery?.recover();
      const before = this.tree;
      this.tree = await reload(signal);
      dispose(before);
    })().finally(() => {
      this.recovering = undefined;
    });
    await this.recovering;
    return true;
  }

  /** Runs work that reads the weights in several turns; if they are disposed meanwhile, the error says so. */
  async guardDisposal<T>(caller: string, work: () => Promise<T>): Promise<T> {
    void this.weights; // throws if they are disposed already
    try {
      return await work();
    } catch (cause) {
      if (this.tree !== undefined) throw cause;
      throw new ResidualError('disposed', `${caller}: the model was disposed before it was done`, { cause });
    }
  }

  /** What the model needs to chat. Throws if it has no chat template or no tokenizer. */
  chat(caller: string): Promise<ModelChat> {
    this.chatting ??= import('./chat/model-chat.js')
      .then(({ ModelChat }) => ModelChat.of(caller, this))
      .catch(error => {
        this.chatting = undefined; // the next caller has its own name in the error
        throw error;
      });
    return this.chatting;
  }

  /** The text that the console shows. */
  summary(): string {
    const { family, vocab, maxPositions, backend, tree, composition } = this;
    const { depth, heads, model } = composition;
    const parameters = countParameters(model as HasNeeds<unknown>).toLocaleString('en-US');
    const sizes = `${depth} blocks, ${heads} heads, ${maxPositions} positions, ${vocab} tokens`;
    return `Model(${family.name}: ${parameters} parameters, ${sizes}, ${tree ? `on ${backend}` : 'disposed'})`;
  }

  /** Frees the weights; running calls reject. */
  dispose(): void {
    for (const each of [...this.conversations]) each[Symbol.dispose]();
    this.capturedSteps.clear();
    this.prefixCache?.clear();
    this.parts.voice?.[Symbol.dispose]();
    dispose(this.tree);
    this.tree = undefined;
  }
}

/** Whether a layer inside keeps recurrent states. */
function hasRecurrentLayer(model: Needs): boolean {
  let isRecurrent = false;
  visit(
    model,
    (_, about) => {
      isRecurrent ||= about.isRecurrent ?? false;
    },
    () => {},
  );
  return isRecurrent;
}
