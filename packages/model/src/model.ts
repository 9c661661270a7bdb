import type { Composition, Config, Family, StandardEncoderDecoder, StandardLanguageModel } from '@residual/families';
import { type Description, describe, formsOf, type Weights, withInspect } from '@residual/layers';
import { disposable, expectOptions } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import type { ChatMessage } from '@residual/tokenizer/chat';
import type { ByteImage } from '@residual/vision';
import type { WordVectors } from '@residual/word-vectors';
import type { ChatAnswer, ChatDelta } from './chat/chat-answer.js';
import { Conversation, startChat } from './chat/conversation.js';
import type { ChatPrompt } from './chat/model-chat.js';
import type { ChatOptions, RenderChatOptions } from './chat/options.js';
import { templateNames } from './chat/template-names.js';
import type { DrawnResult, DrawStep } from './draw/drawing-result.js';
import type { MixedWords } from './draw/mixed-words.js';
import type { DrawOptions } from './draw/options.js';
import { type ForwardOptions, type ForwardOutput, forwardPrompt, type SourceAndTarget } from './forward-prompt.js';
import type { BeamResult } from './generate/beam-policy.js';
import { type BeamSearchGeneration, type BeamSearchOptions, beamSearchSequences } from './generate/beam-search.js';
import { decoderInputOf } from './generate/decoder-input.js';
import { generateSequences } from './generate/generate.js';
import { type Generation, generation } from './generate/generation.js';
import type { GenerateOptions, GenerationConfig } from './generate/options.js';
import type { GenerateOutput } from './generate/sequence.js';
import type { ForwardImageOptions, ForwardImageOutput } from './images/forward-image.js';
import type { DecodeImageOptions, ImageCodes } from './images/image-codes.js';
import type { ImageInput, ImageOptions, ProcessedImages } from './images/image-pass.js';
import type { SimilarityOptions, TextScore } from './images/similarity.js';
import type { SaveModelOptions } from './load/save-model.js';
import { LoadedModel, type ModelParts, type Prompt } from './loaded-model.js';
import { encoderSizesOf } from './model-kind.js';
import { modelStates } from './model-states.js';
import type { PaintOptions } from './paint/options.js';
import type { PaintedResult, PaintStep } from './paint/painting-result.js';
import type { SoundOptions } from './sounds/classify-sound.js';
import type { AudioInput } from './sounds/samples-of.js';
import type { SpeakOptions } from './speak/options.js';
import type { SpeechInput } from './speak/read-text.js';
import type { Speech, SpeechPiece } from './speak/speech.js';
import type { TranscribeOptions } from './transcribe/options.js';
import type { Transcription, TranscriptionStep } from './transcribe/transcription.js';
import type { TranslateOptions } from './translate/options.js';
import { translateTexts } from './translate/translate.js';
import type { Translation, TranslationStep } from './translate/translation.js';
import type { Answer, AnswerOptions } from './understand/answer.js';
import type { LabelScore } from './understand/classify.js';
import type { ClassifyTokensOptions, LabelledSpan } from './understand/classify-tokens.js';
import type { FillMaskOptions, MaskFill } from './understand/fill-mask.js';
import type { RankedDocument } from './understand/rerank.js';
import type { ClassifyOptions, TextOptions } from './understand/text-pass.js';
import { type ContextualOptions, type ContextualOutput, contextualOf } from './vectors/contextual.js';
import type { EmbedOptions } from './vectors/embed.js';
import { tokenVectorsOf } from './vectors/token-vectors.js';

/**
 * The weights of a loaded model by path, typed for the families of `@residual/families`; `causalOf` and
 * `encoderDecoderOf` tell the two kinds apart. The weights of a family with its own layers have other paths.
 */
export type ModelWeights = Weights<StandardLanguageModel> | Weights<StandardEncoderDecoder>;

/** Pictures in every way in which a method takes them. */
type AnyImages = ImageInput | readonly ImageInput[] | ProcessedImages;

/** The functions that read texts, which are loaded when a model is first asked. */
const understanding = () => import('./understand/index.js');

/** The functions that read pictures, which are loaded when a model is first asked. */
const seeing = () => import('./images/index.js');

