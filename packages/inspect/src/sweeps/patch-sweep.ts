import { expectOptions, expectValue, ResidualError } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { anatomyOf } from '../structure/anatomy.js';
import { batchOf, inBatches, type SweepOptions, sweepNames } from './batches.js';
import { cellHooks, cellsOf, gridOf, type SweptActivation, sweptPaths } from './cells.js';
import { type MetricOptions, metricNames, metricOf } from './metric.js';
import { expectSameLength, type PromptInput, promptOf, runPrompt } from './prompt.js';

/** Settings of `patchSweep`. */
export interface PatchSweepOptions extends MetricOptions, SweepOptions {
  /** The prompt whose activations are put in. */
  readonly clean: PromptInput;
  /** The prompt that runs, of the same length. */
  readonly corrupt: PromptInput;
  /**
   * What is put in, one by one: `residual`, the input of a block; `attention`, `crossAttention` or `mlp`, what this
   * part adds; each at one position; or `heads`, the output of a head at all positions.
   */
  readonly what: SweptActivation;
}

/** The result of a sweep. */
export interface Sweep {
  /** The metric of the clean prompt. */
  readonly clean: number;
  /** The metric of the corrupt prompt. */
  readonly corrupt: number;
  /**
   * (patched - corrupt) / (clean - corrupt), [layer][position] or for heads [layer][head]: 0 changes nothing, 1
   * restores the clean metric.
   */
  readonly values: number[][];
}

const kinds: readonly SweptActivation[] = ['residual', 'attention', 'crossAttention', 'mlp', 'heads'];

/**
 * Activation patching over layers and positions or heads: runs the corrupt prompt once for each activation of the
 * clean one that is put in (Meng et al. 2022; Wang et al. 2022), several at a time. Errors if the prompts differ in
 * length, or if both have the same metric.
 */
export async function patchSweep(model: BoundLayer, options: PatchSweepOptions): Promise<Sweep> {
  expectOptions('patchSweep', options, { ...metricNames, ...sweepNames, clean: 1, corrupt: 1, what: 1 });
  const { what, signal } = options;
  expectValue(kinds.includes(what), 'patchSweep', 'what', what, kinds.map(kind => `'${kind}'`).join(', '), 'option');
  const anatomy = anatomyOf('patchSweep', model);
  const metric = metricOf('patchSweep', options, anatomy.vocab);
  const clean = promptOf('patchSweep', 'clean', model, options.clean);
  const corrupt = promptOf('patchSweep', 'corrupt', model, options.corrupt);
  expectSameLength('patchSweep', clean, corrupt);
  const batch = batchOf('patchSweep', options, anatomy, clean.ids.length);
  const paths = sweptPaths('patchSweep', anatomy, what);
  signal?.throwIfAborted();
  using cleanRun = runPrompt(model, clean, { names: paths });
  const [cleanValue] = await metric(cleanRun.output);
  using corruptRun = runPrompt(model, corrupt);
  const [corruptValue] = await metric(corruptRun.output);
  const scaled = scaleBetween('patchSweep', cleanValue!, corruptValue!);
  const cells = cellsOf(paths, cleanRun);
  const values = await inBatches(cells, { ...options, batch }, async chosen => {
    const rows = chosen.map(cell => [cell]);
    const hooks = cellHooks('patchSweep', rows, cleanRun);
    using patched = runPrompt(model, corrupt, { hooks, batch: chosen.length });
    return metric(patched.output);
  });
  return { clean: cleanValue!, corrupt: corruptValue!, values: gridOf(cells, values.map(scaled)) };
}

/** A metric as a share of the way from corrupt to clean. Errors if they are equal. */
export function scaleBetween(caller: string, clean: number, corrupt: number): (value: number) => number {
  const difference = clean - corrupt;
  if (Math.abs(difference) <= 1e-6 * Math.max(1, Math.abs(clean), Math.abs(corrupt)))
    throw new ResidualError(
      'range',
      `${caller}: clean has the metric ${clean} and corrupt ${corrupt}; they must differ, for shares of the difference`,
    );
  return value => (value - corrupt) / difference;
}
