import './node-version.cjs';

import('./lib/run-schemas.mjs');
