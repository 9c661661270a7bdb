import './node-version.cjs';

import('./lib/run-cards.mjs');
