/** What tests of built pages use: the demo's server, under the demo's policy, and a browser. */
export { serve } from '../../../scripts/lib/serve.mjs';
export { launchChrome } from './browser.js';
export { root } from './repository/workspace.js';
