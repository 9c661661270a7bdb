import { ResidualError } from '@residual/base';
import { type RpcCall, type Transferred, transfer } from '@residual/base/rpc';
import type { ChatMessage } from '@residual/tokenizer/chat';
import type { Conversation } from '../chat/conversation.js';
import type { ChatOptions, RenderChatOptions } from '../chat/options.js';
import type { MixedWords } from '../draw/mixed-words.js';
import type { DrawOptions } from '../draw/options.js';
import type { ForwardOptions, SourceAndTarget } from '../forward-prompt.js';
import type { BeamSearchOptions } from '../generate/beam-search.js';
import { type Generation, mapSteps } from '../generate/generation.js';
import type { GenerateOptions } from '../generate/options.js';
import type { ForwardImageOptions } from '../images/forward-image.js';
import type { DecodeImageOptions } from '../images/image-codes.js';
import type { ImageInput, ImageOptions, ProcessedImages } from '../images/image-pass.js';
import type { SimilarityOptions } from '../images/similarity.js';
import type { SaveModelOptions } from '../load/save-model.js';
import type { Prompt } from '../loaded-model.js';
import type { Model } from '../model.js';
import type { PaintOptions } from '../paint/options.js';
import type { SoundOptions } from '../sounds/classify-sound.js';
import type { AudioInput } from '../sounds/samples-of.js';
import type { SpeakOptions } from '../speak/options.js';
import type { SpeechInput } from '../speak/read-text.js';
import type { TranscribeOptions } from '../transcribe/options.js';
import type { TranslateOptions } from '../translate/options.js';
import type { AnswerOptions } from '../understand/answer.js';
import type { ClassifyTokensOptions } from '../understand/classify-tokens.js';
import type { FillMaskOptions } from '../understand/fill-mask.js';
import type { ClassifyOptions, TextOptions } from '../understand/text-pass.js';
import type { ContextualOptions } from '../vectors/contextual.js';
import type { EmbedOptions } from '../vectors/embed.js';
import { buffersOf, type PlainEncoding } from './protocol.js';

// The methods of a model that a port carries. `RemoteModel` takes its methods and their types from these two tables,
// so a new method of `Model` needs one entry here.

/** The methods that stream steps. Each step is computed when the other side asks for it. */
export const streamMethods = {
  generate: (model: Model, { signal }: RpcCall, prompt: Prompt, options?: GenerateOptions) =>
    firstOf(model.generate(prompt, { ...options, signal })),
  generateBatch: (model: Model, { signal }: RpcCall, prompts: readonly Prompt[], options?: GenerateOptions) =>
    allOf(model.generateBatch(prompts, { ...options, signal })),
  chat: (model: Model, { signal }: RpcCall, messages: readonly ChatMessage[], options?: ChatOptions) =>
    allOf(model.chat(messages, { ...options, signal })),
  beamSearch: (model: Model, { signal }: RpcCall, prompt: Prompt, options?: BeamSearchOptions) =>
    firstOf(model.beamSearch(prompt, { ...options, signal })),
  beamSearchBatch: (model: Model, { signal }: RpcCall, prompts: readonly Prompt[], options?: BeamSearchOptions) =>
    allOf(model.beamSearchBatch(prompts, { ...options, signal })),
  translate: (model: Model, { signal }: RpcCall, texts: string | readonly string[], options?: TranslateOptions) =>
    typeof texts === 'string'
      ? firstOf(model.translate(texts, { ...options, signal }))
      : allOf(model.translate(texts, { ...options, signal })),
  transcribe: (
    model: Model,
    { signal }: RpcCall,
    audio: AudioInput | readonly AudioInput[],
    options?: TranscribeOptions,
  ) =>
    Array.isArray(audio)
      ? allOf(model.transcribe(audio as readonly AudioInput[], { ...options, signal }))
      : firstOf(model.transcribe(audio as AudioInput, { ...options, signal })),
  speak: (model: Model, { signal }: RpcCall, text: SpeechInput, options?: SpeakOptions) =>
    allOf(model.speak(text, { ...options, signal })),
  draw: (
    model: Model,
    { signal }: RpcCall,
    words: string | MixedWords | readonly (string | MixedWords)[],
    options?: DrawOptions,
  ) =>
    Array.isArray(words)
      ? allOf(model.draw(words as readonly (string | MixedWords)[], { ...options, signal }))
      : firstOf(model.draw(words as string | MixedWords, { ...options, signal })),
  paint: (model: Model, { signal }: RpcCall, words: string | readonly string[], options?: PaintOptions) =>
    typeof words === 'string'
      ? firstOf(model.paint(words, { ...options, signal }))
      : allOf(model.paint(words, { ...options, signal })),
} as const;

