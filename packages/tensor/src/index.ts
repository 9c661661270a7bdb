export type { EmitterPort, EventPort, Port } from '@residual/base';
export { asyncDisposable, disposable, expectOptions, nearest, type OptionNames } from '@residual/base';
export { backendOf, ready, registeredBackends, requireBackend, useBackend } from './backend.js';
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
export { type GradientTree, gradients } from './gradients.js';
export { registerKernels } from './kernels.js';
export {
  type Attributes,
  clone,
  defineOp,
  type GradientContext,
  type InputGradients,
  type Inputs,
  type KernelInputs,
  type Op,
  run,
} from './op.js';
export { add, affine, div, maximum, minimum, mul, neg, scalarMinus, sub } from './ops/arithmetic.js';
export type { ReduceOptions } from './ops/axes.js';
export { broadcastShape } from './ops/broadcast.js';
export { equal, greater, greaterEqual, less, lessEqual, logicalAnd, notEqual } from './ops/compare.js';
export { toFloat, toInt } from './ops/convert.js';
export { fill, ones, range, zeros } from './ops/create.js';
export { abs, erf, exp, log, relu, rsqrt, sigmoid, sqrt, square, tanh } from './ops/functions.js';
export { matMul } from './ops/mat-mul.js';
export { argMax, max, mean } from './ops/reduce.js';
export { concat, reshape, slice, sliceAxis, split, transpose } from './ops/shape.js';
export { logSoftmax, logSumExp, softmax } from './ops/softmax.js';
export { sum, sumTo } from './ops/sum.js';
export {
  bitsAt,
  checkSeed,
  mix,
  normalValues,
  type RandomKey,
  randomBits,
  randomKey,
  streamOf,
  uniformAt,
  uniformValues,
} from './random.js';
export { recompute } from './recompute.js';
export { record, refuseRecording } from './recorder.js';
export { type RecordedCall, Recording } from './recording.js';
export { offerRecovery, type Recovery, recoveryOfLost } from './recovery.js';
export { type ReusingCall, type ReusingKernel, reusing } from './spare-data.js';
export {
  type DataType,
  dispose,
  isTensor,
  keep,
  type Matrix,
  memory,
  type NestedValues,
  scalar,
  type Tensor,
  type TensorValues,
  tensor,
  tidy,
} from './tensor.js';
export { type Activation, activate, gated, gelu, silu } from './transformer/activations.js';
export {
  type AttendAttributes,
  type AttendInputs,
  type AttendOptions,
  attend,
  attentionScores,
} from './transformer/attend.js';
export { attentionValues, attentionWeights, fromSource } from './transformer/attend-steps.js';
export { appendToCache } from './transformer/cache.js';
export {
  type CrossEntropyAttributes,
  type CrossEntropyGradientInputs,
  type CrossEntropyInputs,
  crossEntropy,
} from './transformer/cross-entropy.js';
export { type DropoutAttributes, dropout, type RandomPlace } from './transformer/dropout.js';
export { embed } from './transformer/embed.js';
export { gather, scatterAdd } from './transformer/gather.js';
export { linear } from './transformer/linear.js';
export { isLowRankSum, type LowRankPart, type LowRankSum, lowRankSum, merged } from './transformer/low-rank.js';
export { dense } from './transformer/matrix.js';
export { layerNorm, rmsNorm } from './transformer/norms.js';
export { rotate } from './transformer/rotate.js';
export { type Extent, type Visibility, visibleKeys } from './transformer/visible.js';
