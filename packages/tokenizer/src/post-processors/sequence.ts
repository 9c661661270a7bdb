import { failFile } from '../errors.js';
import type { ComponentReader } from '../formats/json/components.js';
import type { PostProcessor } from './post-processor.js';

/** Applies post-processors one after another. At most one of them may add tokens. */
export const sequence: ComponentReader<PostProcessor> = (fields, nested) => {
  const path = fields.path('processors');
  const parts = fields.array('processors').map((json, index) => nested(json, `${path}[${index}]`));
  const adding = parts.filter(part => part.template).length;
  if (adding > 1) failFile(`${path} holds ${adding} that add tokens; at most 1 can`);
  return Object.assign({}, ...parts);
};
