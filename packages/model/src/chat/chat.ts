import { stopStrings } from '@residual/sampling';
import type { AnswerFormat, AnswerPart, ChatMessage } from '@residual/tokenizer/chat';
import { type DecoderInput, decoderInputOf } from '../generate/decoder-input.js';
import { generateSequences } from '../generate/generate.js';
import { type GenerateOptions, maxNewTokensOf } from '../generate/options.js';
import type { LoadedModel } from '../loaded-model.js';
import { AnswerCollector, type ChatAnswer, type ChatDelta } from './chat-answer.js';
import { KeptCache } from './kept-cache.js';
import type { ModelChat } from './model-chat.js';
import { type ChatOptions, separateOptions } from './options.js';

export { KeptCache };

/** How many tokens an answer may have where neither the caller nor the checkpoint says it. */
const defaultMaxNewTokens = 1024;

/** Answers a conversation. Yields the parts of the answer and returns it. */
export async function* chatAnswer(
  model: LoadedModel,
  chat: ModelChat,
  messages: readonly ChatMessage[],
  options: ChatOptions,
  cache?: KeptCache,
): AsyncGenerator<ChatDelta, ChatAnswer> {
  const { render, callFormat, generate } = separateOptions(options);
  const prompt = chat.prompt('chat', messages, render);
  const format = chat.format(render, callFormat);
  const settings = settingsOf(model, generate, prompt.tokens.length, [
    ...model.eosTokenIds,
    ...chat.endTokenIds(render, format),
  ]);
  const firstCall = messages.reduce((sum, { tool_calls: calls }) => sum + (Array.isArray(calls) ? calls.length : 0), 0);
  const parser = format.parser({ prompt: prompt.text, tools: render.tools, firstCall });
  const text = answerText(chat, format, settings, prompt.tokens);
  const collector = new AnswerCollector();
  let cachedTokens = 0;
  const steps = generateSequences(
    model,
    inputOf(model, prompt.tokens, generate, cache, cached => {
      cachedTokens = cached;
    }),
    settings,
  );
  try {
    for (;;) {
      const { done, value } = await steps.next();
      if (done) {
        const continued = render.continueFinalMessage ? messages.at(-1) : undefined;
        return collector.answer(value[0]!, cachedTokens, continued);
      }
      const isEnd = value.finishReason !== undefined;
      const parts = [...parser.push(text(value.token, value.finishReason)), ...(isEnd ? parser.end() : [])];
      if (parts.length === 0) yield { kind: 'token', delta: '', step: value };
      for (const part of parts) yield withStep(collector.add(part), value);
    }
  } finally {
    await steps.return(undefined as never);
  }
}

const withStep = (part: AnswerPart, step: ChatDelta['step']): ChatDelta => ({ ...part, step });

/** The options of the generation; marks of the format are part of its texts. */
function settingsOf(
  model: LoadedModel,
  options: GenerateOptions,
  promptLength: number,
  ends: readonly number[],
): GenerateOptions {
  const { generationConfig: config } = model;
  const isSaid = [options.maxNewTokens, config.max_new_tokens, config.max_length].some(value => value !== undefined);
  const maxNewTokens = isSaid ? maxNewTokensOf(options, config, promptLength) : defaultMaxNewTokens;
  return { eosTokenId: [...new Set(ends)], ...options, maxNewTokens };
}

/** The input of the generation. What changes or shows activations is computed without the cache of a conversation. */
function inputOf(
  model: LoadedModel,
  prompt: readonly number[],
  { taps = [], ablate = [], hooks = [] }: GenerateOptions,
  cache: KeptCache | undefined,
  onStart: (cachedTokens: number) => void,
): DecoderInput {
  const isObserved = [taps, ablate, hooks].some(each => (each as { length?: number }).length !== 0);
  const input = decoderInputOf('chat', model, [prompt]); // throws for a model that cannot continue a prompt
  return cache && !isObserved ? cache.input(prompt, onStart) : input;
}

/** The text that each token adds, without end tokens, stop strings, and special tokens that separate nothing. */
function answerText(
  { tokenizer }: ModelChat,
  { marks }: AnswerFormat,
  { eosTokenId = [], stopStrings: strings = [], skipSpecialTokens = true }: GenerateOptions,
  prompt: readonly number[],
) {
  const special = tokenizer.parts.addedTokens.filter(token => token.special && !marks.includes(token.content));
  const left = new Set([...eosTokenId, ...(skipSpecialTokens ? special.map(({ id }) => id) : [])]);
  const stream = tokenizer.decodeStream({ skipSpecialTokens: false });
  const stops = stopStrings(strings);
  for (const id of prompt) stream.push(id);
  return (token: number, finishReason: string | undefined): string => {
    const { text } = stops.push(left.has(token) ? '' : stream.push(token));
    if (finishReason === undefined || finishReason === 'stop') return text;
    return text + stops.push(stream.flush()).text + stops.end();
  };
}
