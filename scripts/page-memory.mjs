import './node-version.cjs';

import('./lib/run-page-memory.mjs');
