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
import type { WordVectors } from '@residual/word-vectors';
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
  /** Reads the weights again after the backend has lost them. */
  readonly reload?: (signal: AbortSignal | undefined) => Promise<Weights<Composition['model']>>;
}

/** The options of `forward`. */
export interface ForwardOptions {
  /** Paths of taps whose tensors are returned as plain data. */
  readonly taps?: readonly string[];
  /** Tensors, or heads of them, that are set to zero. */
  readonly ablate?: readonly Ablation[];
  /** Ends the call before it starts. */
  readonly signal?: AbortSignal;
}

/**
 * The weights of a loaded model by path, typed for the families of `@residual/families`; `causalOf` and
 * `encoderDecoderOf` tell the two kinds apart. The weights of a family with its own layers have other paths.
 */
export type ModelWeights = Weights<StandardLanguageModel> | Weights<StandardEncoderDecoder>;

/** A prompt: a text, or token ids. */
export type Prompt = string | readonly number[];

/**
 * A loaded checkpoint: it generates, shows its tensors, and can be saved and disposed. The only object with a lifetime.
 */
export class Model implements Disposable {
  /** Frees the weights at the end of a `using` scope. */
  declare readonly [Symbol.dispose]: () => void;
  readonly config: Config;
  readonly generationConfig: GenerationConfig;
  readonly tokenizer: Tokenizer | undefined;
  /** The longest sequence that the model is made for, in tokens. */
  readonly maxPositions: number;
  /** Whether longer sequences can be computed, as with rotary positions. */
  readonly openEnded: boolean;
  readonly vocab: number;
  readonly depth: number;
  readonly heads: number;
  /** The number of encoder blocks; 0 without an encoder. */
  readonly encoderDepth: number;
  /** The number of heads of each encoder block; 0 without an encoder. */
  readonly encoderHeads: number;
  /** The composed layer with its kind and sizes. */
  readonly composition: Composition;
  /** The composed layer. */
  readonly layer: Composition['model'];
  /** The backend that holds the weights. */
  readonly backend: string;
  /** The family that maps the checkpoint to our layers. */
  readonly family: Family;
  private readonly parts: ModelParts;
  private tree: Weights<Composition['model']> | undefined;
  /** The captured graphs of `translate`; they hold no tensors between calls. */
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

  /** The tree of weights, owned by the model. Throws after `dispose`. */
  get weights(): ModelWeights {
    if (this.tree === undefined) throw new ResidualError('disposed', 'Model: it was disposed');
    return this.tree as ModelWeights;
  }

  /**
   * Continues a prompt token by token, with the probabilities of each step. An encoder-decoder reads the prompt as its
   * source and generates the target. Options left out follow `generation_config.json`.
   */
  generate(prompt: Prompt, options: GenerateOptions = {}): Generation<GenerateOutput> {
    return generation(
      () => this.runGenerate([prompt], options),
      outputs => outputs[0]!,
    );
  }

  /** Continues several prompts of any lengths at once; each step has the `batchIndex` of its prompt. */
  generateBatch(prompts: readonly Prompt[], options: GenerateOptions = {}): Generation<readonly GenerateOutput[]> {
    return generation(
      () => this.runGenerate(prompts, options),
      outputs => outputs,
    );
  }

  /**
   * Beam search for the most likely continuations of a prompt; an encoder-decoder reads the prompt as its source. The
   * steps show the search tree; the result is the texts found, best first.
   */
  beamSearch(prompt: Prompt, options: BeamSearchOptions = {}): BeamSearchGeneration<readonly BeamResult[]> {
    return generation(
      () => this.runBeamSearch([prompt], options),
      results => results[0]!,
    );
  }

