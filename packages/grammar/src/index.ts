export { ResidualError } from '@residual/base';
export {
  type ConstrainedSequence,
  type Constraint,
  type ConstraintStream,
  type ConstraintTokens,
  constraint,
} from './constraint.js';
export { compileGrammar, type Grammar, type GrammarOptions } from './grammar.js';
export type { Whitespace } from './json-schema/whitespace.js';
export type { Mask } from './masks.js';
export type { Node, Rule } from './node.js';
