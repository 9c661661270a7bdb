import './node-version.cjs';

import('./lib/set-up.mjs').then(({ setUp }) => setUp());
