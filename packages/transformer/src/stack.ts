import { type AnyLayer, expectSameWidth, type Layer, layer } from '@residual/layers';
import { ResidualError, type Tensor } from '@residual/tensor';
import type { Part } from './block.js';
import type { CrossBlock, WithMemory } from './cross-block.js';

/** Settings of a stack: one block used `depth` times, or a list of blocks, and a norm at the end. */
export interface StackOptions<Block extends AnyLayer> {
  readonly block: Block | readonly Block[];
  /** How many blocks; the length of the list if one is given. */
  readonly depth?: number;
  readonly norm?: Part;
}

/** What a stack needs. */
export interface StackNeeds<Block> {
  readonly layers: readonly Block[];
  readonly norm: Part | undefined;
}

/** Blocks one after another: [batch, length, modelDim] to the same. */
export interface Stack<Block extends Part> extends Layer<StackNeeds<Block>, Tensor, Tensor> {}

/**
 * Blocks one after another and a norm at the end. What makes it a decoder or an encoder is the mask of its attentions. Taps: `layers.i.output` after
 * each block, `output` after the norm.
 */
export function stack<Block extends Part>(options: StackOptions<Block>): Stack<Block> {
  const { blocks, norm, width } = blocksOf('stack', options);
  return layer(
    { layers: blocks, norm } as StackNeeds<Block>,
    (w, x: Tensor, scope) => {
      const layers = scope.at('layers');
      blocks.forEach((block, i) => {
        x = layers.at(i).tap('output', block(w.layers[i], x, layers.at(i)));
      });
      return scope.tap('output', norm ? norm(w.norm, x, scope.at('norm')) : x);
    },
    { name: 'stack', reads: width, gives: width },
  );
}

/** Blocks with cross-attention one after another: x and memory to x. Taps as `stack`. */
export interface CrossStack extends Layer<StackNeeds<CrossBlock>, WithMemory, Tensor> {}

/** A stack whose blocks also read a memory, for the decoder of an encoder-decoder. */
export function crossStack(options: StackOptions<CrossBlock>): CrossStack {
  const { blocks, norm, width } = blocksOf('crossStack', options);
  return layer(
    { layers: blocks, norm } as StackNeeds<CrossBlock>,
    (w, { x, memory }: WithMemory, scope) => {
      const layers = scope.at('layers');
      blocks.forEach((block, i) => {
        x = layers.at(i).tap('output', block(w.layers[i]!, { x, memory }, layers.at(i)));
      });
      return scope.tap('output', norm ? norm(w.norm, x, scope.at('norm')) : x);
    },
    { name: 'crossStack', reads: width, gives: width },
  );
}

function blocksOf<Block extends AnyLayer>(name: string, { block, depth, norm }: StackOptions<Block>) {
  const given = Array.isArray(block) ? (block as readonly Block[]) : undefined;
  const count = depth ?? given?.length ?? 0;
  if (!Number.isInteger(count) || count < 1 || (given && given.length !== count)) {
    throw new ResidualError(
      'fit',
      `${name}: depth ${depth} and ${given?.length ?? 1} blocks do not fit; give one block and a depth of 1 or more, or a list`,
    );
  }
  const blocks = given ?? Array.from({ length: count }, () => block as Block);
  const parts = Object.fromEntries(blocks.map((part, i) => [`block ${i}`, part]));
  return { blocks, norm, width: expectSameWidth(name, { ...parts, norm }) };
}
