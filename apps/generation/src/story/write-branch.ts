import type { Step } from '@residual/model';
import type { Session } from '../session.js';
import { optionsOf } from './sampling.js';
import { placed, type Story, samplingAt, tokensOf } from './story.js';
import { completedParts, type StoryToken } from './tokens.js';

/** What happens while a branch is written. */
export interface Writing {
  readonly signal: AbortSignal;
  /** Waits until the next token may be chosen. */
  turn(): Promise<void>;
  /** Called when the model has chosen the token at an index, which is written when the promise is resolved. */
  chosen(token: StoryToken, index: number): Promise<void>;
  /** Called when tokens of the branch have changed, with their indices; the model took so many milliseconds. */
  written(indices: readonly number[], milliseconds: number): void;
}

/** The number of logits of a text that are kept; the others are computed again when somebody points at their token. */
const maxKept = 2 ** 23;

/** Continues a branch until it ends; an abort leaves it as it is. */
export async function writeBranch(session: Session, story: Story, index: number, writing: Writing): Promise<void> {
  const { model } = session;
  const { signal } = writing;
  const branch = story.branches[index]!;
  const start = branch.fork?.at ?? 0;
  const tokens = [...tokensOf(story, index)];
  const left = Math.min(story.promptLength + story.settings.maxNewTokens, model.maxPositions) - tokens.length;
  if (left <= 0) branch.finish ??= 'length';
  if (branch.finish) return;
  const ids = tokens.map(({ id }) => id);
  const options = { ...optionsOf(samplingAt(story, index), model.vocab), maxNewTokens: left, taps: ['logits'], signal };
  try {
    await writing.turn();
    let before = performance.now();
    for await (const step of model.generate(ids, options)) {
      const milliseconds = performance.now() - before;
      const token = await tokenOf(session, tokens, step, tokens.length * model.vocab < maxKept);
      await writing.chosen(token, tokens.length);
      signal.throwIfAborted();
      tokens.push(token);
      const parts = completedParts(tokens);
      for (const [at, part] of parts) tokens[at] = part;
      const changed = new Set([tokens.length - 1, ...parts.map(([at]) => at)].filter(at => at >= start));
      for (const at of changed) branch.own[at - start] = tokens[at]!;
      if (step.finishReason) branch.finish = step.finishReason;
      writing.written([...changed], milliseconds);
      if (branch.finish) break;
      await writing.turn();
      before = performance.now();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The token of a step; the token that ends a text shows its name in the vocabulary. */
async function tokenOf(
  { model }: Session,
  before: readonly StoryToken[],
  { token: id, text, logprob, finishReason, taps }: Step,
  isKept: boolean,
): Promise<StoryToken> {
  const isEnd = text === '' && finishReason === 'eos';
  const shown = isEnd ? ((await model.tokenOf([id]))[0] ?? '') : text;
  const kept = isKept ? { logits: taps.logits!.data } : {};
  return placed(before, { id, text: shown, logprob, ...kept });
}

/** Writes as fast as it goes, without a report. */
export const quietly = (signal: AbortSignal): Writing => {
  return { signal, turn: async () => {}, chosen: async () => {}, written: () => {} };
};
