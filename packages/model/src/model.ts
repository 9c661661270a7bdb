import type { WordVectors } from '@residual/embeddings/words';
import type { Composition, Config, Family, StandardEncoderDecoder, StandardLanguageModel } from '@residual/families';
import {
  countParameters,
  type Description,
  describe,
  type HasNeeds,
  record,
  type Weights,
  withInspect,
} from '@residual/layers';
import { disposable, dispose, expectOptions, ResidualError, recoveryIfLost, requireBackend } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { type Ablation, ablationScope } from './ablation.js';
import { expectPrompt, expectPrompts, expectSignal, expectTexts } from './arguments.js';
import { forward } from './forward.js';
import {
  type BeamResult,
  type BeamSearchGeneration,
  type BeamSearchOptions,
  beamSearchSequences,
} from './generate/beam-search.js';
import { CapturedSteps } from './generate/captured-steps.js';
import { type DecodeModel, generateSequences } from './generate/generate.js';
import { type Generation, generation } from './generate/generation.js';
import { checkPrompts, type GenerateOptions, type GenerationConfig } from './generate/options.js';
import type { GenerateOutput } from './generate/sequence.js';
import { type StartSession, startCausal, startEncoderDecoder } from './generate/start.js';
import { checkpointFiles, type SaveModelOptions } from './load/save-model.js';
import { causalOf, encoderDecoderOf } from './model-kind.js';
import { type PlainTensor, plainTaps } from './plain-tensor.js';
import { alignSegments } from './translate/align.js';
import type { TranslateOptions } from './translate/options.js';
import { translateTexts } from './translate/translate.js';
import type { Translation, TranslationStep } from './translate/translation.js';
import { type ContextualOptions, type ContextualOutput, contextualOf } from './vectors/contextual.js';
import { type EmbedOptions, embedSequences } from './vectors/embed.js';
import { tokenVectorsOf } from './vectors/token-vectors.js';

/** What a `Model` is made of. */
export interface ModelParts {
  /** The family whose table the checkpoint follows. */
  readonly family: Family;
  /** The parsed `config.json`. */
  readonly config: Config;
  /** What the config is composed to. */
  readonly composition: Composition;
  /** The tree of weights, which goes over to the model. */
  readonly weights: Weights<Composition['model']>;
  /** Text to ids and back; undefined where the checkpoint has none. */
  readonly tokenizer: Tokenizer | undefined;
  /** The parsed `generation_config.json`. */
  readonly generationConfig: GenerationConfig;
  /** Texts of the checkpoint's other files, by name, kept for saving. */
  readonly texts: Readonly<Record<string, string>>;
  /** Files of which the tokenizer was made where there is no `tokenizer.json`, by name, kept for saving. */
  readonly tokenizerFiles?: ReadonlyMap<string, Uint8Array>;
  /** Reads the weights again after the backend lost them. */
  readonly reload?: (signal: AbortSignal | undefined) => Promise<Weights<Composition['model']>>;
}

/** What `forward` shows, and leaves out. */
export interface ForwardOptions {
  /** Paths of taps whose tensors are given as plain data. */
  readonly taps?: readonly string[];
  /** Tensors, or heads of them, that are zero. */
  readonly ablate?: readonly Ablation[];
  /** Ends it before it begins. */
  readonly signal?: AbortSignal;
}

/**
 * The weights of a loaded model by path, to the compiler those of the families of `@residual/families`; `causalOf` and `encoderDecoderOf` tell them apart. Those of a
 * family with parts of its own have other paths.
 */
export type ModelWeights = Weights<StandardLanguageModel> | Weights<StandardEncoderDecoder>;

/** A prompt: text, or token ids as they are. */
export type Prompt = string | readonly number[];

