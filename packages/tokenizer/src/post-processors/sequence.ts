import { failFile } from '../errors.js';
import type { Component } from '../formats/json/components.js';
import type { PostProcessor } from './post-processor.js';

/** Applies post-processors one after another. At most one of them may add tokens. */
export const sequence: Component<PostProcessor> = {
  type: 'Sequence',
  list: 'processors',
  fromJson: (fields, parts) => {
    const adding = parts.filter(part => part.template).length;
    if (adding > 1) failFile(`${fields.path('processors')} holds ${adding} that add tokens; at most 1 can`);
    return Object.assign({}, ...parts);
  },
};
