export { activation } from './activation.js';
export { type Census, census, type Description, describe } from './describe.js';
export { dropout, type Randomness, randomness } from './dropout.js';
export { type LoadOptions, load, type NamedArrays } from './file.js';
export { expectSameWidth } from './fit.js';
export { type About, type AnyLayer, type Layer, layer } from './layer.js';
export { type Linear, type LinearOptions, linear } from './linear.js';
export {
  type Leaf,
  leavesOf,
  type MatrixNeed,
  matrix,
  type Needs,
  type PlacedLeaf,
  type Role,
  type TableNeed,
  table,
  treeOf,
  type VectorNeed,
  vector,
  visit,
  type Weights,
} from './needs.js';
export { type LayerNorm, layerNorm, type NormOptions, type RmsNorm, rmsNorm } from './norms.js';
export { type Places, type Positions, places, placesOf } from './positions.js';
export { emptyScope, Scope, type Slot, slot, type Taps } from './scope.js';
export { type Recorder, record, replace } from './taps.js';
export { count, flatten, type HasNeeds, init, mapTree, tableMaker, unflatten } from './tree.js';
