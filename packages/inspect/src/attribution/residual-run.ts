import { emptyScope, type Hook } from '@residual/layers';
import { ResidualError, reshape, sliceAxis, type Tensor, tensor } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import type { BoundLayer } from '../bound-layer.js';
import { lengthOfOne, positionIn } from '../lens/one-sequence.js';
import type { ModelInput } from '../model-input.js';
import { type Run, run } from '../run.js';
import { type Anatomy, anatomyOf, type BlockPart } from '../structure/anatomy.js';

/** How attention and mlps are split into components. */
export type Split = 'block' | 'head' | 'neuron';

/** A run that kept what the components of the residual stream at one position are computed from. */
export interface ResidualRun {
  readonly model: BoundLayer;
  readonly anatomy: Anatomy;
  /** The position, counted from 0. */
  readonly position: number;
  /** The path of the stream after the last block. */
  readonly stream: string;
  /** The activation of a path at the position: [1, width], with heads [heads, headDim]. Call it in a `tidy`. */
  at(path: string): Tensor;
  /** The logits at the position, [1, 1, vocab]. */
  readonly logits: Tensor;
  dispose(): void;
}

/** What to run, and where to look. */
export interface ResidualRunOptions {
  /** The position, a negative one counted from the end. */
  readonly position: number;
  /** Whether the run keeps what heads or neurons are computed from. */
  readonly by: Split;
  /** What changes the run. */
  readonly hooks: readonly Hook[];
}

/** Runs a model on one sequence for `decomposeResidual` and `attributeLogits`. The caller disposes the result. */
export function residualRun(
  caller: string,
  model: BoundLayer,
  input: ModelInput,
  { position, by, hooks }: ResidualRunOptions,
): ResidualRun {
  const anatomy = anatomyOf(caller, model);
  const index = positionIn(caller, position, lengthOfOne(caller, model, input));
  const parts = anatomy.blocks.flatMap(block => block.parts);
  const stream = `${anatomy.blocks.at(-1)!.path}.output`;
  const names = [`${anatomy.embedding}.output`, anatomy.embedded, ...parts.flatMap(part => pathsOf(part, by)), stream];
  const rows = tensor([index], [1], 'int32');
  try {
    const result = run(model, input, { names, hooks, scope: emptyScope.with(logitPositions, rows) });
    return {
      model,
      anatomy,
      position: index,
      stream,
      at: path => rowAt(result, path, index),
      logits: result.output,
      dispose: () => result.dispose(),
    };
  } finally {
    rows.dispose();
  }
}

function pathsOf({ kind, path }: BlockPart, by: Split): string[] {
  if (by === 'head' && kind !== 'mlp') return [`${path}.output`, `${path}.headOutputs`];
  if (by === 'neuron' && kind === 'mlp') return [`${path}.output`, `${path}.hidden`];
  return [`${path}.output`];
}

/** [1, length, width] to [1, width], [1, heads, length, headDim] to [heads, headDim]. */
function rowAt(result: Run, path: string, index: number): Tensor {
  const x = result.activation(path);
  const row = sliceAxis(x, -2, index, 1);
  return reshape(row, [x.shape.length === 4 ? x.shape[1]! : 1, -1]);
}

/** Which of some layers a part has inside. Errors if it has none of them. */
export function nameInside(caller: string, part: BlockPart, names: readonly string[], by: Split): string {
  const needs = part.layer.needs as Readonly<Record<string, unknown>>;
  const name = names.find(each => needs[each] !== undefined);
  if (name !== undefined) return name;
  throw new ResidualError(
    'kind',
    `${caller}: ${part.path} is ${part.layer.about.name ?? 'a layer of its own'} without ${names.join(' or ')}, so ` +
      `it does not split by '${by}'`,
  );
}