  /** `beamSearch` for several prompts of any lengths at once; the result has the texts found for each prompt. */
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
   * Translates a text with an encoder-decoder, line by line and long lines sentence by sentence; white space is kept.
   * Iterate to see the translation grow, or call `result()`. Several texts are translated in batches of similar length
   * and returned in order.
   */
  translate(text: string, options?: TranslateOptions): Generation<Translation, TranslationStep, readonly Translation[]>;
  translate(
    texts: readonly string[],
    options?: TranslateOptions,
  ): Generation<readonly Translation[], TranslationStep, readonly Translation[]>;
  translate(texts: string | readonly string[], options: TranslateOptions = {}) {
    const isSingle = !Array.isArray(texts);
    return generation(
      () => this.runTranslate([texts].flat() as readonly string[], options, isSingle),
      (translations): Translation | readonly Translation[] => (isSingle ? translations[0]! : translations),
    ) as never;
  }

  /**
   * One pass over a prompt without generating: its tokens, logits [length, vocab] and the tensors at `taps`, as plain
   * data. The logits at index i predict token i + 1.
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

  /**
   * One vector [modelDim] for a text: the mean of the last layer's outputs over its tokens, or as `pooling` says; for
   * an encoder-decoder from its encoder.
   */
  async embed(prompt: Prompt, options: EmbedOptions = {}): Promise<Float32Array> {
    return (await this.embedBatch([prompt], options))[0]!;
  }

  /** `embed` for several texts of any lengths, in batches; each vector is the one that the text would get alone. */
  async embedBatch(prompts: readonly Prompt[], options: EmbedOptions = {}): Promise<Float32Array[]> {
    this.check();
    expectPrompts('embedBatch', prompts);
    const sequences = prompts.map(prompt => this.idsOf('embed', prompt));
    for (const tokens of sequences) this.expectFits('embed', tokens);
    const embedder = { ...this.anyModel(), fixedShapes: this.backend.startsWith('webg') };
    return this.guardDisposal('embed', () => embedSequences(embedder, sequences, options));
  }

  /**
   * The residual stream of a text after each block; with `lens`, also the tokens that each layer would predict at each
   * position.
   */
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
   * The token table as word vectors, for `@residual/word-vectors`. A token that begins a word is named by the word;
   * a token that continues a word by its text, with `##` before it if a word has that name.
   */
  async tokenVectors(): Promise<WordVectors> {
    this.check();
    return tokenVectorsOf(this.anyModel(), this.tokenizer);
  }

  /**
   * The ids of a prompt; an empty text becomes the start token. Throws if there is no start token, or for a text
   * without a tokenizer.
   */
  tokensOf(prompt: Prompt): readonly number[] {
    return this.idsOf('generate', prompt);
  }

  private idsOf(caller: string, prompt: Prompt): readonly number[] {
    expectPrompt(caller, prompt);
    if (typeof prompt !== 'string') return prompt;
    if (!this.tokenizer) throw new ResidualError('prompt', `${caller}: this model has no tokenizer; give token ids`);
    const { ids } = this.tokenizer.encode(prompt);
    if (ids.length > 0) return ids;
    const start = this.tokenizer.bosTokenId ?? this.config.bos_token_id ?? this.generationConfig.bos_token_id;
    if (typeof start === 'number') return [start];
    throw new ResidualError('prompt', `${caller}: the prompt is empty and this model has no beginning token`);
  }

  /** The start token of the decoder of an encoder-decoder. */
  get decoderStartTokenId(): number {
    const { generationConfig, config } = this;
    const start = generationConfig.decoder_start_token_id ?? config.decoder_start_token_id ?? config.bos_token_id;
    if (typeof start === 'number') return start;
    throw new ResidualError('prompt', 'generate: neither config names the decoder_start_token_id');
  }

  /** The end tokens that the configs or the tokenizer name; may be empty. */
  get eosTokenIds(): readonly number[] {
    const ends = this.generationConfig.eos_token_id ?? this.config.eos_token_id ?? this.tokenizer?.eosTokenId;
    return [ends].flat().filter((id): id is number => typeof id === 'number');
  }

  /** The parts of the model with shapes, parameters, bytes, operations per token and the census. */
  describe(options: { keyLen?: number } = {}): Description {
    expectOptions('describe', options, { keyLen: 0 });
    const { keyLen = 1 } = options;
    return describe(this.layer, { keyLen });
  }

