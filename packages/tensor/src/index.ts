export type { EmitterPort, EventPort, Port } from '@residual/base';
export {
  asyncDisposable,
  checkSeed,
  disposable,
  expectInteger,
  expectOptions,
  expectValue,
  firstFew,
  hash32,
  type IntegerRange,
  nearestNames,
  normalValues,
  type OptionNames,
  type RandomKey,
  randomBits,
  randomBitsAt,
  randomKey,
  streamOf,
  uniformAt,
  uniformValues,
  yieldToEventLoop,
} from '@residual/base';
export { type GradientTree, gradients } from './autodiff/gradients.js';
export { recompute } from './autodiff/recompute.js';
export { backendOf, ready, registeredBackends, requireBackend, useBackend } from './backend/backend.js';
export {
  findsLargestLogits,
  type LargestLogits,
  type LargestLogitsFinder,
  type LogitMasks,
  largestLogits,
  registerLargestLogits,
} from './backend/largest-logits.js';
export {
  type PendingData,
  type PendingDataMaker,
  type PendingPart,
  type RowsToPack,
  registerPendingData,
} from './backend/pending-tensor.js';
export { type Recovery, recoveryIfLost, registerRecovery } from './backend/recovery.js';
export { registerKernels } from './backend/register-kernels.js';
export { type BufferReusingCall, type BufferReusingKernel, withBufferReuse } from './capture/buffer-pool.js';
export { capture, refuseCapture } from './capture/capture.js';
export { CapturedGraph } from './capture/captured-graph.js';
export type { KernelCall, KernelNode } from './capture/kernel-call.js';
export { type Plan, type PlannedStep, type Planner, registerPlanner } from './capture/plan.js';
export {
  errorFromPlain,
  errorToPlain,
  expectShape,
  type PlainError,
  ResidualError,
  type ResidualErrorOptions,
  showShape,
  showValue,
} from './errors.js';
export { type Activation, activate, gated, gelu, silu } from './nn/activations.js';
export { adamStep } from './nn/adam-step.js';
export {
  type AttendAttributes,
  type AttendInputs,
  type AttendOptions,
  attend,
  attentionScores,
} from './nn/attend.js';
export { attentionValues, attentionWeights, reorderCache } from './nn/attend-steps.js';
export { batchMoments, batchNorm } from './nn/batch-norm.js';
export { appendToCache, resizeCache } from './nn/cache.js';
export { type CacheForm, cacheForms, expectCacheForm, type PackedCacheForm } from './nn/cache-form.js';
export { type ConvolutionOptions, convolution } from './nn/convolution/convolution.js';
export { maxPooling, meanPooling } from './nn/convolution/pooling.js';
export {
  type TransposedConvolutionOptions,
  transposedConvolution,
} from './nn/convolution/transposed-convolution.js';
export type { WindowOptions } from './nn/convolution/window.js';
export {
  type CrossEntropyAttributes,
  type CrossEntropyGradientInputs,
  type CrossEntropyInputs,
  crossEntropy,
} from './nn/cross-entropy.js';
export { type DropoutAttributes, dropout, type RandomStream } from './nn/dropout.js';
export { embed } from './nn/embed.js';
export { type ExpertLinearOptions, expertLinear } from './nn/expert-linear.js';
export { gather, scatterAdd } from './nn/gather.js';
export { kthLargest } from './nn/kth-largest.js';
export { linear } from './nn/linear.js';
export { lowRankSum, mergeLowRank } from './nn/low-rank.js';
export { attentionMask, type KeyRange, type MaskOptions } from './nn/mask.js';
export { dense, isLowRankSum, type LowRankAdapter, type LowRankSum } from './nn/matrix.js';
export { matrixValues } from './nn/matrix-values.js';
export { movingMean, movingMeanOfSquares } from './nn/moving-mean.js';
export { layerNorm, rmsNorm } from './nn/norms.js';
export { byteSizeOf } from './nn/packed/byte-size.js';
export { hasScales, isPackedForm, type MatrixForm, type PackedForm } from './nn/packed/forms.js';
export {
  bitsOfGroups,
  isPacked,
  type PackedBits,
  type PackedMatrix,
  pack,
  packBits,
  packedMatrix,
} from './nn/packed/packed-matrix.js';
export { groupsOfBits, readBits } from './nn/packed/read-bits.js';
export { canUnpack, unpack } from './nn/packed/unpack.js';
export { blockAlignment, type WeightBlock, type WeightWriter, weightWriter } from './nn/packed/weight-writer.js';
export {
  type CacheTensor,
  cacheFormOf,
  cacheOf,
  cacheTensor,
  emptyCache,
  isPackedCache,
  type PackedCache,
  packCache,
  unpackCache,
} from './nn/packed-cache.js';
export { type CausalConvolutionInputs, causalConvolution, lastInputs } from './nn/recurrence/causal-convolution.js';
export { type GatedDeltaRuleInputs, gatedDeltaRule } from './nn/recurrence/gated-delta-rule.js';
export type { OutputAndState } from './nn/recurrence/output-and-state.js';
export { type SelectiveScanInputs, selectiveScan } from './nn/recurrence/selective-scan.js';
export { type StateSpaceDualInputs, stateSpaceDual } from './nn/recurrence/state-space-dual.js';
export { rotate } from './nn/rotate.js';
export { softplus } from './nn/softplus.js';
export { stopGradient } from './nn/stop-gradient.js';
export { takeAlong } from './nn/take-along.js';
export { type TopK, topK, topKIndices } from './nn/top-k.js';
export { add, affine, div, maximum, minimum, mul, neg, scalarMinus, sub } from './ops/arithmetic.js';
export type { ReduceOptions } from './ops/axes.js';
export { broadcastShape } from './ops/broadcast.js';
export { equal, greater, greaterEqual, less, lessEqual, logicalAnd, notEqual } from './ops/compare.js';
export { toFloat, toInt } from './ops/convert.js';
export { fill, ones, range, zeros } from './ops/create.js';
export { abs, erf, exp, log, relu, rsqrt, sigmoid, sqrt, square, tanh } from './ops/functions.js';
export { matMul } from './ops/mat-mul.js';
export {
  type Attributes,
  clone,
  defineOp,
  type GradientContext,
  type InputGradients,
  type Inputs,
  type KernelInputs,
  type Op,
  runOp,
} from './ops/op.js';
export { argMax, max, mean } from './ops/reduce.js';
export { concat, reshape, slice, sliceAxis, split, transpose } from './ops/shape.js';
export { logSoftmax, logSumExp, softmax } from './ops/softmax.js';
export { sum, sumTo } from './ops/sum.js';
export { ScratchMemory } from './scratch-memory.js';
export {
  type DataType,
  dispose,
  isTensor,
  keep,
  type Matrix,
  memoryUsage,
  type NestedValues,
  scalar,
  type Tensor,
  type TensorValues,
  tensor,
  tidy,
} from './tensor.js';
