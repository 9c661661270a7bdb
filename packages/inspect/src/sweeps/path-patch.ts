import type { Hook } from '@residual/layers';
import { expectOptions, expectValue, ResidualError, type Tensor } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { change } from '../hooks/change.js';
import { patch } from '../hooks/patch.js';
import { expectSelection, type Selection } from '../hooks/selection.js';
import { broadcastTo, where } from '../hooks/where.js';
import type { Run } from '../run.js';
import { type Anatomy, anatomyOf } from '../structure/anatomy.js';
import { batchOf, inBatches, type SweepOptions, sweepNames } from './batches.js';
import { type Cell, cellMask, cellsOf, gridOf, type SweptActivation, sweptPaths } from './cells.js';
import { type MetricOptions, metricNames, metricOf } from './metric.js';
import { type Sweep, scaleBetween } from './patch-sweep.js';
import { expectSameLength, type PromptInput, promptOf, runPrompt } from './prompt.js';

/** An activation that a path ends in, such as `{ name: 'decoder.layers.3.attention.query', heads: [2] }`. */
export interface Receiver extends Selection {
  /** A path or a name of TransformerLens of an input of a part: its `query`, `key`, `value` or `input`. */
  readonly name: string;
}

/** Settings of `pathPatch`. */
export interface PathPatchOptions extends MetricOptions, SweepOptions {
  /** The prompt whose activations the senders get. */
  readonly clean: PromptInput;
  /** The prompt that runs, of the same length. */
  readonly corrupt: PromptInput;
  /** Where the paths begin, one by one: each head at all positions, or each attention or mlp at each position. */
  readonly senders: Exclude<SweptActivation, 'residual' | 'crossAttention'>;
  /** Where the paths end: activations, together, or `'logits'`. */
  readonly receivers: readonly Receiver[] | 'logits';
  /**
   * Whether mlps keep the activations of the corrupt run, as attentions do; true if absent. If false, paths through
   * mlps count as direct (Wang et al. 2022).
   */
  readonly freezeMlps?: boolean;
}

const kinds = ['heads', 'attention', 'mlp'] as const;

/**
 * Path patching (Wang et al. 2022; Goldowsky-Dill et al. 2023): the direct effect of each sender on the metric by way
 * of the receivers. A first run has the clean activation of the sender, while all other parts keep those of the
 * corrupt run, and gives the activations of the receivers; a second run puts these into the corrupt prompt. The values
 * are as in `patchSweep`. Errors if a receiver is an output that the first run holds.
 */
export async function pathPatch(model: BoundLayer, options: PathPatchOptions): Promise<Sweep> {
  const { senders, receivers } = checkOptions(options);
  const anatomy = anatomyOf('pathPatch', model);
  const metric = metricOf('pathPatch', options, anatomy.vocab);
  const clean = promptOf('pathPatch', 'clean', model, options.clean);
  const corrupt = promptOf('pathPatch', 'corrupt', model, options.corrupt);
  expectSameLength('pathPatch', clean, corrupt);
  const batch = batchOf('pathPatch', options, anatomy, clean.ids.length);
  const senderPaths = sweptPaths('pathPatch', anatomy, senders);
  const frozen = frozenPaths(anatomy, options);
  options.signal?.throwIfAborted();
  using cleanRun = runPrompt(model, clean, { names: senderPaths });
  using corruptRun = runPrompt(model, corrupt, { names: frozen });
  const [cleanValue] = await metric(cleanRun.output);
  const [corruptValue] = await metric(corruptRun.output);
  const scaled = scaleBetween('pathPatch', cleanValue!, corruptValue!);
  const cells = cellsOf(senderPaths, cleanRun);
  const names = receivers === 'logits' ? [] : receivers.map(({ name }) => name);
  const values = await inBatches(cells, { ...options, batch }, async chosen => {
    const hooks = senderHooks(chosen, { frozen, cleanRun, corruptRun });
    using direct = runPrompt(model, corrupt, { hooks, names, batch: chosen.length });
    if (receivers === 'logits') return metric(direct.output);
    expectInputs(direct, frozen);
    const patches = receivers.map(({ name, ...selection }) => patch(name, { from: direct, ...selection }));
    using patched = runPrompt(model, corrupt, { hooks: patches, batch: chosen.length });
    return metric(patched.output);
  });
  return { clean: cleanValue!, corrupt: corruptValue!, values: gridOf(cells, values.map(scaled)) };
}

function checkOptions(options: PathPatchOptions) {
  expectOptions('pathPatch', options, {
    ...metricNames,
    ...sweepNames,
    clean: 1,
    corrupt: 1,
    senders: 1,
    receivers: 1,
    freezeMlps: 0,
  });
  const { senders, receivers, freezeMlps } = options;
  const refuse = (name: string, value: unknown, need: string) =>
    expectValue(false, 'pathPatch', name, value, need, 'option');
  if (!kinds.includes(senders)) refuse('senders', senders, kinds.map(kind => `'${kind}'`).join(', '));
  if (freezeMlps !== undefined && typeof freezeMlps !== 'boolean') refuse('freezeMlps', freezeMlps, 'true or false');
  const areReceivers =
    Array.isArray(receivers) && receivers.length > 0 && receivers.every(each => typeof each?.name === 'string');
  if (receivers !== 'logits' && !areReceivers) refuse('receivers', receivers, "'logits' or a list of { name }");
  if (receivers !== 'logits') for (const receiver of receivers) expectSelection('pathPatch', receiver);
  return { senders, receivers };
}

/** The outputs that keep the activations of the corrupt run; with heads as senders those of attentions are by head. */
function frozenPaths({ blocks }: Anatomy, { senders, freezeMlps = true }: PathPatchOptions): readonly string[] {
  const parts = blocks.flatMap(block => block.parts);
  return parts
    .filter(({ kind }) => kind !== 'mlp' || freezeMlps)
    .map(({ kind, path }) => `${path}.${senders === 'heads' && kind === 'attention' ? 'headOutputs' : 'output'}`);
}

/** Puts the clean activation of a sender into each sequence, and the corrupt one into all else that is frozen. */
function senderHooks(
  cells: readonly Cell[],
  {
    frozen,
    cleanRun,
    corruptRun,
  }: { readonly frozen: readonly string[]; readonly cleanRun: Run; readonly corruptRun: Run },
): readonly Hook[] {
  const rows = cells.map(cell => [cell]);
  const sending = new Set(cells.map(({ path }) => path));
  return [...new Set([...frozen, ...sending])].map(path =>
    change('pathPatch', path, (x: Tensor) => {
      const base = frozen.includes(path) ? broadcastTo(corruptRun.activation(path), x.shape) : x;
      return sending.has(path) ? where(cellMask(x, path, rows), cleanRun.activation(path), base) : base;
    }),
  );
}

function expectInputs({ activations }: Run, frozen: readonly string[]): void {
  const output = frozen.find(path => activations.has(path));
  if (output)
    throw new ResidualError(
      'option',
      `pathPatch: the receiver ${output} is an output that keeps its activation; a receiver is an input of a part, ` +
        'such as its query, key, value or input',
    );
}
