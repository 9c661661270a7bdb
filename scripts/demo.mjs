import './node-version.cjs';

import('./lib/run-demo.mjs');
