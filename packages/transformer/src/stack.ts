import {
  type CrossAttentionInputs,
  cache,
  ownScope,
  type SequenceScope,
  sequenceScopes,
  sharedBias,
} from '@residual/attention';
import {
  type AnyLayer,
  bind,
  expectPositionEncoding,
  expectSameWidth,
  type Layer,
  layer,
  outputPosition,
  type PositionEncoding,
  type Scope,
  type Weights,
} from '@residual/layers';
import { add, expectInteger, expectOptions, gather, ResidualError, type Tensor } from '@residual/tensor';
import type { TensorLayer } from './block.js';
import type { CrossLayer } from './cross-block.js';
import { runBlock } from './recompute-blocks.js';

/** One block that is repeated, or a list of blocks. */
export type BlockOrList<Block extends AnyLayer = AnyLayer> = Block | readonly Block[];

/** Settings of `stack` and `crossStack`. */
export interface StackOptions<Blocks extends BlockOrList> {
  /** One block, repeated `depth` times with separate weights, or a list of blocks. */
  readonly block: Blocks;
  /** The number of blocks; absent if `block` is a list. */
  readonly depth?: number;
  /**
   * The index of the block that runs at each step, where blocks run several times, as in ALBERT; each runs once, in
   * order, if absent.
   */
  readonly uses?: readonly number[] | undefined;
  /** A norm after the last block; none if absent. */
  readonly norm?: TensorLayer | undefined;
  /** A position encoding whose bias all blocks share, such as `relativePositions` in T5; it is computed once. */
  readonly positionEncoding?: PositionEncoding | undefined;
}

/** The needs of a stack: its blocks in order, a norm, and a position encoding. */
export type StackNeeds<Blocks extends BlockOrList> = {
  readonly layers: Blocks extends AnyLayer ? readonly Blocks[] : Blocks;
  readonly norm: TensorLayer | undefined;
  readonly positions: PositionEncoding | undefined;
};

/** The layer of `stack`: [batch, length, modelDim] to the same. */
export interface Stack<Blocks extends BlockOrList<TensorLayer>> extends Layer<StackNeeds<Blocks>, Tensor, Tensor> {}

/**
 * Runs blocks in order, then a norm: [batch, length, modelDim] to the same. The masks of its attentions make it a
 * decoder or an encoder. Taps: `layers.i.input` and `layers.i.output` of each block, `output` after the norm.
 */
export function stack<const Blocks extends BlockOrList<TensorLayer>>(options: StackOptions<Blocks>): Stack<Blocks> {
  const { needs, about, uses } = buildStack('stack', options);
  const parts = needs as StackNeeds<TensorLayer>;
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      const { layers, norm } = parts;
      const blocks = withPositionBias(parts, w, x, scope).at('layers');
      const [before, last] = scope.get(outputPosition) ? scopesOfSelection(blocks) : [blocks, blocks];
      for (const [i, k] of uses.entries())
        x = runBlock(layers[k]!, w.layers[k], x, (i < uses.length - 1 ? before : last).at(i));
      return bind({ norm }, w, scope).norm(x);
    },
    // Every block but the last one is read at all positions, by the attention of the next.
    { ...about, selectsPosition: parts.layers[uses.at(-1)!]!.about.selectsPosition },
  ) as unknown as Stack<Blocks>;
}

/** The layer of `crossStack`: x and memory to the shape of x. */
export interface CrossStack<Blocks extends BlockOrList<CrossLayer>>
  extends Layer<StackNeeds<Blocks>, CrossAttentionInputs, Tensor> {}

/** A stack of blocks with cross-attention, for the decoder of an encoder-decoder. Taps as in `stack`. */
export function crossStack<const Blocks extends BlockOrList<CrossLayer>>(
  options: StackOptions<Blocks>,
): CrossStack<Blocks> {
  const { needs, about, uses } = buildStack('crossStack', options);
  const parts = needs as StackNeeds<CrossLayer>;
  return layer(
    parts,
    (w, { x, memory }: CrossAttentionInputs, scope) => {
      const { layers, norm } = parts;
      const at = withPositionBias(parts, w, x, scope).at('layers');
      for (const [i, k] of uses.entries()) x = runBlock(layers[k]!, w.layers[k], { x, memory }, at.at(i));
      return bind({ norm }, w, scope).norm(x);
    },
    about,
  ) as unknown as CrossStack<Blocks>;
}