/**
 * A loaded checkpoint: it generates, shows its tensors, and can be saved and disposed. The only object with a lifetime.
 */
export class Model implements Disposable {
  /** Frees the weights at the end of a `using` scope. */
  declare readonly [Symbol.dispose]: () => void;
  /** The parsed `config.json`. */
  readonly config: Config;
  readonly generationConfig: GenerationConfig;
  readonly tokenizer: Tokenizer | undefined;
  /** The family that maps the checkpoint to our layers. */
  readonly family: Family;
  /** The composed layer with its kind and sizes. */
  readonly composition: Composition;
  /** The composed layer. */
  readonly layer: Composition['model'];
  /** The backend that holds the weights. */
  readonly backend: string;
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
  private readonly state: LoadedModel;

  constructor(parts: ModelParts) {
    disposable(this, () => this.dispose());
    withInspect(this, 'Model', () => this.state.summary());
    const { config, generationConfig, tokenizer, family, composition } = parts;
    const state = new LoadedModel(parts);
    this.state = state;
    modelStates.set(this, state);
    this.config = config;
    this.generationConfig = generationConfig;
    this.tokenizer = tokenizer;
    this.family = family;
    this.composition = composition;
    this.layer = composition.model;
    this.backend = state.backend;
    this.maxPositions = state.maxPositions;
    this.openEnded = state.openEnded;
    this.vocab = state.vocab;
    this.depth = composition.depth;
    this.heads = composition.heads;
    const encoder = encoderSizesOf(composition);
    this.encoderDepth = encoder.depth;
    this.encoderHeads = encoder.heads;
  }

  /** The tree of weights, owned by the model. Throws after `dispose`. */
  get weights(): ModelWeights {
    return this.state.weights as ModelWeights;
  }

  /** The end tokens that the configs or the tokenizer name; may be empty. */
  get eosTokenIds(): readonly number[] {
    return this.state.eosTokenIds;
  }

  /** How many bytes of the beginnings of prompts are kept by the option `prefixCache` of `loadModel`. */
  get prefixCacheBytes(): number {
    return this.state.prefixCache?.bytes ?? 0;
  }

  /** The start token of the decoder of an encoder-decoder. Throws if neither config names it. */
  get decoderStartTokenId(): number {
    return this.state.decoderStartTokenId;
  }

  /**
   * Continues a prompt token by token, with the probabilities of each step. An encoder-decoder reads the prompt as its
   * source and generates the target. Options left out follow `generation_config.json`.
   */
  generate(prompt: Prompt, options: GenerateOptions = {}): Generation<GenerateOutput> {
    return generation(
      () => generateSequences(this.state, decoderInputOf('generate', this.state, [prompt]), options),
      outputs => outputs[0]!,
    );
  }

  /** Continues several prompts of any lengths at once; each step has the `batchIndex` of its prompt. */
  generateBatch(prompts: readonly Prompt[], options: GenerateOptions = {}): Generation<readonly GenerateOutput[]> {
    return generation(
      () => generateSequences(this.state, decoderInputOf('generate', this.state, prompts), options),
      outputs => outputs,
    );
  }

  /**
   * Answers a conversation with the chat template of the checkpoint, part by part: text, thinking, calls of tools.
   * Append the `message` of the answer and the results of its calls to the messages, and ask again. Each call computes
   * the whole prompt; a `conversation` keeps what two prompts share.
   */
  chat(messages: readonly ChatMessage[], options: ChatOptions = {}): Generation<ChatAnswer, ChatDelta, ChatAnswer> {
    return generation(
      () => startChat(this.state, messages, options),
      answer => answer,
    );
  }

  /** A conversation, whose `chat` keeps the keys and values of what was said. The caller disposes it. */
  conversation(): Conversation {
    this.state.check();
    return new Conversation(this.state);
  }

  /** The prompt that the chat template makes of messages, as text and as tokens, without computing anything. */
  renderChat(messages: readonly ChatMessage[], options: RenderChatOptions = {}): Promise<ChatPrompt> {
    return this.state.guardDisposal('renderChat', async () =>
      (await this.state.chat('renderChat')).render(messages, options),
    );
  }

