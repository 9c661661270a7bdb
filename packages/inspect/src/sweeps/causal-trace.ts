import {
  add,
  checkSeed,
  expectInteger,
  expectOptions,
  expectValue,
  gather,
  normalValues,
  ResidualError,
  softmax,
  type Tensor,
  tensor,
  tidy,
} from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { change } from '../hooks/change.js';
import { type Anatomy, anatomyOf } from '../structure/anatomy.js';
import { batchOf, inBatches, type SweepOptions, sweepNames } from './batches.js';
import { type Cell, cellHooks, cellsOf, gridOf, type SweptActivation, sweptPaths } from './cells.js';
import { expectId, type Prompt, type PromptInput, promptOf, runPrompt } from './prompt.js';

/** Settings of `causalTrace`. */
export interface CausalTraceOptions extends SweepOptions {
  /** The prompt whose last position predicts the answer. */
  readonly prompt: PromptInput;
  /** The positions of the subject, whose embeddings get noise. */
  readonly subject: readonly number[];
  /** The id of the answer; the most likely next token if absent. */
  readonly answer?: number;
  /** What is restored: `residual`, the inputs of blocks, or what a part of them adds. */
  readonly what: Exclude<SweptActivation, 'heads'>;
  /** How many samples of noise the result is the mean of; 10 if absent. */
  readonly samples?: number;
  /** Standard deviation of the noise; three times that of the subject's embeddings if absent. */
  readonly std?: number;
  /** The seed of the noise; 0 if absent. */
  readonly seed?: number;
  /** How many layers around the one of a value are restored; 1 if absent. The paper takes 10 of 48 for parts. */
  readonly window?: number;
}

/** The result of `causalTrace`. */
export interface CausalTrace {
  /** The id of the answer. */
  readonly answer: number;
  /** Its probability without noise. */
  readonly clean: number;
  /** Its probability with noise, mean over the samples. */
  readonly corrupt: number;
  /** The indirect effect, [layer][position]: its probability with noise and a restored state, minus `corrupt`. */
  readonly values: number[][];
}

const kinds = ['residual', 'attention', 'crossAttention', 'mlp'] as const;

/**
 * Causal tracing (Meng et al. 2022): noise on the token embeddings of a subject hides it, and one state of the clean
 * run after another is put back, to see where the answer returns. The same noise serves every state.
 */
export async function causalTrace(model: BoundLayer, options: CausalTraceOptions): Promise<CausalTrace> {
  const anatomy = anatomyOf('causalTrace', model);
  const { samples, seed, window, subject, prompt } = checkOptions(model, anatomy, options);
  const { signal, what } = options;
  const batch = batchOf('causalTrace', options, anatomy, prompt.ids.length);
  const paths = sweptPaths('causalTrace', anatomy, what);
  const embedding = `${anatomy.embedding}.output`;
  signal?.throwIfAborted();
  using cleanRun = runPrompt(model, prompt, { names: [...paths, embedding] });
  const { answer, clean } = await answerOf(cleanRun.output, options.answer);
  const std = options.std ?? 3 * (await stdOf(cleanRun.activation(embedding), subject));
  const noise = Array.from({ length: samples }, (_, sample) => {
    const size = subject.length * cleanRun.activation(embedding).shape.at(-1)!;
    return normalValues(seed, `causalTrace ${sample}`, size).map(value => value * std);
  });
  const cells = cellsOf(paths, cleanRun);
  const restored = (cell: Cell) =>
    paths.flatMap((path, layer) =>
      layer >= cell.layer - Math.floor(window / 2) && layer < cell.layer + Math.ceil(window / 2)
        ? [{ ...cell, layer, path }]
        : [],
    );
  const runs = [[], ...cells.map(restored)].flatMap(cells => noise.map(values => ({ cells, values })));
  const probabilities = await inBatches(runs, { ...options, batch }, async chosen => {
    const rows = chosen.map(({ values }) => values);
    const noisy = change('causalTrace', embedding, x => add(x, noiseTensor(x, rows, subject)));
    const hooks = [
      noisy,
      ...cellHooks(
        'causalTrace',
        chosen.map(run => run.cells),
        cleanRun,
      ),
    ];
    using run = runPrompt(model, prompt, { hooks, batch: chosen.length });
    return probabilitiesOf(run.output, answer);
  });
  const means = Array.from({ length: runs.length / samples }, (_, i) => meanOf(probabilities, i * samples, samples));
  const [corrupt, ...values] = means as [number, ...number[]];
  return {
    answer,
    clean,
    corrupt,
    values: gridOf(
      cells,
      values.map(value => value - corrupt),
    ),
  };
}

