import type { FinishReason } from '@residual/model';
import type { Session } from '../session.js';
import type { Settings } from '../settings.js';
import type { Fork } from './forks.js';
import type { Sampling } from './sampling.js';
import { promptTokens, type StoryToken, tinted, unfinishedPart } from './tokens.js';

/** The settings that write a story. */
export type StorySettings = Sampling & Pick<Settings, 'prompt' | 'maxNewTokens'>;

/** A text that parts from another one, or the first story. */
export interface Branch {
  /** Absent for the first story. */
  readonly fork?: Fork;
  /** Its tokens from the fork on; those of the first story begin with the prompt. */
  readonly own: StoryToken[];
  /** Why it ended; absent while it can be continued. */
  finish?: FinishReason;
}

/** A story and its branches. */
export interface Story {
  readonly settings: StorySettings;
  readonly promptLength: number;
  /** The first story and its branches, in the order of their forks. */
  readonly branches: Branch[];
}

/** All tokens of a branch. */
export function tokensOf(story: Story, branch: number): readonly StoryToken[] {
  const { fork, own } = story.branches[branch]!;
  return fork ? [...tokensOf(story, fork.parent).slice(0, fork.at), ...own] : own;
}

/** The tokens of a branch for display: tinted by their surprise, those at forks marked. */
export function shownTokensOf(story: Story, branch: number): readonly StoryToken[] {
  const marked = new Set<number>();
  for (let { fork } = story.branches[branch]!; fork; { fork } = story.branches[fork.parent]!) marked.add(fork.at);
  return tokensOf(story, branch).map((token, index) => tinted({ ...token, isMarked: marked.has(index) }));
}

/** The settings that choose the tokens of a branch. */
export const samplingAt = (story: Story, branch: number): Sampling =>
  story.branches[branch]!.fork?.sampling ?? story.settings;

/** The forks of a story. */
export const forksIn = ({ branches }: Story): readonly Fork[] => branches.flatMap(({ fork }) => (fork ? [fork] : []));

/** Begins a story with its prompt, whose tokens get their surprise from one pass of the model. */
export async function openStory({ model }: Session, settings: StorySettings, signal: AbortSignal): Promise<Story> {
  const shown = await promptTokens(model, settings.prompt);
  const ids = shown.map(({ id }) => id);
  const { logits } = await model.forward(ids, { signal });
  const rows = ids.map((_, i) => logits.data.subarray((i - 1) * model.vocab, i * model.vocab));
  const own = shown.map((token, i) => (i === 0 ? token : predicted(token, rows[i]!)));
  return { settings, promptLength: own.length, branches: [{ own }] };
}

const predicted = (token: StoryToken, logits: Float32Array): StoryToken => {
  return { ...token, logits, logprob: logits[token.id]! - logSumExp(logits) };
};

/** log Σ exp of numbers, in float64. */
export function logSumExp(values: Float32Array): number {
  let largest = -Infinity;
  for (const value of values) largest = Math.max(largest, value);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}

/** The logits that predict the token at an index of a branch, [vocab]. */
export async function logitsAt({ model }: Session, story: Story, branch: number, index: number): Promise<Float32Array> {
  const tokens = tokensOf(story, branch);
  const kept = tokens[index]?.logits;
  if (kept) return kept;
  const { logits } = await model.forward(tokens.slice(0, index).map(({ id }) => id));
  return logits.data.slice(-model.vocab);
}

/** Opens a branch with the token at its fork. Errors if the model has no such token, or the text no such index. */
export async function openBranch(session: Session, story: Story, fork: Fork): Promise<void> {
  const before = story.branches[fork.parent] ? tokensOf(story, fork.parent) : [];
  if (fork.at > before.length || fork.token >= session.model.vocab)
    throw new Error('The branches of this link do not fit its story; those that do not are left out.');
  const logits = await logitsAt(session, story, fork.parent, fork.at);
  const [text = ''] = await session.textsOf([fork.token]);
  const token = placed(before.slice(0, fork.at), { id: fork.token, text: text.includes('\ufffd') ? '' : text });
  const finish = endTokensOf(session).includes(fork.token) ? ({ finish: 'eos' } as const) : {};
  story.branches.push({ fork, own: [predicted(token, logits)], ...finish });
}

/** A token with its span of the text; one without a text holds the beginning of a character. */
export const placed = (before: readonly StoryToken[], token: StoryToken): StoryToken => {
  const start = before.at(-1)?.offset?.[1] ?? 0;
  const part = token.text === '' ? { part: unfinishedPart } : {};
  return { ...token, ...part, offset: [start, start + token.text.length] };
};

const endTokensOf = ({ model }: Session): readonly unknown[] =>
  [model.generationConfig.eos_token_id ?? model.config.eos_token_id].flat();