  /** The names of the chat templates of the checkpoint; empty if it has none and cannot chat. */
  get chatTemplates(): readonly string[] {
    return templateNames(this.state.parts.texts);
  }

  /**
   * Beam search for the most likely continuations of a prompt; an encoder-decoder reads the prompt as its source. The
   * steps show the search tree; the result is the texts found, best first.
   */
  beamSearch(prompt: Prompt, options: BeamSearchOptions = {}): BeamSearchGeneration<readonly BeamResult[]> {
    return generation(
      () => beamSearchSequences(this.state, decoderInputOf('beamSearch', this.state, [prompt]), options),
      results => results[0]!,
    );
  }

  /** `beamSearch` for several prompts of any lengths at once; the result has the texts found for each prompt. */
  beamSearchBatch(
    prompts: readonly Prompt[],
    options: BeamSearchOptions = {},
  ): BeamSearchGeneration<readonly (readonly BeamResult[])[]> {
    return generation(
      () => beamSearchSequences(this.state, decoderInputOf('beamSearch', this.state, prompts), options),
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
      () => translateTexts(this.state, [texts].flat() as readonly string[], options, isSingle),
      (translations): Translation | readonly Translation[] => (isSingle ? translations[0]! : translations),
    ) as never;
  }

  /**
   * Writes what is said in a recording: samples at the rate of the model, a recording of `@residual/audio` or its
   * features. Long recordings are read in windows. Iterate to see the text grow, or call `result()`. Several recordings
   * are read in batches and returned in order. For speech models, such as Whisper.
   */
  transcribe(
    audio: AudioInput,
    options?: TranscribeOptions,
  ): Generation<Transcription, TranscriptionStep, readonly Transcription[]>;
  transcribe(
    audios: readonly AudioInput[],
    options?: TranscribeOptions,
  ): Generation<readonly Transcription[], TranscriptionStep, readonly Transcription[]>;
  transcribe(audio: AudioInput | readonly AudioInput[], options: TranscribeOptions = {}) {
    const isSingle = !Array.isArray(audio);
    const { state } = this;
    return generation(
      async function* () {
        const { transcribeAudio } = await import('./transcribe/index.js'); // as `understanding`
        return yield* transcribeAudio(state, [audio].flat() as readonly AudioInput[], options);
      },
      (transcriptions): Transcription | readonly Transcription[] => (isSingle ? transcriptions[0]! : transcriptions),
    ) as never;
  }

  /**
   * Draws what words say, point by point, or goes on with a drawing that is begun. Iterate to see it grow, or call
   * `result()`. Texts may be mixed by their words. Several are drawn together and returned in order. For models that
   * draw, such as `@residual/model-drawings`.
   */
  draw(words: string | MixedWords, options?: DrawOptions): Generation<DrawnResult, DrawStep, readonly DrawnResult[]>;
  draw(
    words: readonly (string | MixedWords)[],
    options?: DrawOptions,
  ): Generation<readonly DrawnResult[], DrawStep, readonly DrawnResult[]>;
  draw(words: string | MixedWords | readonly (string | MixedWords)[], options: DrawOptions = {}) {
    const isSingle = !Array.isArray(words);
    const { state } = this;
    return generation(
      async function* () {
        const { drawWords } = await import('./draw/draw.js'); // as `understanding`
        return yield* drawWords(state, [words].flat() as readonly (string | MixedWords)[], options);
      },
      (drawings): DrawnResult | readonly DrawnResult[] => (isSingle ? drawings[0]! : drawings),
    ) as never;
  }

  /**
   * Paints what words say, code by code, or goes on with codes that are there already. Iterate to see the picture grow,
   * or call `result()`. Several texts are painted together and returned in order. For models that paint, such as
   * `@residual/model-emoji-images`.
   */
  paint(words: string, options?: PaintOptions): Generation<PaintedResult, PaintStep, readonly PaintedResult[]>;
  paint(
    words: readonly string[],
    options?: PaintOptions,
  ): Generation<readonly PaintedResult[], PaintStep, readonly PaintedResult[]>;
  paint(words: string | readonly string[], options: PaintOptions = {}) {
    const isSingle = !Array.isArray(words);
    const { state } = this;
    return generation(
      async function* () {
        const { paintWords } = await import('./paint/paint.js'); // as `understanding`
        return yield* paintWords(state, [words].flat() as readonly string[], options);
      },
      (pictures): PaintedResult | readonly PaintedResult[] => (isSingle ? pictures[0]! : pictures),
    ) as never;
  }

