export { ResidualError } from '@residual/base';
export { analogy, midpoint, oddOneOut } from './analogy.js';
export {
  type ArithmeticMethod,
  type ArithmeticOptions,
  type ArithmeticResult,
  arithmetic,
  type ScoredNeighbour,
} from './arithmetic.js';
export {
  type DebiasOptions,
  type Direction,
  type DirectionReport,
  debias,
  direction,
  evaluateDirection,
  type PairAlong,
  type ProjectedWord,
  project,
  type WordPair,
} from './direction.js';
export {
  type AnalogyReport,
  type EvaluateOptions,
  evaluateAnalogies,
  parseAnalogies,
  type Question,
  type QuestionCategory,
  type Tally,
} from './evaluate-analogies.js';
export { evaluateSimilarity, parseRatings, type RatedPair, type SimilarityReport } from './evaluate-similarity.js';
export { parseExpression, type Term } from './expression.js';
export { expressionText } from './expression-text.js';
export { findWord } from './find-word.js';
export {
  type Bytes,
  type FileUrls,
  type StoredVectors,
  type VectorSource,
  type Vocabulary,
  type WordVectorsOptions,
  wordVectors,
} from './load.js';
export { type NearestOptions, type Neighbour, nearest, similarity, type WordOrVector } from './nearest.js';
export { type PcaOptions, type Projection, pca } from './pca.js';
export { spearman } from './rank-correlation.js';
export { type Expression, readExpression } from './read-expression.js';
export type { Scan } from './scan.js';
export { complete, type SpellingOptions, suggest } from './spelling.js';
export { rowVector, unitRow, type VectorTableInput, vectorTable, type WordVectors } from './table.js';
