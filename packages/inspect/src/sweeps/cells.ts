import type { Hook } from '@residual/layers';
import { ResidualError, type Tensor, tensor } from '@residual/tensor';
import { type Activations, change } from '../hooks/change.js';
import { where } from '../hooks/where.js';
import type { Anatomy, BlockPart } from '../structure/anatomy.js';

/** The activations that a sweep goes through. */
export type SweptActivation = 'residual' | 'attention' | 'crossAttention' | 'mlp' | 'heads';

/** One entry of a sweep: a position or a head of an activation of a layer. */
export interface Cell {
  readonly layer: number;
  readonly path: string;
  /** The position, or of `headOutputs` the head. */
  readonly index: number;
}

/**
 * The path of the activation in each block: its input, the output of a part, or the outputs of its heads. Errors if a
 * block has no such part.
 */
export function sweptPaths(caller: string, { blocks }: Anatomy, what: SweptActivation): readonly string[] {
  const kind: BlockPart['kind'] | undefined = what === 'residual' ? undefined : what === 'heads' ? 'attention' : what;
  return blocks.map(({ path, parts }, layer) => {
    if (!kind) return `${path}.input${parts.some(part => part.kind === 'crossAttention') ? '.x' : ''}`;
    const part = parts.find(each => each.kind === kind);
    if (part) return `${part.path}.${what === 'heads' ? 'headOutputs' : 'output'}`;
    const found = parts.map(each => each.kind).join(' and ') || 'none of these parts';
    throw new ResidualError('kind', `${caller}: block ${layer} has no ${kind}; it has ${found}`);
  });
}

/** All cells of the activations at `paths`: positions, or of `headOutputs` heads. */
export function cellsOf(paths: readonly string[], activations: Activations): readonly Cell[] {
  return paths.flatMap((path, layer) =>
    Array.from({ length: activations.activation(path).shape[1]! }, (_, index) => ({ layer, path, index })),
  );
}

/** Numbers of cells as [layer][index]. */
export function gridOf(cells: readonly Cell[], values: readonly number[]): number[][] {
  const grid: number[][] = [];
  for (const [i, { layer, index }] of cells.entries()) {
    grid[layer] ??= [];
    grid[layer][index] = values[i]!;
  }
  return grid;
}

/**
 * Hooks that put activations of `from`, [1, ...], into a batch: into sequence i those of the cells `cells[i]`. The
 * second axis is that of positions, or of heads if there are four.
 */
export function cellHooks(caller: string, cells: readonly (readonly Cell[])[], from: Activations): readonly Hook[] {
  const paths = new Set(cells.flat().map(({ path }) => path));
  return [...paths].map(path => change(caller, path, x => where(cellMask(x, path, cells), from.activation(path), x)));
}

/** 1 at the cells of each sequence: [batch, length, 1] or [batch, heads, 1, 1]. */
export function cellMask(x: Tensor, path: string, cells: readonly (readonly Cell[])[]): Tensor {
  const size = x.shape[1]!;
  const values = new Float32Array(cells.length * size);
  for (const [row, chosen] of cells.entries())
    for (const cell of chosen) if (cell.path === path) values[row * size + cell.index] = 1;
  return tensor(values, [cells.length, size, ...x.shape.slice(2).map(() => 1)]);
}
