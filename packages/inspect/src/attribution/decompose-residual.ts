import type { Hook } from '@residual/layers';
import { concat, dispose, expectOptions, expectValue, ResidualError, tidy } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import type { ModelInput } from '../model-input.js';
import { componentsOf } from './components.js';
import { type ResidualRun, residualRun, type Split } from './residual-run.js';

/** Settings of `decomposeResidual`. */
export interface DecomposeOptions {
  /** The position, a negative one counted from the end; -1 if absent. */
  readonly position?: number;
  /** Whether each attention is one component, or each of its heads; 'block' if absent. */
  readonly by?: 'block' | 'head';
  /** What changes the run, such as `ablate` and `patch`. */
  readonly hooks?: readonly Hook[];
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
}

/** The vector [modelDim] that a component adds to the residual stream. */
export interface ResidualComponent {
  readonly path: string;
  readonly vector: Float32Array;
}

/** A residual stream as a sum. */
export interface Decomposition {
  /** In the order in which they are added: tokens, positions, then attention and mlp of each block. */
  readonly components: readonly ResidualComponent[];
  /** The stream after the last block, before the final norm, [modelDim]: the sum of all components. */
  readonly residual: Float32Array;
}

/**
 * The residual stream at a position, split into what was added to it (Elhage et al. 2021): the embedded token
 * (`embedding`), its position where it is added to the input (`positions`), and what each attention, cross-attention
 * and mlp added (`decoder.layers.0.attention`, ...). By 'head' an attention splits into `...attention.heads.0`, ... and
 * the bias of its output projection, `...attention.output.bias`. Where a norm follows the embedding, the input is one
 * component, `embedded`. Errors if the components do not add up to the stream within 1e-4, as with post-norm blocks,
 * whose norms act on the stream itself.
 */
export async function decomposeResidual(
  model: BoundLayer,
  input: ModelInput,
  options: DecomposeOptions = {},
): Promise<Decomposition> {
  expectOptions('decomposeResidual', options, { position: 0, by: 0, hooks: 0, signal: 0 });
  const { position = -1, by = 'block', hooks = [], signal } = options;
  expectSplit('decomposeResidual', by, ['block', 'head']);
  signal?.throwIfAborted();
  const run = residualRun('decomposeResidual', model, input, { position, by, hooks });
  try {
    const result = await readDecomposition('decomposeResidual', run, by);
    signal?.throwIfAborted();
    return result;
  } finally {
    run.dispose();
  }
}

/** Throws unless `by` is one of the splits. */
export function expectSplit(caller: string, by: unknown, splits: readonly Split[]): void {
  const names = splits.map(each => `'${each}'`).join(' or ');
  expectValue(splits.includes(by as Split), caller, 'by', by, names, 'option');
}

/** The decomposition of a run. Errors if the components do not add up to the stream. */
export async function readDecomposition(caller: string, run: ResidualRun, by: Split): Promise<Decomposition> {
  const { paths, rows } = tidy(() => {
    const { paths, vectors } = componentsOf(caller, run, by);
    return { paths, rows: concat([vectors, run.at(run.stream)], 0) };
  });
  const values = (await rows.data().finally(() => dispose(rows))) as Float32Array;
  const width = run.anatomy.modelDim;
  const rowOf = (i: number) => values.slice(i * width, (i + 1) * width);
  const components = paths.map((path, i) => ({ path, vector: rowOf(i) }));
  const residual = rowOf(paths.length);
  expectSum(caller, run, components, residual);
  return { components, residual };
}

function expectSum(
  caller: string,
  run: ResidualRun,
  components: readonly ResidualComponent[],
  residual: Float32Array,
): void {
  const sum = residual.map((_, i) => components.reduce((total, { vector }) => total + vector[i]!, 0));
  const difference = Math.hypot(...sum.map((value, i) => value - residual[i]!));
  const scale = components.reduce((total, { vector }) => total + Math.hypot(...vector), 0);
  if (difference <= 1e-4 * scale) return;
  const show = (length: number) => Number(length.toPrecision(4));
  throw new ResidualError(
    'sum',
    `${caller}: the components add up to a vector of length ${show(Math.hypot(...sum))}, the residual stream at ` +
      `position ${run.position} has length ${show(Math.hypot(...residual))}, and they differ by ${show(difference)}; ` +
      reasonOf(run),
  );
}

function reasonOf({ model, anatomy }: ResidualRun): string {
  const { layers } = model.layer.needs.decoder.needs as { layers: readonly { about: { name?: string } }[] };
  const at = layers.findIndex(({ about }) => about.name?.startsWith('postNorm'));
  if (at < 0) return 'a layer or a hook changes the stream between the components';
  return (
    `${anatomy.blocks[at]!.path} is a ${layers[at]!.about.name}: its norms act on the stream itself, so that the ` +
    'stream is no sum of what its parts gave'
  );
}