/** A checkpoint that was loaded: generates, can be looked into, saved and disposed. The only object with a lifetime. */
export class Model implements Disposable {
  /** Frees the weights, at the end of a scope that is `using` it. */
  declare readonly [Symbol.dispose]: () => void;
  readonly config: Config;
  readonly generationConfig: GenerationConfig;
  readonly tokenizer: Tokenizer | undefined;
  /** Longest sequence it is made for. */
  readonly maxPositions: number;
  /** Whether longer ones can be computed too, as where positions are rotary. */
  readonly openEnded: boolean;
  readonly vocab: number;
  readonly depth: number;
  readonly heads: number;
  /** Blocks and heads that read a source; 0 in a model without an encoder. */
  readonly encoderDepth: number;
  readonly encoderHeads: number;
  /** Of which kind it is, and its layer as that kind has it. */
  readonly composition: Composition;
  /** The composed layer, like any other. */
  readonly layer: Composition['model'];
  /** The backend that holds the weights. */
  readonly backend: string;
  /** The family whose table the checkpoint follows. */
  readonly family: Family;
  private readonly parts: ModelParts;
  private tree: Weights<Composition['model']> | undefined;
  /** What translating has recorded; between calls it holds nothing. */
  private readonly capturedSteps = new CapturedSteps();
  private recovering: Promise<void> | undefined;

  constructor(parts: ModelParts) {
    disposable(this, () => this.dispose());
    withInspect(this, 'Model', () => this.summary());
    const { config, generationConfig, tokenizer, composition, weights } = parts;
    this.parts = parts;
    this.family = parts.family;
    this.config = config;
    this.generationConfig = generationConfig;
    this.tokenizer = tokenizer;
    this.maxPositions = composition.maxPositions;
    this.openEnded = composition.openEnded ?? false;
    this.depth = composition.depth;
    this.heads = composition.heads;
    this.encoderDepth = composition.kind === 'seq2seq-lm' ? composition.encoderDepth : 0;
    this.encoderHeads = composition.kind === 'seq2seq-lm' ? composition.encoderHeads : 0;
    this.composition = composition;
    this.layer = composition.model;
    this.vocab = composition.model.vocab;
    this.tree = weights;
    this.backend = requireBackend();
  }

  /** The tree of weights; it belongs to the model. Errors after `dispose`. */
  get weights(): ModelWeights {
    if (this.tree === undefined) throw new ResidualError('disposed', 'Model: it was disposed');
    return this.tree as ModelWeights;
  }

  /**
   * Continues a prompt, token by token, each step with its evidence; an encoder-decoder reads the prompt as its source and writes what belongs to it. Settings left
   * out follow `generation_config.json`.
   */
  generate(prompt: Prompt, options: GenerateOptions = {}): Generation<GenerateOutput> {
    return generation(
      () => this.runGenerate([prompt], options),
      rows => rows[0]!,
    );
  }

  /** Continues several prompts of any lengths at once; steps tell their row. */
  generateBatch(prompts: readonly Prompt[], options: GenerateOptions = {}): Generation<readonly GenerateOutput[]> {
    return generation(
      () => this.runGenerate(prompts, options),
      rows => rows,
    );
  }

  /**
   * Searches for the likeliest continuations of a prompt, several beams side by side; an encoder-decoder reads the prompt as its source. Steps tell how the tree
   * grows; the whole is the texts that were found, best first.
   */
  beamSearch(prompt: Prompt, options: BeamSearchOptions = {}): BeamSearchGeneration<readonly BeamResult[]> {
    return generation(
      () => this.runBeamSearch([prompt], options),
      results => results[0]!,
    );
  }

  /** The same for several prompts of any lengths at once: by prompt what was found. */
  beamSearchBatch(
    prompts: readonly Prompt[],
    options: BeamSearchOptions = {},
  ): BeamSearchGeneration<readonly (readonly BeamResult[])[]> {
    return generation(
      () => this.runBeamSearch(prompts, options),
      results => results,
    );
  }