  /**
   * Speaks a text: sentence by sentence, in pieces of samples with the words, phones and times. Iterate to hear it
   * begin, or call `result()` for the whole. A text may also be words with their phones, as `pronounce` of
   * `@residual/pronunciation` gives them, or the ids of one sentence. For models that speak, such as VITS or
   * `@residual/model-voice-en`; those that make spectrograms, and have none, need a `vocoder`.
   */
  speak(text: SpeechInput, options: SpeakOptions = {}): Generation<Speech, SpeechPiece, Speech> {
    const { state } = this;
    return generation(
      async function* () {
        const { speakText } = await import('./speak/speak.js'); // as `understanding`
        return yield* speakText(state, text, options);
      },
      speech => speech,
    );
  }

  /**
   * One pass over a prompt, or over the source and target of an encoder-decoder, without generating: its tokens, logits
   * [length, vocab] and the tensors at `taps`, as plain data. The logits at index i predict token i + 1.
   */
  forward(prompt: Prompt | SourceAndTarget, options: ForwardOptions = {}): Promise<ForwardOutput> {
    return forwardPrompt(this.state, prompt, options);
  }

  /** The names of the texts of the checkpoint that may go before a text, for the option `prompt` of `embed`. */
  get embeddingPrompts(): readonly string[] {
    return Object.keys(this.state.parts.sentenceSettings?.()?.prompts ?? {});
  }

  /**
   * One vector [modelDim] for a text: the mean of the last layer's outputs over its tokens, or as `pooling` says; for
   * an encoder-decoder from its encoder. A sentence embedder (the layout of sentence-transformers) says itself how its
   * vectors are made.
   */
  async embed(prompt: Prompt, options: EmbedOptions = {}): Promise<Float32Array> {
    return (await this.embedBatch([prompt], options))[0]!;
  }

  /** `embed` for several texts of any lengths, in batches; each vector is the one that the text would get alone. */
  embedBatch(prompts: readonly Prompt[], options: EmbedOptions = {}): Promise<Float32Array[]> {
    return this.state.guardDisposal('embed', async () => {
      const { embedPrompts } = await import('./vectors/embed.js'); // as `understanding`
      return embedPrompts(this.state, prompts, options);
    });
  }

  /**
   * The most likely tokens for the mask of a text, such as `[MASK]`, most likely first; of a text with several masks a
   * list for each. For masked language models.
   */
  fillMask(text: string, options: FillMaskOptions = {}): Promise<readonly (readonly MaskFill[])[]> {
    return this.state.guardDisposal('fillMask', async () =>
      (await understanding()).fillMasks(this.state, text, options),
    );
  }

  /** The labels of a text with their scores, best first; of several texts a list for each, read in batches. */
  classify(text: string, options?: ClassifyOptions): Promise<readonly LabelScore[]>;
  classify(texts: readonly string[], options?: ClassifyOptions): Promise<readonly (readonly LabelScore[])[]>;
  classify(texts: string | readonly string[], options: ClassifyOptions = {}): Promise<never> {
    return this.ofTexts('classify', texts, async list =>
      (await understanding()).classifyTexts(this.state, list, options),
    );
  }

  /**
   * The labelled parts of a text, such as names of persons and places, in order; of several texts a list for each, read
   * in batches.
   */
  classifyTokens(text: string, options?: ClassifyTokensOptions): Promise<readonly LabelledSpan[]>;
  classifyTokens(
    texts: readonly string[],
    options?: ClassifyTokensOptions,
  ): Promise<readonly (readonly LabelledSpan[])[]>;
  classifyTokens(texts: string | readonly string[], options: ClassifyTokensOptions = {}): Promise<never> {
    return this.ofTexts('classifyTokens', texts, async list =>
      (await understanding()).classifyTokensOf(this.state, list, options),
    );
  }