/** The methods that answer once. */
export const callMethods = {
  forward: async (model: Model, { signal }: RpcCall, prompt: Prompt | SourceAndTarget, options?: ForwardOptions) => {
    const output = await model.forward(prompt, { ...options, signal });
    return transfer(output, buffersOf(output));
  },
  renderChat: (model: Model, _: RpcCall, messages: readonly ChatMessage[], options?: RenderChatOptions) =>
    model.renderChat(messages, options),
  embed: (model: Model, { signal, emit }: RpcCall, prompt: Prompt, options?: EmbedOptions) =>
    model.embed(prompt, { ...options, signal, onProgress: emit }),
  embedBatch: (model: Model, { signal, emit }: RpcCall, prompts: readonly Prompt[], options?: EmbedOptions) =>
    model.embedBatch(prompts, { ...options, signal, onProgress: emit }),
  fillMask: (model: Model, { signal }: RpcCall, text: string, options?: FillMaskOptions) =>
    model.fillMask(text, { ...options, signal }),
  // One text or several: the overload of several takes both.
  classify: (model: Model, { signal, emit }: RpcCall, texts: readonly string[], options?: ClassifyOptions) =>
    model.classify(texts, { ...options, signal, onProgress: emit }),
  classifyTokens: (
    model: Model,
    { signal, emit }: RpcCall,
    texts: readonly string[],
    options?: ClassifyTokensOptions,
  ) => model.classifyTokens(texts, { ...options, signal, onProgress: emit }),
  answer: (model: Model, { signal, emit }: RpcCall, question: string, context: string, options?: AnswerOptions) =>
    model.answer(question, context, { ...options, signal, onProgress: emit }),
  rerank: (
    model: Model,
    { signal, emit }: RpcCall,
    query: string,
    documents: readonly string[],
    options?: TextOptions,
  ) => model.rerank(query, documents, { ...options, signal, onProgress: emit }),
  // One picture or several: the overload of several takes both.
  classifyImage: (model: Model, { signal, emit }: RpcCall, images: readonly ImageInput[], options?: ImageOptions) =>
    model.classifyImage(images, { ...options, signal, onProgress: emit }),
  embedImage: (model: Model, { signal, emit }: RpcCall, images: readonly ImageInput[], options?: ImageOptions) =>
    model.embedImage(images, { ...options, signal, onProgress: emit }),
  encodeImage: (model: Model, { signal, emit }: RpcCall, images: readonly ImageInput[], options?: ImageOptions) =>
    model.encodeImage(images, { ...options, signal, onProgress: emit }),
  decodeImage: (model: Model, { signal }: RpcCall, codes: ArrayLike<number>, options?: DecodeImageOptions) =>
    model.decodeImage(codes, { ...options, signal }),
  embedText: (model: Model, { signal, emit }: RpcCall, texts: readonly string[], options?: ClassifyOptions) =>
    model.embedText(texts, { ...options, signal, onProgress: emit }),
  similarity: (
    model: Model,
    { signal, emit }: RpcCall,
    images: readonly ImageInput[],
    texts: readonly string[],
    options?: SimilarityOptions,
  ) => model.similarity(images, texts, { ...options, signal, onProgress: emit }),
  // One recording or several, as above.
  classifySound: (model: Model, { signal, emit }: RpcCall, audios: readonly AudioInput[], options?: SoundOptions) =>
    model.classifySound(audios, { ...options, signal, onProgress: emit }),
  forwardImage: async (
    model: Model,
    { signal }: RpcCall,
    image: ImageInput | ProcessedImages,
    options?: ForwardImageOptions,
  ) => {
    const output = await model.forwardImage(image, { ...options, signal });
    return transfer(output, buffersOf(output));
  },
  contextual: (model: Model, { signal }: RpcCall, prompt: Prompt, options?: ContextualOptions) =>
    model.contextual(prompt, { ...options, signal }),
  tokenVectors: async (model: Model) => {
    const { words, data } = await model.tokenVectors();
    return { words, data: data.slice() };
  },
  describe: (model: Model, _: RpcCall, options?: { keyLen?: number }) => model.describe(options),
  save: (model: Model, _: RpcCall, options?: SaveModelOptions) => model.save(options),
  tokensOf: (model: Model, _: RpcCall, prompt: Prompt) => model.tokensOf(prompt),
  /** The tokens of a text with their spans. Throws if the model has no tokenizer. */
  encode: ({ tokenizer }: Model, _: RpcCall, text: string): PlainEncoding => {
    if (!tokenizer) throw new ResidualError('prompt', 'encode: this model has no tokenizer');
    const { ids, tokens, offsets, specialTokensMask } = tokenizer.encode(text);
    return { ids, tokens, offsets, specialTokensMask };
  },
  /** The text of ids. Throws if the model has no tokenizer. */
  decode: (
    { tokenizer }: Model,
    _: RpcCall,
    ids: readonly number[],
    options?: { skipSpecialTokens?: boolean },
  ): string => {
    if (!tokenizer) throw new ResidualError('prompt', 'decode: this model has no tokenizer');
    return tokenizer.decode(ids, options);
  },
  /** The tokens of ids as in the vocabulary; undefined for an unknown id. */
  tokenOf: ({ tokenizer }: Model, _: RpcCall, ids: readonly number[]): readonly (string | undefined)[] =>
    ids.map(id => tokenizer?.idToToken(id)),
} as const;

/** Answers in a conversation, whose cache stays on this side. */
export const answerIn = (
  conversation: Conversation,
  { signal }: RpcCall,
  messages: readonly ChatMessage[],
  options?: ChatOptions,
) => allOf(conversation.chat(messages, { ...options, signal }));

/** The steps of a generation of one text, and its result. */
async function* firstOf<Whole, Each, Result>(
  generation: Generation<Whole, Each, readonly Result[]>,
): AsyncGenerator<Each | Transferred<Each>, Result> {
  const results = yield* allOf(generation);
  return results[0]!;
}

/** The steps of a generation, and its results. The buffers of steps are transferred. */
function allOf<Whole, Each, Results>(
  generation: Generation<Whole, Each, Results>,
): AsyncGenerator<Each | Transferred<Each>, Results> {
  return mapSteps(generation[Symbol.asyncIterator](), step => [transfer(step, buffersOf(step))]);
}