  /**
   * Translates a text with an encoder-decoder, line by line, long lines sentence by sentence, spaces and line breaks kept: iterate to see it as it is written,
   * or ask for the whole. Of several texts the whole is their translations in the same order; they are translated in batches of like length.
   */
  translate(text: string, options?: TranslateOptions): Generation<Translation, TranslationStep, readonly Translation[]>;
  translate(
    texts: readonly string[],
    options?: TranslateOptions,
  ): Generation<readonly Translation[], TranslationStep, readonly Translation[]>;
  translate(texts: string | readonly string[], options: TranslateOptions = {}) {
    const alone = !Array.isArray(texts);
    return generation(
      () => this.runTranslate([texts].flat() as readonly string[], options, alone),
      (translations): Translation | readonly Translation[] => (alone ? translations[0]! : translations),
    ) as never;
  }

  /**
   * One pass over a text without generating: logits [length, vocab] and the tensors at `taps`, as plain data. The logits at index i predict the
   * token at i + 1.
   */
  async forward(
    prompt: Prompt,
    options: ForwardOptions = {},
  ): Promise<{ tokens: readonly number[]; logits: PlainTensor; taps: Readonly<Record<string, PlainTensor>> }> {
    this.check();
    expectOptions('forward', options, { taps: 0, ablate: 0, signal: 0 });
    const { taps = [], ablate, signal } = options;
    expectTexts('forward', 'taps', taps);
    expectSignal('forward', signal);
    signal?.throwIfAborted();
    const tokens = this.idsOf('forward', prompt);
    this.expectFits('forward', tokens);
    const ablation = ablationScope('forward', ablate);
    const recorder = record(taps, ablation.scope, 'forward: taps');
    try {
      const logits = forward(causalOf('forward', this), [tokens], [0], recorder.scope);
      try {
        ablation.expectUsed();
        recorder.expectAllMatched();
        const data = (await logits.data()) as Float32Array;
        const [tapTensors] = await plainTaps(recorder.values, 1);
        return { tokens, logits: { shape: logits.shape.slice(1), data }, taps: tapTensors! };
      } finally {
        logits.dispose();
      }
    } finally {
      recorder.dispose();
    }
  }

  /** One vector [modelDim] for a text: the mean of what the last layer gives its tokens, or as `pooling` says; of an encoder-decoder what its encoder gives. */
  async embed(prompt: Prompt, options: EmbedOptions = {}): Promise<Float32Array> {
    return (await this.embedBatch([prompt], options))[0]!;
  }

  /** The same for several texts of any lengths, read in batches: each gets the vector that it would get alone. */
  async embedBatch(prompts: readonly Prompt[], options: EmbedOptions = {}): Promise<Float32Array[]> {
    this.check();
    expectPrompts('embedBatch', prompts);
    const sequences = prompts.map(prompt => this.idsOf('embed', prompt));
    for (const tokens of sequences) this.expectFits('embed', tokens);
    const embedder = { ...this.anyModel(), fixedShapes: this.backend.startsWith('webg') };
    return this.guardDisposal('embed', () => embedSequences(embedder, sequences, options));
  }

  /** The residual stream of a text after each block, by taps, and with `lens` what each layer would predict at each place. */
  async contextual(prompt: Prompt, options: ContextualOptions = {}): Promise<ContextualOutput> {
    this.check();
    expectSignal('contextual', options?.signal);
    options?.signal?.throwIfAborted();
    const tokens = this.idsOf('contextual', prompt);
    this.expectFits('contextual', tokens);
    const textOf = (token: number) => this.tokenizer?.decode([token]) ?? `#${token}`;
    return this.guardDisposal('contextual', () => contextualOf(this.anyModel(), tokens, textOf, options));
  }

  /**
   * The token table as word vectors, for `@residual/embeddings/words`. A token that begins a word has the word as its name, one that continues a word its text,
   * with `##` before it where a word has that name.
   */
  async tokenVectors(): Promise<WordVectors> {
    this.check();
    return tokenVectorsOf(this.anyModel(), this.tokenizer);
  }

  /** The ids of a prompt; an empty text begins with the beginning token. Errors when there is none, or text without a tokenizer. */
  tokensOf(prompt: Prompt): readonly number[] {
    return this.idsOf('generate', prompt);
  }

