import './node-version.cjs';

import('./lib/run-fuzz.mjs');
