import type { CrossAttention, SelfAttention } from '@residual/attention';
import type { Dropout, Layer, Linear, Positions, VectorNeed } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { Block, CrossBlock, CrossStack, EncoderDecoder, LanguageModel, Stack } from '@residual/transformer';

/** A norm of any kind: RMS norms have no bias. */
type Norm = Layer<{ readonly weight: VectorNeed; readonly bias: VectorNeed | undefined }, Tensor, Tensor>;

/** A perceptron, plain or gated. */
type Perceptron = Layer<
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
export type UsualBlock = Block<Norm, SelfAttention, Perceptron>;

/** The blocks of their decoders that read a source too. */
export type UsualCrossBlock = CrossBlock<Norm, SelfAttention, CrossAttention, Perceptron>;

/**
 * The language models that the families of this package compose: by it the compiler knows the paths of their weights. A family with parts of its own has others.
 */
export type UsualLanguageModel = LanguageModel<Stack<UsualBlock>, Positions | undefined, Linear | undefined>;

/** Their encoder-decoders. */
export type UsualEncoderDecoder = EncoderDecoder<Stack<UsualBlock>, CrossStack<UsualCrossBlock>>;
