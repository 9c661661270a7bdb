import './node-version.cjs';

import('./lib/run-bench.mjs');
