import { concat, linear, mul, reshape, sliceAxis, sub, type Tensor, tensor } from '@residual/tensor';
import type { BlockPart } from '../structure/anatomy.js';
import { nameInside, type ResidualRun, type Split } from './residual-run.js';

/** Vectors that components add to the residual stream, [paths.length, modelDim]. */
export interface Components {
  readonly paths: readonly string[];
  readonly vectors: Tensor;
}

interface InputNeeds {
  readonly positions?: { readonly onInput?: unknown };
  readonly onEmbedded?: { readonly about: { readonly name?: string } };
}

/** The components of the residual stream after the last block, in the order in which they are added to it. */
export function componentsOf(caller: string, run: ResidualRun, by: Split): Components {
  const parts = run.anatomy.blocks.flatMap(block => block.parts);
  const all = [
    ...inputComponents(run),
    ...parts.flatMap(part =>
      by === 'head' && part.kind !== 'mlp'
        ? headComponents(caller, run, part)
        : [{ paths: [part.path], vectors: run.at(`${part.path}.output`) }],
    ),
  ];
  return {
    paths: all.flatMap(({ paths }) => paths),
    vectors: concat(
      all.map(({ vectors }) => vectors),
      0,
    ),
  };
}

/**
 * The embedded input: tokens, and positions where they are added to the input. Where a layer such as a norm follows the
 * embedding, it is one component.
 */
function inputComponents({ model, anatomy, at }: ResidualRun): Components[] {
  const needs = model.layer.needs as { source?: InputNeeds; target?: InputNeeds } & InputNeeds;
  const { positions, onEmbedded } = needs.target ?? needs.source ?? needs;
  const embedded = at(anatomy.embedded);
  const isChanged = onEmbedded !== undefined && onEmbedded.about.name !== 'dropout';
  if (isChanged) return [{ paths: [anatomy.embedded], vectors: embedded }];
  const tokens = at(`${anatomy.embedding}.output`);
  const component = { paths: [anatomy.embedding], vectors: tokens };
  return positions?.onInput ? [component, { paths: [anatomy.positions], vectors: sub(embedded, tokens) }] : [component];
}

/** What each head of an attention adds, and the bias of its output projection. */
function headComponents(caller: string, { at }: ResidualRun, part: BlockPart): Components[] {
  const { path, weights } = part;
  const projection = nameInside(caller, part, ['output', 'valueUp'], 'head');
  const outputs = at(`${path}.headOutputs`); // [heads, headDim]
  const [heads, headDim] = outputs.shape as [number, number];
  const indices = [...Array(heads).keys()];
  const paths = indices.map(head => `${path}.heads.${head}`);
  if (projection === 'valueUp') {
    const vectors = indices.map(head => linear(sliceAxis(outputs, 0, head, 1), weights.valueUp[head].weight));
    return [{ paths, vectors: concat(vectors, 0) }];
  }
  // Row i keeps head i and has zeros for the others, so that the projection itself splits the sum.
  const identity = indices.flatMap(row => indices.map(column => (row === column ? 1 : 0)));
  const alone = mul(reshape(outputs, [1, heads, headDim]), tensor(identity, [heads, heads, 1]));
  const vectors = linear(reshape(alone, [heads, heads * headDim]), weights.output.weight);
  const { bias } = weights.output;
  return [{ paths, vectors }, ...(bias ? [{ paths: [`${path}.output.bias`], vectors: reshape(bias, [1, -1]) }] : [])];
}