  private idsOf(caller: string, prompt: Prompt): readonly number[] {
    expectPrompt(caller, prompt);
    if (typeof prompt !== 'string') return prompt;
    if (!this.tokenizer) throw new ResidualError('prompt', `${caller}: this model has no tokenizer; give token ids`);
    const { ids } = this.tokenizer.encode(prompt);
    if (ids.length > 0) return ids;
    const begin = this.tokenizer.bosTokenId ?? this.config.bos_token_id ?? this.generationConfig.bos_token_id;
    if (typeof begin === 'number') return [begin];
    throw new ResidualError('prompt', `${caller}: the prompt is empty and this model has no beginning token`);
  }

  /** The token with which an encoder-decoder begins to write. */
  get decoderStartTokenId(): number {
    const { generationConfig, config } = this;
    const start = generationConfig.decoder_start_token_id ?? config.decoder_start_token_id ?? config.bos_token_id;
    if (typeof start === 'number') return start;
    throw new ResidualError('prompt', 'generate: neither config names the decoder_start_token_id');
  }

  /** The tokens that end a text, where the configs or the tokenizer name any. */
  get eosTokenIds(): readonly number[] {
    const ends = this.generationConfig.eos_token_id ?? this.config.eos_token_id ?? this.tokenizer?.eosTokenId;
    return [ends].flat().filter((id): id is number => typeof id === 'number');
  }

  /** Parts, shapes, parameters, bytes, operations per token and the census. */
  describe(options: { keyLen?: number } = {}): Description {
    expectOptions('describe', options, { keyLen: 0 });
    const { keyLen = 1 } = options;
    return describe(this.layer, { keyLen });
  }

