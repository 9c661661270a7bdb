export { type BrowserStore, type BrowserStoreOptions, browserStore } from './checkpoint/browser-store.js';
