export { chromeFlags, findChrome } from '../../cli/src/machine/chrome.ts';
