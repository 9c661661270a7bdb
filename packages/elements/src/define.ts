import { defineAttention } from './attention.js';
import { defineBars } from './bars.js';
import { defineBeams } from './beams.js';
import { defineBranches } from './branches.js';
import { defineCensus } from './census.js';
import { defineDistribution } from './distribution.js';
import { defineHeads } from './heads.js';
import { defineNeighbours } from './neighbours.js';
import { defineRibbons } from './ribbons.js';
import { defineTokenText } from './token-text.js';
import { defineTokens } from './tokens.js';
import { defineVectors } from './vectors.js';

/** Defines all elements of this package on the page; elements that are already defined stay. */
export function defineElements(): void {
  defineTokens();
  defineBars();
  defineAttention();
  defineHeads();
  defineRibbons();
  defineBeams();
  defineNeighbours();
  defineTokenText();
  defineDistribution();
  defineVectors();
  defineCensus();
  defineBranches();
}
