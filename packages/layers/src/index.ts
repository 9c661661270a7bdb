export { activation } from './activation.js';
export { type Bindable, type Bound, bind } from './bind.js';
export { type Census, census } from './census.js';
export { type DescribedPart, type DescribeOptions, type Description, describe } from './describe.js';
export { type Dropout, type DropoutOptions, dropout, type Randomness, randomness } from './dropout.js';
export { type LoadOptions, load, type NamedArrays, save } from './file.js';
export { expectLayers, expectSameWidth } from './fit.js';
export { GrownTables } from './grown-tables.js';
export { type About, type AnyLayer, type Layer, layer } from './layer.js';
export { type Linear, type LinearOptions, linear } from './linear.js';
export {
  type Leaf,
  leavesOf,
  type MatrixNeed,
  type MatrixOptions,
  matrix,
  type Needs,
  needsOf,
  type PlacedLeaf,
  type Role,
  type Start,
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
export { type LayerNorm, type LayerNormOptions, layerNorm, type NormOptions, type RmsNorm, rmsNorm } from './norms.js';
export { matcher } from './pattern.js';
export { expectPositions, type Places, type Positions, places, placesOf } from './positions.js';
export { emptyScope, Scope, type Slot, slot, type Taps } from './scope.js';
export { shownAs } from './shown.js';
export { summary } from './summary.js';
export { noTensor, type Recorder, record, replace } from './taps.js';
export { count, flatten, type HasNeeds, type InitOptions, init, mapTree, sizeOf, unflatten } from './tree.js';
