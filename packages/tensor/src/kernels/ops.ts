import type {
  ActivationGradientAttributes,
  ActivationGradientInputs,
  GatedAttributes,
  GatedInputs,
  GeluAttributes,
} from '../nn/activations.js';
import type { AdamStepAttributes, AdamStepInputs } from '../nn/adam-step.js';
import type { AttendAttributes, AttendOpInputs, PackedAttendAttributes } from '../nn/attend.js';
import type { AppendToCacheInputs, ResizeCacheAttributes, ResizeCacheInputs } from '../nn/cache.js';
import type {
  ConvolutionAttributes,
  ConvolutionInputGradientInputs,
  ConvolutionInputs,
  ConvolutionWeightGradientInputs,
} from '../nn/convolution/dense-convolution.js';
import type { FoldAttributes, UnfoldAttributes } from '../nn/convolution/unfold.js';
import type { CrossEntropyAttributes, CrossEntropyGradientInputs, CrossEntropyInputs } from '../nn/cross-entropy.js';
import type {
  ExpertLinearAttributes,
  ExpertLinearGradientInputs,
  ExpertLinearInputs,
  ExpertLinearWeightGradientInputs,
} from '../nn/dense-expert-linear.js';
import type { LinearInputs } from '../nn/dense-linear.js';
import type { DropoutAttributes } from '../nn/dropout.js';
import type { EmbedAttributes, EmbedInputs } from '../nn/embed.js';
import type { GatherAttributes, GatherInputs, ScatterAddAttributes, ScatterAddInputs } from '../nn/gather.js';
import type { KthLargestAttributes } from '../nn/kth-largest.js';
import type { MovingMeanAttributes, MovingMeanInputs } from '../nn/moving-mean.js';
import type { LayerNormInputs, NormAttributes, RmsNormInputs } from '../nn/norms.js';
import type { PackAttributes } from '../nn/packed/pack-rows.js';
import type {
  PackedExpertLinearAttributes,
  PackedExpertLinearGradientAttributes,
  PackedExpertLinearGradientInputs,
  PackedExpertLinearInputs,
} from '../nn/packed/packed-expert-linear.js';
import type {
  PackedLinearAttributes,
  PackedLinearGradientInputs,
  PackedLinearInputs,
} from '../nn/packed/packed-linear.js';
import type { UnpackAttributes, UnpackInputs } from '../nn/packed/unpack.js';
import type { UnpackCacheAttributes, UnpackCacheInputs } from '../nn/packed-cache.js';
import type { CausalConvolutionInputs } from '../nn/recurrence/causal-convolution.js';
import type { GatedDeltaRuleInputs } from '../nn/recurrence/gated-delta-rule.js';
import type { RecurrenceAttributes } from '../nn/recurrence/output-and-state.js';
import type { SelectiveScanInputs } from '../nn/recurrence/selective-scan.js';
import type { StateSpaceDualInputs } from '../nn/recurrence/state-space-dual.js';
import type { RotateAttributes, RotateInputs } from '../nn/rotate.js';
import type { TakeAlongInputs } from '../nn/take-along.js';
import type { TopKAttributes } from '../nn/top-k.js';
import type { AffineAttributes } from '../ops/arithmetic.js';
import type { Axes } from '../ops/axes.js';
import type { BinaryInputs } from '../ops/binary.js';
import type { CastAttributes } from '../ops/convert.js';
import type { MatMulAttributes } from '../ops/mat-mul.js';
import type { NoAttributes, UnaryInputs } from '../ops/op.js';
import type { ReshapeAttributes, SliceAttributes } from '../ops/shape.js';
import type { LogSumExpAttributes, SoftmaxInputs } from '../ops/softmax.js';

