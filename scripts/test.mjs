import './node-version.cjs';

import('./lib/run-tests.mjs');