  /**
   * The files of the checkpoint by name, as a published one has them: the weights as `dtype` (default float32), the
   * config with changed fields replaced, the tokenizer and the other files. Throws if a weight is too large for the
   * dtype.
   */
  async save(options: SaveModelOptions = {}): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
    const { family, texts, tokenizerFiles = [] } = this.parts;
    const { layer, weights, config } = this;
    return this.guardDisposal('save', () =>
      checkpointFiles({ family, layer, weights, config, texts, tokenizerFiles }, options),
    );
  }

  /** Frees the weights. Running generations reject. */
  dispose(): void {
    this.capturedSteps.clear();
    dispose(this.tree);
    this.tree = undefined;
  }

  /** The text that the console shows. */
  private summary(): string {
    const { family, vocab, depth, heads, maxPositions, backend, layer, tree } = this;
    const parameters = countParameters(layer as HasNeeds<unknown>).toLocaleString('en-US');
    const sizes = `${depth} blocks, ${heads} heads, ${maxPositions} positions, ${vocab} tokens`;
    return `Model(${family.name}: ${parameters} parameters, ${sizes}, ${tree ? `on ${backend}` : 'disposed'})`;
  }

  private runGenerate(prompts: readonly Prompt[], options: GenerateOptions) {
    const { model, decoderPrompts } = this.start('generate', prompts);
    return generateSequences(model, decoderPrompts, options);
  }

  private runBeamSearch(prompts: readonly Prompt[], options: BeamSearchOptions) {
    const { model, decoderPrompts, sources } = this.start('beamSearch', prompts);
    return beamSearchSequences(model, decoderPrompts, options, sources);
  }

  private runTranslate(texts: readonly string[], options: TranslateOptions, isSingle: boolean) {
    this.check();
    const model = () => encoderDecoderOf('translate', this);
    const { tokenizer, generationConfig, maxPositions } = this;
    const blocksEventLoop = !this.fixedShapes;
    model(); // throws for a decoder-only model
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
          return alignSegments(model(), segments, {
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

  /** Whether the backend compiles programs by shape, as GPUs do; there a pass does not block the event loop. */
  private get fixedShapes(): boolean {
    return this.backend.startsWith('webg');
  }

  /** The prompts of the decoder: the prompts themselves, or the start token and the sources of an encoder-decoder. */
  private start(
    name: string,
    prompts: readonly Prompt[],
    capturedSteps?: CapturedSteps,
  ): {
    model: DecodeModel;
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
        void this.weights; // throws once the model is disposed
        this.check();
      },
      fixedShapes,
      recover: (error: unknown, signal: AbortSignal | undefined) => {
        capturedSteps?.clear(); // the graphs read weights that may be lost
        return this.recover(error, signal);
      },
    };
    if (composition.kind === 'causal-lm') {
      const startSession: StartSession = async options => startCausal(causalOf(name, this), maxPositions)(options);
      return { model: { ...shared, startSession }, decoderPrompts: tokens };
    }
    const maxSourceLength = openEnded ? Number.POSITIVE_INFINITY : maxPositions;
    checkPrompts(name, composition.model.source.vocab, maxSourceLength, tokens);
    const startSession: StartSession = async options => {
      const settings = { fixedShapes: fixedShapes(), maxSourceLength, maxPositions, capturedSteps };
      return startEncoderDecoder(encoderDecoderOf(name, this), tokens, settings)(options);
    };
    return {
      model: { ...shared, startSession },
      decoderPrompts: tokens.map(() => [this.decoderStartTokenId]),
      sources: tokens,
    };
  }

  /** The parts of the model that the functions on vectors need. */
  private anyModel() {
    const { composition, weights, family, maxPositions } = this;
    const check = () => {
      void this.weights; // throws once the model is disposed
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

  /**
   * After a lost context, restarts the backend and reads the weights again; all waiting generations share one reading.
   */
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

  /** Runs work that reads the weights in several turns; if they are disposed meanwhile, the error says so. */
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
