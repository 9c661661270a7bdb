import { analyse } from '../analysis.js';
import type { Node } from '../node.js';
import { Evaluator } from './evaluate.js';
import { schemaError } from './located.js';
import { spacingOf, type Whitespace } from './whitespace.js';
import { Writer } from './write.js';

/** The grammar of the JSON texts that obey a schema. Throws if it is not understood, or if no value obeys it. */
export function schemaNode(schema: unknown, whitespace: Whitespace): Node {
  const evaluator = new Evaluator(schema);
  const root = new Writer(evaluator, spacingOf(whitespace)).value([evaluator.root]);
  if (!analyse(root).productive.has(root)) {
    const [path = '#'] = evaluator.emptyPaths;
    throw schemaError(
      '#',
      `is obeyed by no value that can be written${path === '#' ? '' : `: ${path} allows none`}`,
      'grammar',
    );
  }
  return root;
}
