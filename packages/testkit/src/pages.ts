/**
 * Helpers for tests of built pages: the demo's server with its security policy, and a browser that records problems.
 */
export { serve } from '../../../scripts/lib/serve.mjs';
export { drawnByGraphics, launchChrome } from './browser.js';
export { appearanceProblems } from './pages/appearance.js';
export { readCell } from './pages/attention.js';
export { reachedByTab, undescribedControls } from './pages/controls.js';
export { type OpenApp, openApp, type Page } from './pages/open.js';
export { pageWork } from './pages/page-work.js';
export { expectError, expectFailure, type FindMissing, tolerateError, watchPages } from './pages/watch.js';
export { root } from './repository/workspace.js';
