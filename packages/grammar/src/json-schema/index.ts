import type { ResidualError } from '@residual/base';
import type { Node } from '../node.js';
import { Evaluator } from './evaluate.js';
import { schemaError } from './located.js';
import { spacingOf, type Whitespace } from './whitespace.js';
import { Writer } from './write.js';

/**
 * The grammar of the JSON texts that obey a schema, and the error to throw if there are none. Throws if the schema is
 * not understood.
 */
export function schemaNode(schema: unknown, whitespace: Whitespace): { root: Node; emptyError: () => ResidualError } {
  const evaluator = new Evaluator(schema);
  const root = new Writer(evaluator, spacingOf(whitespace)).root([evaluator.root]);
  const emptyError = () => {
    const [path = '#'] = evaluator.emptyPaths;
    const where = path === '#' ? '' : `: ${path} allows none`;
    return schemaError('#', `is obeyed by no value that can be written${where}`, 'grammar');
  };
  return { root, emptyError };
}