  /**
   * The checkpoint's files as a published one has them, by name: weights as `dtype` (float32 if absent), the config as it was read with what is no longer so replaced, the
   * tokenizer, and what else came with it. Errors on a weight too large for the dtype.
   */
  async save(options: SaveModelOptions = {}): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
    const { family, texts, tokenizerFiles = [] } = this.parts;
    const { layer, weights, config } = this;
    return this.guardDisposal('save', () =>
      checkpointFiles({ family, layer, weights, config, texts, tokenizerFiles }, options),
    );
  }

  /** Frees the weights. A generation that is running ends with an error. */
  dispose(): void {
    this.capturedSteps.clear();
    dispose(this.tree);
    this.tree = undefined;
  }

  /** What the console shows. */
  private summary(): string {
    const { family, vocab, depth, heads, maxPositions, backend, layer, tree } = this;
    const parameters = countParameters(layer as HasNeeds<unknown>).toLocaleString('en-US');
    const sizes = `${depth} blocks, ${heads} heads, ${maxPositions} positions, ${vocab} tokens`;
    return `Model(${family.name}: ${parameters} parameters, ${sizes}, ${tree ? `on ${backend}` : 'disposed'})`;
  }

  private runGenerate(prompts: readonly Prompt[], options: GenerateOptions) {
    const { generator, decoderPrompts } = this.start('generate', prompts);
    return generateSequences(generator, decoderPrompts, options);
  }

  private runBeamSearch(prompts: readonly Prompt[], options: BeamSearchOptions) {
    const { generator, decoderPrompts, sources } = this.start('beamSearch', prompts);
    return beamSearchSequences(generator, decoderPrompts, options, sources);
  }

  private runTranslate(texts: readonly string[], options: TranslateOptions, isSingle: boolean) {
    this.check();
    const running = () => encoderDecoderOf('translate', this);
    const { tokenizer, generationConfig, maxPositions } = this;
    const blocksEventLoop = !this.fixedShapes;
    running();
    if (!tokenizer) throw new ResidualError('prompt', 'translate: this model has no tokenizer');
    this.capturedSteps.syncWeights(this.tree);
    return translateTexts(
      {
        tokenizer,
        generationConfig,
        maxPositions,
        blocksEventLoop,
        startSources: sources => this.start('translate', sources, this.capturedSteps),
        finish: () => this.capturedSteps.release(this.tree),
        align: (segments, signal) => {
          const check = () => this.check();
          return alignSegments(running(), segments, {
            tokenizer,
            ablate: options.ablate,
            blocksEventLoop,
            check,
            signal,
          });
        },
      },
      texts,
      options,
      isSingle,
    );
  }

  /** Whether the backend compiles its programs by shape, as GPUs do, on which a pass does not hold the event loop. */
  private get fixedShapes(): boolean {
    return this.backend.startsWith('webg');
  }

  /** What rows begin with: prompts as they are, or the start token and sources that are read. */
  private start(
    name: string,
    prompts: readonly Prompt[],
    capturedSteps?: CapturedSteps,
  ): {
    generator: DecodeModel;
    decoderPrompts: readonly (readonly number[])[];
    sources?: readonly (readonly number[])[];
  } {
    expectPrompts(name, prompts);
    const tokens = prompts.map(prompt => this.idsOf(name, prompt));
    const { maxPositions, openEnded, generationConfig, tokenizer, vocab, composition } = this;
    const fixedShapes = () => this.fixedShapes;
    const shared = {
      vocab,
      tokenizer,
      maxPositions,
      openEnded,
      generationConfig,
      eosTokenIds: this.eosTokenIds,
      check: () => {
        void this.weights; // an error once the model is disposed
        this.check();
      },
      fixedShapes,
      recover: (error: unknown, signal: AbortSignal | undefined) => {
        capturedSteps?.clear(); // they read weights that may be lost
        return this.recover(error, signal);
      },
    };
    if (composition.kind === 'causal-lm') {
      const startSession: StartSession = async options => startCausal(causalOf(name, this), maxPositions)(options);
      return { generator: { ...shared, startSession }, decoderPrompts: tokens };
    }
    const maxSourceLength = openEnded ? Number.POSITIVE_INFINITY : maxPositions;
    checkPrompts(name, composition.model.source.vocab, maxSourceLength, tokens);
    const startSession: StartSession = async options => {
      const settings = { fixedShapes: fixedShapes(), maxSourceLength, maxPositions, capturedSteps };
      return startEncoderDecoder(encoderDecoderOf(name, this), tokens, settings)(options);
    };
    return {
      generator: { ...shared, startSession },
      decoderPrompts: tokens.map(() => [this.decoderStartTokenId]),
      sources: tokens,
    };
  }

  /** What the functions on vectors read of it. */
  private anyModel() {
    const { composition, weights, family, maxPositions } = this;
    const check = () => {
      void this.weights; // an error once the model is disposed
      this.check();
    };
    return { composition, weights, family, maxPositions, check };
  }

  private check(): void {
    const active = requireBackend();
    if (active === this.backend) return;
    throw new ResidualError(
      'backend',
      `Model: the weights are on '${this.backend}', the active backend is '${active}'; useBackend('${this.backend}') or load it again`,
    );
  }

  /** After a lost context: starts the backend anew and reads the weights again; one reading serves all generations that wait for it. */
  private async recover(error: unknown, signal: AbortSignal | undefined): Promise<boolean> {
    const { reload } = this.parts;
    const recovery = recoveryIfLost();
    const lost = ResidualError.is(error) && error.code === 'context-lost';
    if (!reload || this.tree === undefined || !(recovery || this.recovering || lost)) return false;
    this.recovering ??= (async () => {
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

  /** What takes turns and reads the weights: where they are disposed in the midst of it, the error says so. */
  private async guardDisposal<T>(caller: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (this.tree !== undefined) throw cause;
      throw new ResidualError('disposed', `${caller}: the model was disposed before it was done`, { cause });
    }
  }

  private expectFits(name: string, tokens: readonly number[]): void {
    if (tokens.length > this.maxPositions) {
      throw new ResidualError(
        'positions',
        `${name}: ${tokens.length} tokens are more than the ${this.maxPositions} positions this model has`,
      );
    }
    const unknown = tokens.find(id => !(Number.isInteger(id) && id >= 0 && id < this.vocab));
    if (unknown !== undefined)
      throw new ResidualError('prompt', `${name}: id ${unknown} is outside the vocabulary of ${this.vocab}`);
    if (tokens.length === 0) throw new ResidualError('prompt', `${name}: there are no tokens`);
  }
}
