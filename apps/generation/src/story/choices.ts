import { grouped } from '@residual/appkit';
import type { Bar } from '@residual/elements';
import { applyProcessors, pipeline, type SequenceContext, sampler } from '@residual/sampling';
import type { Session } from '../session.js';
import { isGreedy, optionsOf, type Sampling } from './sampling.js';
import { logitsAt, type Story, tokensOf } from './story.js';
import { labelOf, type StoryToken } from './tokens.js';

/** The number of likeliest tokens that are shown. */
const shown = 10;

/** A token that could stand at an index: its probability for the model, and after temperature, top-k and top-p. */
export interface Candidate {
  readonly token: number;
  readonly before: number;
  readonly after: number;
}

/** The likeliest tokens at an index of a text, and the number of tokens that the filters leave. */
export interface Choices {
  readonly candidates: readonly Candidate[];
  readonly remaining: number;
}

/**
 * The likeliest tokens after `before`, and the actual token even if it was unlikely. Errors if a setting is out of
 * range.
 */
export function choicesOf(
  logits: Float32Array,
  before: readonly number[],
  actual: number | undefined,
  sampling: Sampling,
): Choices {
  const context = { tokens: before, promptLength: before.length };
  const options = optionsOf(sampling, logits.length);
  const likeliest = (topLogprobs: number) => {
    const { topLogprobs: choices } = sampler({ ...options, topLogprobs }).next(logits, context);
    return choices.map(({ token, logprob, probability }): Candidate => {
      return { token, before: Math.exp(logprob), after: probability };
    });
  };
  const few = likeliest(shown);
  const isShown = actual === undefined || few.some(({ token }) => token === actual);
  const others = isShown ? [] : likeliest(logits.length).filter(({ token }) => token === actual);
  return { candidates: [...few, ...others], remaining: remainingAfter(logits, context, sampling) };
}

/** The number of tokens that the filters leave. */
function remainingAfter(logits: Float32Array, context: SequenceContext, sampling: Sampling): number {
  if (isGreedy(sampling)) return 1;
  const { seed: _, ...filters } = optionsOf(sampling, logits.length) as { readonly seed?: number };
  const filtered = applyProcessors(pipeline(filters), logits, context);
  let count = 0;
  for (const logit of filtered) if (logit > -Infinity) count++;
  return count;
}

/** What is said on the line below which no token can be drawn. */
export function cutText(sampling: Sampling, remaining: number, vocab: number): string {
  if (isGreedy(sampling)) return `Only the likeliest token is taken: the other ${grouped(vocab - 1)} are cut off.`;
  const { topK, topP } = sampling;
  const filters = [topK > 0 ? `top-k ${topK}` : '', topP < 1 ? `top-p ${topP}` : ''].filter(text => text !== '');
  if (filters.length === 0) return `Nothing is cut off: each of the ${grouped(vocab)} tokens can be drawn.`;
  const left = remaining === 1 ? '1 token is' : `${grouped(remaining)} tokens are`;
  return `${filters.join(' and ')}: ${left} left, the other ${grouped(vocab - remaining)} are cut off.`;
}

/** Where the choices are asked: a token of a branch, or the one that is about to be written. */
export interface Position {
  readonly story: Story;
  readonly branch: number;
  readonly index: number;
  /** The token that is about to be written there and not marked yet; else that of the branch. */
  readonly pending?: StoryToken | undefined;
}

/** The bars of a position under a sampling, and the line below which tokens are cut off. */
export async function barsAt(
  session: Session,
  { story, branch, index, pending }: Position,
  sampling: Sampling,
): Promise<{ readonly bars: readonly Bar[]; readonly cut: string }> {
  const tokens = tokensOf(story, branch);
  const actual = pending ?? tokens[index];
  const logits = pending?.logits ?? (await logitsAt(session, story, branch, index));
  const before = tokens.slice(0, index);
  const ids = before.map(({ id }) => id);
  const { candidates, remaining } = choicesOf(logits, ids, actual?.id, sampling);
  const texts = await namesOf(
    session,
    before,
    actual,
    candidates.map(({ token }) => token),
  );
  const bars = candidates.map(({ token: id, ...shares }, i): Bar => {
    return { id, text: texts[i] ?? '', ...shares, chosen: !pending && id === actual?.id };
  });
  return { bars, cut: cutText(sampling, remaining, logits.length) };
}

/** The labels of tokens: their texts, or the character that they complete or are a part of. */
async function namesOf(
  session: Session,
  before: readonly StoryToken[],
  actual: StoryToken | undefined,
  ids: readonly number[],
): Promise<readonly string[]> {
  const texts = await session.textsOf(ids);
  const part = actual?.part;
  const begun = part ? before.slice(before.length - part.index).map(({ id }) => id) : [];
  return Promise.all(
    ids.map(async (id, i) => {
      if (!texts[i]!.includes('\ufffd')) return texts[i]!;
      if (id === actual?.id && part && part.characters !== '') return labelOf(actual);
      const whole = begun.length > 0 ? await session.model.decode([...begun, id]) : '\ufffd';
      return whole.includes('\ufffd') ? 'part of a character' : `completes ${whole.trim()}`;
    }),
  );
}
