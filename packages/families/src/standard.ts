import type { CrossAttention, SelfAttention } from '@residual/attention';
import type { Dropout, Layer, Linear, PositionEncoding, VectorNeed } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { Block, CrossBlock, CrossStack, EncoderDecoder, LanguageModel, Stack } from '@residual/transformer';

/** A norm of any kind: RMS norms have no bias. */
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

/** The blocks of the families of this package that read one sequence. */
export type StandardBlock = Block<Norm, SelfAttention, Mlp>;

/** The blocks of their decoders that read a source too. */
export type StandardCrossBlock = CrossBlock<Norm, SelfAttention, CrossAttention, Mlp>;

/**
 * The language models that the families of this package compose: by it the compiler knows the paths of their weights. A family with parts of its own has others.
 */
export type StandardLanguageModel = LanguageModel<
  Stack<StandardBlock>,
  PositionEncoding | undefined,
  Linear | undefined
>;

/** Their encoder-decoders. */
export type StandardEncoderDecoder = EncoderDecoder<Stack<StandardBlock>, CrossStack<StandardCrossBlock>>;
