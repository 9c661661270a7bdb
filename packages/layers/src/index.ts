export { activation } from './activation.js';
export {
  type BatchNorm,
  type BatchNormOptions,
  BatchStatistics,
  batchNorm,
  batchStatistics,
  foldBatchNorm,
} from './batch-norm.js';
export { type Bindable, type Bound, bind } from './bind.js';
export { type Census, census } from './census.js';
export {
  type Convolution,
  type Convolution1dOptions,
  type Convolution2dOptions,
  convolution1d,
  convolution2d,
  type Size,
} from './convolution.js';
export { type DescribedPart, type DescribeOptions, type Description, describe } from './describe.js';
export { type Dropout, type DropoutOptions, dropout, type Randomness, randomness } from './dropout.js';
export { expectLayers, expectSameWidth } from './expect-layers.js';
export { formsOf } from './forms.js';
export { type GroupNorm, type GroupNormOptions, groupNorm } from './group-norm.js';
export { withInspect } from './inspect.js';
export { joined } from './joined.js';
export { keyRange, zeroPadding } from './key-range.js';
export { type AnyLayer, type Layer, type LayerInfo, layer } from './layer.js';
export { type LayerScale, type LayerScaleOptions, layerScale } from './layer-scale.js';
export { type Linear, type LinearOptions, linear } from './linear.js';
export { expectMatchingWeights, type WeightSource } from './match-weights.js';
export {
  type Initializer,
  type Leaf,
  leavesOf,
  type MatrixNeed,
  type MatrixOptions,
  matrix,
  type NamedLeaf,
  type Needs,
  needsOf,
  type Role,
  sizeOf,
  type TableNeed,
  table,
  treeOf,
  type VectorNeed,
  vector,
  visit,
  type WeightNeed,
  type Weights,
  weightNeeds,
} from './needs.js';
export {
  type HeadNormOptions,
  type LayerNorm,
  type LayerNormOptions,
  type LayerNormPerHead,
  layerNorm,
  layerNormAroundOne,
  layerNormPerHead,
  type NormOptions,
  type RmsNorm,
  rmsNorm,
  rmsNormAroundOne,
  type UnitNorm,
  type UnitNormOptions,
  unitNorm,
} from './norms.js';
export { outputPosition, outputScope, selectOutputPosition } from './output-position.js';
export { type GroupedForm, packedTensorInfo, packedTensors, rowsByName } from './packed-tensors.js';
export { pathMatcher } from './path-matcher.js';
export { type PixelShuffle, type PixelShuffleOptions, pixelShuffle } from './pixel-shuffle.js';
export {
  expectPositionEncoding,
  type PositionEncoding,
  type StepPositions,
  stepPositions,
  stepPositionsOf,
} from './position-encoding.js';
export { PositionTableCache } from './position-table-cache.js';
export { readSlice } from './read-weights.js';
export {
  JoinedStates,
  type NamedStates,
  type RecurrentStateLayout,
  RecurrentStates,
  recurrentStates,
  type StateStore,
} from './recurrent-states.js';
export { wordsOfHalves } from './safetensors-rows.js';
export { type LoadOptions, load, type NamedArrays, type SaveOptions, save } from './save-load.js';
export { emptyScope, type Hook, Scope, type Slot, slot, type Taps, withHooks } from './scope.js';
export { type Sequential, type SequentialParts, sequential } from './sequential.js';
export type { RowReadOptions, RowRun, StoredRows, StoredSlice } from './stored-rows.js';
export { summary } from './summary.js';
export { noMatchingTensor, type Recorder, type Replacement, record, replace } from './taps.js';
export {
  type TransposedConvolution,
  type TransposedConvolution1dOptions,
  transposedConvolution1d,
} from './transposed-convolution.js';
export { transposedMatrix, transposedRows } from './transposed-rows.js';
export { countParameters, flatten, type HasNeeds, type InitOptions, init, mapTree, unflatten } from './tree.js';
export {
  type Quantized,
  type VectorQuantizer,
  type VectorQuantizerOptions,
  vectorQuantizer,
} from './vector-quantizer.js';
export { type WeightNormConvolution, type WeightNormOptions, weightNormConvolution1d } from './weight-norm.js';
