import './node-version.cjs';

import('./lib/run-dev.mjs');