function checkOptions(model: BoundLayer, { vocab }: Anatomy, options: CausalTraceOptions) {
  expectOptions('causalTrace', options, {
    ...sweepNames,
    prompt: 1,
    subject: 1,
    what: 1,
    answer: 0,
    samples: 0,
    std: 0,
    seed: 0,
    window: 0,
  });
  const { samples = 10, seed = 0, window = 1, std, subject, answer, what } = options;
  expectInteger('causalTrace', 'samples', samples, { min: 1 });
  expectInteger('causalTrace', 'window', window, { min: 1 });
  checkSeed('causalTrace', seed);
  expectValue(kinds.includes(what), 'causalTrace', 'what', what, kinds.map(kind => `'${kind}'`).join(', '));
  const isStd = std === undefined || (Number.isFinite(std) && std > 0);
  expectValue(isStd, 'causalTrace', 'std', std, 'a number above 0', 'option');
  if (answer !== undefined) expectId('causalTrace', 'answer is', answer, vocab);
  const prompt = promptOf('causalTrace', 'prompt', model, options.prompt);
  return { samples, seed, window, prompt, subject: subjectOf(subject, prompt) };
}

/** The positions of the subject from the start. Errors unless they are different positions of the prompt. */
function subjectOf(subject: readonly number[], { ids }: Prompt): readonly number[] {
  const { length } = ids;
  expectValue(Array.isArray(subject) && subject.length > 0, 'causalTrace', 'subject', subject, 'a list of positions');
  const outside = subject.find(position => !(Number.isInteger(position) && position >= -length && position < length));
  if (outside !== undefined)
    throw new ResidualError('range', `causalTrace: position ${outside} does not exist, the prompt has ${length}`);
  return [...new Set(subject.map(position => (position < 0 ? position + length : position)))];
}

/** The answer, by default the most likely token, and its probability. */
async function answerOf(logits: Tensor, given: number | undefined): Promise<{ answer: number; clean: number }> {
  const probabilities = tidy(() => softmax(logits));
  try {
    const values = await probabilities.data();
    const answer = given ?? values.indexOf(Math.max(...values));
    return { answer, clean: values[answer]! };
  } finally {
    probabilities.dispose();
  }
}

/** The probability of the answer in each sequence of logits [batch, 1, vocab]. */
async function probabilitiesOf(logits: Tensor, answer: number): Promise<readonly number[]> {
  const chosen = tidy(() => gather(softmax(logits), tensor([answer], [1], 'int32'), 2));
  try {
    return Array.from(await chosen.data());
  } finally {
    chosen.dispose();
  }
}

/** Standard deviation of all numbers of x [1, length, width] at some positions. */
async function stdOf(x: Tensor, positions: readonly number[]): Promise<number> {
  const width = x.shape.at(-1)!;
  const data = await x.data();
  const values = positions.flatMap(position => Array.from(data.slice(position * width, (position + 1) * width)));
  const mean = meanOf(values, 0, values.length);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Noise for x [batch, length, width]: that of each sequence at the positions of the subject, 0 elsewhere. */
function noiseTensor(x: Tensor, rows: readonly Float32Array[], subject: readonly number[]): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  const values = new Float32Array(batch * length * width);
  for (const [row, noise] of rows.entries())
    for (const [i, position] of subject.entries())
      values.set(noise.subarray(i * width, (i + 1) * width), (row * length + position) * width);
  return tensor(values, [batch, length, width]);
}

function meanOf(values: readonly number[], from: number, count: number): number {
  return values.slice(from, from + count).reduce((sum, value) => sum + value, 0) / count;
}