  /** The parts of a context that answer a question, best first. A long context is read in windows. */
  answer(question: string, context: string, options: AnswerOptions = {}): Promise<readonly Answer[]> {
    return this.state.guardDisposal('answer', async () =>
      (await understanding()).answerQuestion(this.state, question, context, options),
    );
  }

  /** The documents by how well they answer a query, best first, as a cross-encoder scores them. */
  rerank(query: string, documents: readonly string[], options: TextOptions = {}): Promise<readonly RankedDocument[]> {
    return this.state.guardDisposal('rerank', async () =>
      (await understanding()).rerankDocuments(this.state, query, documents, options),
    );
  }

  /**
   * The labels of a picture with their scores, best first; of several pictures a list for each, read in batches. A
   * picture is an image of `@residual/vision`, the bytes of a file, or what a page has, and the checkpoint's
   * `preprocessor_config.json` says how it is read; or pictures are processed already.
   */
  classifyImage(image: ImageInput, options?: ImageOptions): Promise<readonly LabelScore[]>;
  classifyImage(
    images: readonly ImageInput[] | ProcessedImages,
    options?: ImageOptions,
  ): Promise<readonly (readonly LabelScore[])[]>;
  classifyImage(images: AnyImages, options: ImageOptions = {}): Promise<never> {
    return this.ofImages('classifyImage', images, async (list, { classifyImages }) =>
      classifyImages(this.state, list, options),
    );
  }

  /**
   * The labels of a recording with their scores, best first; of several recordings a list for each, read in batches. A
   * recording is samples at the rate of the model, a recording of `@residual/audio`, or its features. For models that
   * classify sounds.
   */
  classifySound(audio: AudioInput, options?: SoundOptions): Promise<readonly LabelScore[]>;
  classifySound(audios: readonly AudioInput[], options?: SoundOptions): Promise<readonly (readonly LabelScore[])[]>;
  classifySound(audio: AudioInput | readonly AudioInput[], options: SoundOptions = {}): Promise<never> {
    return this.state.guardDisposal('classifySound', async () => {
      const { classifySounds } = await import('./sounds/classify-sound.js'); // as `understanding`
      const results = await classifySounds(this.state, [audio].flat() as readonly AudioInput[], options);
      return (Array.isArray(audio) ? results : results[0]) as never;
    });
  }

  /**
   * The vector [dim] of a picture; of several pictures a list. It has length 1 in a model that compares pictures and
   * texts.
   */
  embedImage(image: ImageInput, options?: ImageOptions): Promise<Float32Array>;
  embedImage(images: readonly ImageInput[] | ProcessedImages, options?: ImageOptions): Promise<readonly Float32Array[]>;
  embedImage(images: AnyImages, options: ImageOptions = {}): Promise<never> {
    return this.ofImages('embedImage', images, async (list, { embedImages }) => embedImages(this.state, list, options));
  }

  /**
   * A picture as codes; of several pictures a list, read in batches. For models that turn pictures into codes, alone or
   * beside one that paints.
   */
  encodeImage(image: ImageInput, options?: ImageOptions): Promise<ImageCodes>;
  encodeImage(images: readonly ImageInput[] | ProcessedImages, options?: ImageOptions): Promise<readonly ImageCodes[]>;
  encodeImage(images: AnyImages, options: ImageOptions = {}): Promise<never> {
    return this.ofImages('encodeImage', images, async (list, { encodeImages }) =>
      encodeImages(this.state, list, options),
    );
  }

  /** The picture of codes, row by row, as `encodeImage` and `paint` give them; -1 is one that is not there yet. */
  decodeImage(codes: ArrayLike<number>, options: DecodeImageOptions = {}): Promise<ByteImage> {
    return this.state.guardDisposal('decodeImage', async () =>
      (await seeing()).decodeImageOf(this.state, codes, options),
    );
  }

  /** The vector [dim] of a text in the space of pictures, of length 1; of several texts a list. */
  embedText(text: string, options?: ClassifyOptions): Promise<Float32Array>;
  embedText(texts: readonly string[], options?: ClassifyOptions): Promise<readonly Float32Array[]>;
  embedText(texts: string | readonly string[], options: ClassifyOptions = {}): Promise<never> {
    return this.ofTexts('embedText', texts, async list =>
      (await seeing()).embedTextsOf('embedText', this.state, list, options),
    );
  }

