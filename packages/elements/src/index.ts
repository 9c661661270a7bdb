export {
  type AttentionElement,
  type AttentionOptions,
  type AttentionWeights,
  type CellDetail,
  defineAttention,
} from './attention.js';
export { type Bar, type BarsElement, defineBars } from './bars.js';
export type { BeamColumn, BeamEnd, BeamNode, NodeIndex } from './beam-tree.js';
export { type BeamsElement, defineBeams } from './beams.js';
export { type Branch, type BranchDetail, type BranchesElement, defineBranches } from './branches.js';
export { type CensusElement, type ComparedModel, defineCensus } from './census.js';
export type { MatrixKind, WeightCensus } from './census-layout.js';
export { type CharacterPart, characterParts, partDescription, partLabel } from './character-parts.js';
export { defineElements } from './define.js';
export { type ChoiceDetail, type DistributionElement, defineDistribution, type LikelyToken } from './distribution.js';
export { defineHeads, type HeadDetail, type HeadsElement } from './heads.js';
export { defineNeighbours, type Neighbour, type NeighbourDetail, type NeighboursElement } from './neighbours.js';
export { defineRibbons, type Ribbons, type RibbonsElement, type WordDetail } from './ribbons.js';
export type { TokenWithOffset } from './token-groups.js';
export { defineTokenText, type TokenTextElement } from './token-text.js';
export { type DisplayedToken, defineTokens, type TokenDetail, type TokensElement } from './tokens.js';
export { defineVectors, type NamedVector, type VectorDetail, type VectorsElement } from './vectors.js';
