import { type LearnedTokens, type PatchEmbedding, type PatchGrid, patchGrids } from '@residual/embeddings';
import {
  bind,
  expectLayers,
  expectPositionEncoding,
  expectSameWidth,
  layer,
  type PositionEncoding,
  type Scope,
  type Weights,
} from '@residual/layers';
import { concat, expectOptions, ResidualError, sliceAxis, type Tensor } from '@residual/tensor';
import type { TensorLayer } from '../block.js';
import { type ImageInputs, type ImageModel, withImageBody } from './image-model.js';

/** The parts of `imageEncoder`. */
export interface ImageEncoderParts<Encoder extends TensorLayer> {
  /** Cuts and embeds the patches. */
  readonly patches: PatchEmbedding;
  /** The tokens before the patches by name, such as `class`; none if absent. */
  readonly tokens?: Readonly<Record<string, LearnedTokens>> | undefined;
  /** A position encoding that acts on the tokens and the patches, such as `gridPositions`; none if absent. */
  readonly positionEncoding?: PositionEncoding | undefined;
  /** Tokens without positions between `tokens` and the patches; none if absent. */
  readonly registers?: LearnedTokens | undefined;
  /** A layer on the embedded input, such as a norm or dropout. */
  readonly afterEmbedding?: TensorLayer | undefined;
  /** The blocks, such as a `stack` without a causal mask: [batch, length, dim] to the same. */
  readonly encoder: Encoder;
}

/** The needs of `imageEncoder`; their names are paths of weights. */
export type ImageEncoderNeeds<Encoder extends TensorLayer> = {
  readonly patches: PatchEmbedding;
  readonly tokens: Readonly<Record<string, LearnedTokens>> | undefined;
  readonly positions: PositionEncoding | undefined;
  readonly registers: LearnedTokens | undefined;
  readonly onEmbedded: TensorLayer | undefined;
  readonly encoder: Encoder;
};

/**
 * The encoder of a vision transformer (Dosovitskiy et al. 2021): pictures to hidden states [batch, prefix + patches,
 * dim], where the prefix is the tokens and the registers. Its parts find the grid of the patches in the slot
 * `patchGrids`. Taps: `embedded`, after `afterEmbedding`, and those of the encoder. Errors if widths differ.
 */
export function imageEncoder<Encoder extends TensorLayer>(
  parts: ImageEncoderParts<Encoder>,
): ImageModel<ImageEncoderNeeds<Encoder>> {
  const names = { patches: 1, tokens: 0, positionEncoding: 0, registers: 0, afterEmbedding: 0, encoder: 1 } as const;
  expectOptions('imageEncoder', parts, names);
  const { patches, tokens, positionEncoding, registers, afterEmbedding, encoder } = parts;
  const before = Object.entries(tokens ?? {});
  expectLayers('imageEncoder', { patches, ...tokens, registers, afterEmbedding, encoder });
  expectSameWidth('imageEncoder', {
    patches: outputOf(patches),
    ...Object.fromEntries(before.map(([name, each]) => [`the ${name} token`, outputOf(each)])),
    registers: registers && outputOf(registers),
    afterEmbedding,
    encoder,
  });
  expectPositionEncoding('imageEncoder', positionEncoding, 'input', { dim: patches.dim });
  const needs: ImageEncoderNeeds<TensorLayer> = {
    patches,
    tokens,
    positions: positionEncoding,
    registers,
    onEmbedded: afterEmbedding,
    encoder,
  };
  const positioned = before.reduce((sum, [, { count }]) => sum + count, 0);
  const run = (w: Weights<typeof needs>, inputs: ImageInputs, outer: Scope) => {
    const scope = outer.with(patchGrids, gridsOf(patches, inputs));
    const part = bind({ patches, onEmbedded: afterEmbedding }, w, scope);
    const embedded = part.patches(inputs.pixels);
    const batch = embedded.shape[0]!;
    const at = scope.at('tokens');
    const leading = before.map(([name, each]) => each(w.tokens![name] as never, { batch }, at.at(name)));
    const joined = leading.length > 0 ? concat([...leading, embedded], 1) : embedded;
    const encoded = positionEncoding?.onInput?.(w.positions, joined, scope.at('positions')) ?? joined;
    const extra = registers?.(w.registers as never, { batch }, scope.at('registers'));
    const x = extra ? inserted(encoded, positioned, extra) : encoded;
    return encoder(w.encoder, scope.tap('embedded', part.onEmbedded(x)), scope.at('encoder'));
  };
  const sizes = { patches, prefix: positioned + (registers?.count ?? 0), dim: patches.dim };
  const model = layer(needs, run, { name: 'imageEncoder', outDim: patches.dim });
  return withImageBody(model, run as never, sizes) as never;
}

const outputOf = ({ about }: { readonly about: { readonly outDim?: number } }) => ({
  about: { ...(about.outDim && { outDim: about.outDim }) },
});

/** x [batch, length, dim] with tokens between its first `index` ones and the others. */
function inserted(x: Tensor, index: number, tokens: Tensor): Tensor {
  if (index === 0) return concat([tokens, x], 1);
  return concat([sliceAxis(x, 1, 0, index), tokens, sliceAxis(x, 1, index, x.shape[1]! - index)], 1);
}

/** The grids of the pictures: that of their size, or those given with patches, one for each picture. */
function gridsOf(patches: PatchEmbedding, { pixels, grids }: ImageInputs): readonly PatchGrid[] {
  const [batch, height = 0, width = 0] = pixels.shape;
  if (!grids) return [patches.gridOf({ height, width })];
  if (grids.length === batch) return grids;
  throw new ResidualError('shape', `imageEncoder: there are ${grids.length} grids for ${batch} pictures`);
}
