export { backendOf, ready, registeredBackends, requireBackend, useBackend } from './backend.js';
export { expectShape, ResidualError, showShape } from './errors.js';
export { type GradientTree, gradients, recompute } from './gradients.js';
export {
  type Attributes,
  defineOp,
  type GradientContext,
  type InputGradients,
  type Inputs,
  type Op,
  run,
} from './op.js';
export { fill, ones, range, zeros } from './ops/create.js';
export {
  abs,
  add,
  broadcastShape,
  clone,
  div,
  equal,
  erf,
  exp,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  logicalAnd,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  relu,
  rsqrt,
  scalarMinus,
  sigmoid,
  sqrt,
  square,
  sub,
  tanh,
  toFloat,
  toInt,
} from './ops/elementwise.js';
export { matMul } from './ops/mat-mul.js';
export { argMax, logSoftmax, logSumExp, max, mean, type ReduceOptions, softmax, sum, sumTo } from './ops/reduce.js';
export { concat, reshape, slice, sliceAxis, split, transpose } from './ops/shape.js';
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
export { type RecordedCall, Recording, record } from './recorder.js';
export {
  type DataType,
  dispose,
  isTensor,
  keep,
  type Matrix,
  memory,
  scalar,
  type Tensor,
  type TensorValues,
  tensor,
  tidy,
} from './tensor.js';
export { type Activation, activate, gated, gelu, silu } from './transformer/activations.js';
export {
  type AttendInputs,
  type AttendOptions,
  attend,
  attentionScores,
  attentionValues,
  attentionWeights,
} from './transformer/attend.js';
export { appendToCache } from './transformer/cache.js';
export { crossEntropy } from './transformer/cross-entropy.js';
export { dropout, type RandomPlace } from './transformer/dropout.js';
export { embed, scatterAdd } from './transformer/embed.js';
export { gather } from './transformer/gather.js';
export { linear } from './transformer/linear.js';
export { dense } from './transformer/matrix.js';
export { layerNorm, rmsNorm } from './transformer/norms.js';
export { rotate } from './transformer/rotate.js';
export { type Extent, type Visibility, visibleKeys } from './transformer/visible.js';
