import type { CrossAttention, SelfAttention } from '@residual/attention';
import type { Dropout, Layer, Linear, PositionEncoding, VectorNeed } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { Block, CrossBlock, CrossStack, EncoderDecoder, LanguageModel, Stack } from '@residual/transformer';

/** A layer norm or an RMS norm, which has no bias. */
type Norm = Layer<{ readonly weight: VectorNeed; readonly bias: VectorNeed | undefined }, Tensor, Tensor>;

/** An MLP, plain or gated. */
type Mlp = Layer<
  {
    readonly gate: Linear | undefined;
    readonly up: Linear;
    readonly down: Linear;
    readonly dropout: Dropout | undefined;
  },
  Tensor,
  Tensor
>;

/** The decoder-only and encoder blocks of the families of this package. */
export type StandardBlock = Block<Norm, SelfAttention, Mlp>;

/** Their decoder blocks with cross-attention. */
export type StandardCrossBlock = CrossBlock<Norm, SelfAttention, CrossAttention, Mlp>;

/**
 * The language models that the families of this package compose. The type gives the compiler the paths of their
 * weights. A custom family may have other paths.
 */
export type StandardLanguageModel = LanguageModel<
  Stack<StandardBlock>,
  PositionEncoding | undefined,
  Linear | undefined
>;

/** The encoder-decoders that the families of this package compose. */
export type StandardEncoderDecoder = EncoderDecoder<Stack<StandardBlock>, CrossStack<StandardCrossBlock>>;