  /** How well each text fits a picture, in the order of the texts; of several pictures a list for each. */
  similarity(image: ImageInput, texts: readonly string[], options?: SimilarityOptions): Promise<readonly TextScore[]>;
  similarity(
    images: readonly ImageInput[] | ProcessedImages,
    texts: readonly string[],
    options?: SimilarityOptions,
  ): Promise<readonly (readonly TextScore[])[]>;
  similarity(images: AnyImages, texts: readonly string[], options: SimilarityOptions = {}): Promise<never> {
    return this.ofImages('similarity', images, async (list, { similarities }) =>
      similarities(this.state, list, texts, options),
    );
  }

  /**
   * One pass over a picture: the scores or the vector, the grid of its patches, and the tensors at `taps` as plain
   * data, such as `encoder.layers.11.attention.weights`, whose first row is what the class token attends to.
   */
  forwardImage(image: ImageInput | ProcessedImages, options: ForwardImageOptions = {}): Promise<ForwardImageOutput> {
    return this.state.guardDisposal('forwardImage', async () =>
      (await seeing()).forwardImageOf(this.state, image, options),
    );
  }

  private async ofImages<Result>(
    caller: string,
    images: AnyImages,
    read: (
      images: readonly ImageInput[] | ProcessedImages,
      functions: Awaited<ReturnType<typeof seeing>>,
    ) => Promise<readonly Result[]>,
  ): Promise<never> {
    return this.state.guardDisposal(caller, async () => {
      const functions = await seeing();
      const list = functions.imageList(caller, images);
      const results = await read(list, functions);
      return (list === images || Array.isArray(images) ? results : results[0]) as never;
    });
  }

  private async ofTexts<Result>(
    caller: string,
    texts: string | readonly string[],
    read: (texts: readonly string[]) => Promise<readonly Result[]>,
  ): Promise<never> {
    const isSingle = typeof texts === 'string';
    const results = await this.state.guardDisposal(caller, () => read(isSingle ? [texts] : texts));
    return (isSingle ? results[0] : results) as never;
  }

  /**
   * The residual stream of a text after each block; with `lens`, also the tokens that each layer would predict at each
   * position.
   */
  contextual(prompt: Prompt, options: ContextualOptions = {}): Promise<ContextualOutput> {
    return this.state.guardDisposal('contextual', () => contextualOf(this.state, prompt, options));
  }

  /**
   * The token table as word vectors, for `@residual/word-vectors`. A token that begins a word is named by the word;
   * a token that continues a word by its text, with `##` before it if a word has that name.
   */
  async tokenVectors(): Promise<WordVectors> {
    this.state.check();
    return tokenVectorsOf(this.state, this.tokenizer);
  }

  /**
   * The ids of a prompt; an empty text becomes the beginning token (BOS). Throws if there is no beginning token, or for
   * a text without a tokenizer.
   */
  tokensOf(prompt: Prompt): readonly number[] {
    return this.state.tokensOf('generate', prompt);
  }

  /**
   * The parts of the model with shapes, parameters, the forms of packed matrices, bytes in memory, operations per token
   * and the census.
   */
  describe(options: { keyLen?: number } = {}): Description {
    expectOptions('describe', options, { keyLen: 0 });
    const { keyLen = 1 } = options;
    return describe(this.layer, { keyLen, formOf: formsOf<unknown>(this.layer, this.weights) });
  }

  /**
   * The files of the checkpoint by name, as a published one has them: the weights as `dtype` (default float32), the
   * config with changed fields replaced, the tokenizer and the other files. Throws if a weight is too large for the
   * dtype.
   */
  save(options: SaveModelOptions = {}): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
    return this.state.guardDisposal('save', async () => {
      const { checkpointFiles } = await import('./load/save-model.js'); // as `understanding`
      return checkpointFiles(this.state, options);
    });
  }

  /** Frees the weights. Running generations reject. */
  dispose(): void {
    this.state.dispose();
  }
}