/** Inputs and attributes of each op that a backend has a kernel for, by the name of its function. */
export interface KernelOps {
  readonly activationGradient: [ActivationGradientInputs, ActivationGradientAttributes];
  readonly adamStep: [AdamStepInputs, AdamStepAttributes];
  readonly affine: [UnaryInputs, AffineAttributes];
  readonly add: [BinaryInputs, NoAttributes];
  readonly appendToCache: [AppendToCacheInputs, NoAttributes];
  readonly appendToPackedCache: [AppendToCacheInputs, PackAttributes];
  readonly attend: [AttendOpInputs, AttendAttributes];
  readonly causalConvolution: [CausalConvolutionInputs, NoAttributes];
  readonly cast: [UnaryInputs, CastAttributes];
  readonly convolution: [ConvolutionInputs, ConvolutionAttributes];
  readonly convolutionInputGradient: [ConvolutionInputGradientInputs, ConvolutionAttributes];
  readonly convolutionWeightGradient: [ConvolutionWeightGradientInputs, ConvolutionAttributes];
  readonly crossEntropy: [CrossEntropyInputs, CrossEntropyAttributes];
  readonly crossEntropyGradient: [CrossEntropyGradientInputs, CrossEntropyAttributes];
  readonly dropout: [UnaryInputs, DropoutAttributes];
  readonly embed: [EmbedInputs, EmbedAttributes];
  readonly expertLinear: [ExpertLinearInputs, ExpertLinearAttributes];
  readonly expertLinearGradient: [ExpertLinearGradientInputs, ExpertLinearAttributes];
  readonly expertLinearWeightGradient: [ExpertLinearWeightGradientInputs, ExpertLinearAttributes];
  readonly fold: [UnaryInputs, FoldAttributes];
  readonly gated: [GatedInputs, GatedAttributes];
  readonly gatedDeltaRule: [GatedDeltaRuleInputs, RecurrenceAttributes];
  readonly gather: [GatherInputs, GatherAttributes];
  readonly gelu: [UnaryInputs, GeluAttributes];
  readonly kthLargest: [UnaryInputs, KthLargestAttributes];
  readonly layerNorm: [LayerNormInputs, NormAttributes];
  readonly linear: [LinearInputs, NoAttributes];
  readonly logSumExp: [UnaryInputs, LogSumExpAttributes];
  readonly matMul: [BinaryInputs, MatMulAttributes];
  readonly movingMean: [MovingMeanInputs, MovingMeanAttributes];
  readonly pack: [UnaryInputs, PackAttributes];
  readonly packedAttend: [AttendOpInputs, PackedAttendAttributes];
  readonly packedExpertLinear: [PackedExpertLinearInputs, PackedExpertLinearAttributes];
  readonly packedExpertLinearGradient: [PackedExpertLinearGradientInputs, PackedExpertLinearGradientAttributes];
  readonly packedLinear: [PackedLinearInputs, PackedLinearAttributes];
  readonly packedLinearGradient: [PackedLinearGradientInputs, UnpackAttributes];
  readonly reshape: [UnaryInputs, ReshapeAttributes];
  readonly resizeCache: [ResizeCacheInputs, ResizeCacheAttributes];
  readonly rmsNorm: [RmsNormInputs, NormAttributes];
  readonly rotate: [RotateInputs, RotateAttributes];
  readonly scatterAdd: [ScatterAddInputs, ScatterAddAttributes];
  readonly selectiveScan: [SelectiveScanInputs, RecurrenceAttributes];
  readonly silu: [UnaryInputs, NoAttributes];
  readonly slice: [UnaryInputs, SliceAttributes];
  readonly softmax: [SoftmaxInputs, { readonly dim: 1 }];
  readonly sqrt: [UnaryInputs, NoAttributes];
  readonly square: [UnaryInputs, NoAttributes];
  readonly sum: [UnaryInputs, Axes];
  readonly softplus: [UnaryInputs, NoAttributes];
  readonly stateSpaceDual: [StateSpaceDualInputs, RecurrenceAttributes];
  readonly takeAlong: [TakeAlongInputs, NoAttributes];
  readonly tanh: [UnaryInputs, NoAttributes];
  readonly topK: [UnaryInputs, TopKAttributes];
  readonly unpackCache: [UnpackCacheInputs, UnpackCacheAttributes];
  readonly unfold: [UnaryInputs, UnfoldAttributes];
  readonly unpack: [UnpackInputs, UnpackAttributes];
}
