export { chromeFlags, findChrome } from '@residual/testkit/chrome';
export { findAdapter } from '../../testkit/src/adapter.js';