/** The scopes of the blocks before the last one, and of that, which computes the `outputPosition` only. */
function scopesOfSelection(scope: Scope): [before: Scope, last: Scope] {
  const bias = scope.get(sharedBias);
  const isOfAllQueries = bias !== undefined && bias.shape[2]! > 1;
  return [
    scope.with(outputPosition, undefined),
    isOfAllQueries ? scope.with(sharedBias, gather(bias, scope.get(outputPosition)!, 2)) : scope,
  ];
}

/** The scope of the blocks: adds the bias of the shared position encoding to `sharedBias`. */
function withPositionBias(
  { positions }: StackNeeds<AnyLayer>,
  w: Weights<StackNeeds<AnyLayer>>,
  x: Tensor,
  scope: Scope,
): Scope {
  if (!positions) return scope;
  const queryLen = x.shape[1]!;
  const biasIn = (within: Scope): Tensor => {
    const keyLen = within.get(cache)?.ensureCapacity(queryLen) ?? queryLen;
    const shape = { heads: positions.heads!, queryLen, keyLen };
    const bias = positions.onScores!(w.positions, shape, within.at('positions'));
    const sharedBefore = within.get(sharedBias);
    return sharedBefore ? add(bias, sharedBefore) : bias;
  };
  const sequences = scope.get(sequenceScopes);
  if (!sequences) return scope.with(sharedBias, biasIn(scope));
  const withBias = sequences.map((within): SequenceScope => {
    const bias = biasIn(ownScope(scope, within));
    return own => within(own).with(sharedBias, bias);
  });
  return scope.with(sequenceScopes, withBias);
}

function buildStack(name: string, options: StackOptions<BlockOrList>) {
  expectOptions(name, options, { block: 1, depth: 0, uses: 0, norm: 0, positionEncoding: 0 });
  const { block, depth, norm, positionEncoding } = options;
  const layers = isList(block) ? expectBlocks(name, block, depth) : repeatBlock(name, block, depth);
  const width = expectSameWidth(name, { ...Object.fromEntries(layers.map((part, i) => [`block ${i}`, part])), norm });
  expectPositionEncoding(name, positionEncoding, 'attention', {});
  if (positionEncoding && !(positionEncoding.onScores && positionEncoding.heads))
    throw new ResidualError(
      'fit',
      `${name}: the positionEncoding of a whole stack acts on the scores; give others to its attentions`,
    );
  const needs: StackNeeds<AnyLayer> = { layers, norm, positions: positionEncoding };
  const uses = expectUses(name, options.uses, layers.length);
  const { memoryDim } = layers[0]!.about;
  return {
    needs,
    about: { name, inDim: width, outDim: width, depth: uses.length, ...(memoryDim && { memoryDim }) },
    uses,
  };
}

/** The index of the block of each step; each block once without `uses`. Throws for an index that no block has. */
function expectUses(name: string, uses: readonly number[] | undefined, blocks: number): readonly number[] {
  if (uses === undefined) return Array.from({ length: blocks }, (_, i) => i);
  for (const [i, use] of uses.entries())
    expectInteger(name, `uses[${i}], the index of a block,`, use, { min: 0, max: blocks - 1, code: 'fit' });
  const unused = Array.from({ length: blocks }, (_, i) => i).find(i => !uses.includes(i));
  if (unused === undefined) return uses;
  throw new ResidualError('fit', `${name}: uses has no step for block ${unused}; every block must run`);
}

function isList<Block>(block: Block | readonly Block[]): block is readonly Block[] {
  return Array.isArray(block);
}

function expectBlocks<Block>(name: string, blocks: readonly Block[], depth = blocks.length): readonly Block[] {
  if (blocks.length === 0) throw new ResidualError('fit', `${name}: the list of blocks is empty`);
  if (depth === blocks.length) return blocks;
  throw new ResidualError(
    'fit',
    `${name}: depth is ${depth} but the list has ${blocks.length} blocks; leave depth out`,
  );
}

function repeatBlock<Block>(name: string, block: Block, depth: number | undefined): readonly Block[] {
  expectInteger(name, 'the depth of one block', depth, { min: 1, code: 'fit' });
  return Array.from({ length: depth }, () => block);
}
