import './node-version.cjs';

import('./lib/run-sizes.mjs');
