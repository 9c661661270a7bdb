import { expectInteger, ResidualError } from '@residual/tensor';
import type { Encoding } from '@residual/tokenizer';
import type { LoadedModel } from '../loaded-model.js';
import { textModelOf } from '../model-kind.js';
import { expectReadOptions } from '../read-batches.js';
import { encodeTexts, expectText, readTexts, type TextOptions } from './text-pass.js';

/** The options of `answer`. */
export interface AnswerOptions extends TextOptions {
  /** How many answers are returned at most; default 1. */
  readonly top?: number;
  /** The most tokens of an answer; default 15. */
  readonly maxAnswerLength?: number;
  /** The most tokens of a window of the context with the question; default 384, or what the model can read. */
  readonly maxLength?: number;
  /**
   * How many tokens of the context neighbouring windows share, fewer than there are in a window; default 128, at most
   * half of `maxLength`.
   */
  readonly stride?: number;
}

/** A part of the context that answers the question. */
export interface Answer {
  /** `context.slice(start, end)`, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The probability of its start times that of its end, within its window. */
  readonly score: number;
}

/**
 * The parts of a context that answer a question, best first. A long context is read in windows. Throws for a model
 * without a head of answers.
 */
export async function answerQuestion(
  model: LoadedModel,
  question: string,
  context: string,
  options: AnswerOptions,
): Promise<readonly Answer[]> {
  model.check();
  const bound = textModelOf('answer', model, ['question-answering']);
  expectReadOptions('answer', options, { top: 0, maxAnswerLength: 0, maxLength: 0, stride: 0 });
  expectText('answer', 'the question', question);
  expectText('answer', 'the context', context);
  if (context.trim() === '') throw new ResidualError('prompt', 'answer: the context is empty');
  const { top = 1, maxAnswerLength = 15 } = options;
  const { maxLength = Math.min(384, model.maxPositions) } = options;
  expectInteger('answer', 'top', top, { min: 1 });
  expectInteger('answer', 'maxAnswerLength', maxAnswerLength, { min: 1 });
  expectInteger('answer', 'maxLength', maxLength, { min: 1, max: model.maxPositions });
  const capacity = contextCapacity(model, question, maxLength);
  const { stride = Math.min(128, Math.floor(maxLength / 2), capacity - 1) } = options;
  expectInteger('answer', 'stride', stride, { min: 0, max: capacity - 1 });
  const truncation = { maxLength, stride, strategy: 'only-second' } as const;
  const [encoding] = encodeTexts('answer', model, [[question, context]], { truncation });
  const windows = [encoding!, ...encoding!.overflowing];
  const rows = await readTexts('answer', model, bound, windows, options);
  const answers = windows.flatMap((window, i) => answersIn(window, rows[i]!, { context, top, maxAnswerLength }));
  return answers.sort((a, b) => b.score - a.score).slice(0, top);
}

/** How many tokens of the context a window can have beside the question. Throws if there are none. */
function contextCapacity(model: LoadedModel, question: string, maxLength: number): number {
  const [{ ids }] = encodeTexts('answer', model, [[question, '']], { truncation: null, padding: null }) as [Encoding];
  if (ids.length < maxLength) return maxLength - ids.length;
  throw new ResidualError(
    'prompt',
    `answer: the question takes ${ids.length} tokens with the special ones; ` +
      `a window of ${maxLength} tokens has none left for the context`,
  );
}

interface WindowSettings {
  readonly context: string;
  readonly top: number;
  readonly maxAnswerLength: number;
}

/** The best answers of one window, from its scores [length, 2] of starts and ends. */
function answersIn(
  window: Encoding,
  logits: Float32Array,
  { context, top, maxAnswerLength }: WindowSettings,
): Answer[] {
  const { ids, sequenceIds } = window;
  // The first token, `[CLS]`, takes the probability of there being no answer; it is no answer itself.
  const counts = ids.map((_, i) => i === 0 || sequenceIds[i] === 1);
  const [starts, ends] = [0, 1].map(side =>
    maskedSoftmax(
      ids.map((_, i) => logits[2 * i + side]!),
      counts,
    ),
  );
  const isContext = (i: number) => sequenceIds[i] === 1;
  const spans = ids.flatMap((_, start) => {
    if (!isContext(start)) return [];
    const last = Math.min(ids.length, start + maxAnswerLength);
    return Array.from({ length: last - start }, (_, k) => start + k)
      .filter(isContext)
      .map(end => ({ start, end, score: starts![start]! * ends![end]! }));
  });
  const best = spans.sort((a, b) => b.score - a.score).slice(0, top);
  return best.map(({ start, end, score }) => {
    const [from, to] = [wordStart(window, start), wordEnd(window, end)];
    return { start: from, end: to, text: context.slice(from, to), score };
  });
}

/** softmax over the entries that count; the others are 0. */
function maskedSoftmax(logits: readonly number[], counts: readonly boolean[]): number[] {
  const largest = Math.max(...logits.filter((_, i) => counts[i]));
  const values = logits.map((logit, i) => (counts[i] ? Math.exp(logit - largest) : 0));
  const total = values.reduce((a, b) => a + b, 0);
  return values.map(value => value / total);
}

/** Where the word of a token begins, so that answers begin and end with whole words. */
function wordStart({ offsets, wordIds, sequenceIds }: Encoding, token: number): number {
  const isSame = (i: number) => sequenceIds[i] === 1 && wordIds[i] !== null && wordIds[i] === wordIds[token];
  let first = token;
  while (isSame(first - 1)) first--;
  return offsets[first]![0];
}

/** Where the word of a token ends. */
function wordEnd({ offsets, wordIds, sequenceIds }: Encoding, token: number): number {
  const isSame = (i: number) => sequenceIds[i] === 1 && wordIds[i] !== null && wordIds[i] === wordIds[token];
  let last = token;
  while (isSame(last + 1)) last++;
  return offsets[last]![1];
}
