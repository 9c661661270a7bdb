import { yieldToEventLoop } from '@residual/base';
import { expectInteger, expectOptions, ResidualError } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { positionIn } from '../lens/one-sequence.js';
import { anatomyOf } from '../structure/anatomy.js';
import { type HeadsOnNames, headsOnNames } from './heads-on-names.js';

/** A prompt with names in it. */
export interface NameExample {
  /** The token ids of the prompt. */
  readonly ids: readonly number[];
  /** The positions of the names, one or more; a negative one counts from the end. */
  readonly names: readonly number[];
  /** The position whose next token is a name; the last one if absent. */
  readonly end?: number;
}

/** Settings of `nameMoverScores`. */
export interface NameMoverOptions {
  /** How many of the largest logits count as copied; 5 if absent, as in the paper. */
  readonly top?: number;
  /** Called after each prompt. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
}

/** Scores of heads, each as [layer][head]. */
export interface NameMoverScores {
  /** The part of the names that the head would copy if it attended to them alone, 0 to 1. */
  readonly copy: number[][];
  /** The mean attention from the end to a name. */
  readonly attention: number[][];
  /** The mean direct contribution of the head at the end to the logit of a name. */
  readonly attribution: number[][];
  /** The correlation of these two over all names of all prompts, -1 to 1; 0 where one of them is constant. */
  readonly correlation: number[][];
}

/**
 * Looks for name movers: heads that attend to a name and raise its logit (Wang et al. 2022). `copy` takes the stream
 * of each name after the first block through the norm, value and output matrices of the head, the final norm and the
 * head of the model, and counts how often the name is among the `top` logits. `attribution` holds the scale of the
 * final norm as the run had it. Each prompt is one run. Errors if a position is outside its prompt or there is no name.
 */
export async function nameMoverScores(
  model: BoundLayer,
  examples: readonly NameExample[],
  options: NameMoverOptions = {},
): Promise<NameMoverScores> {
  const caller = 'nameMoverScores';
  expectOptions(caller, options, { top: 0, onProgress: 0, signal: 0 });
  const { top = 5, onProgress, signal } = options;
  const anatomy = anatomyOf(caller, model);
  expectInteger(caller, 'top', top, { min: 1, max: anatomy.vocab });
  const prompts = examples.map(example => checked(caller, example));
  if (prompts.length === 0)
    throw new ResidualError('option', `${caller}: there is no prompt; it needs one or more with names`);
  const found: HeadsOnNames[][] = []; // [layer][head], the names of all prompts
  for (const [done, prompt] of prompts.entries()) {
    for (const [layer, heads] of (await headsOnNames(caller, model, prompt, signal)).entries())
      found[layer] = heads.map((names, head) => joined(found[layer]?.[head], names));
    onProgress?.({ done: done + 1, total: prompts.length });
    await yieldToEventLoop(signal);
  }
  const each = (score: (names: HeadsOnNames) => number) => found.map(heads => heads.map(score));
  return {
    copy: each(({ ranks }) => mean(ranks.map(rank => (rank < top ? 1 : 0)))),
    attention: each(({ attention }) => mean(attention)),
    attribution: each(({ attribution }) => mean(attribution)),
    correlation: each(({ attention, attribution }) => correlationOf(attention, attribution)),
  };
}

type Prompt = Required<NameExample>;

function checked(caller: string, { ids, names, end = -1 }: NameExample): Prompt {
  if (names.length === 0) throw new ResidualError('option', `${caller}: a prompt of ${ids.length} tokens has no name`);
  const at = (position: number) => positionIn(caller, position, ids.length);
  return { ids, names: names.map(at), end: at(end) };
}

function joined(first: HeadsOnNames | undefined, second: HeadsOnNames): HeadsOnNames {
  if (!first) return second;
  const both = (name: keyof HeadsOnNames) => [...first[name], ...second[name]];
  return { ranks: both('ranks'), attention: both('attention'), attribution: both('attribution') };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The correlation coefficient of Pearson; 0 where one side is constant. */
function correlationOf(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = mean(x.map((value, i) => (value - meanX) * (y[i]! - meanY)));
  const variances = mean(x.map(value => (value - meanX) ** 2)) * mean(y.map(value => (value - meanY) ** 2));
  return variances === 0 ? 0 : covariance / Math.sqrt(variances);
}
