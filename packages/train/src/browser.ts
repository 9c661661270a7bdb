export { type BrowserStore, browserStore } from './checkpoint/browser-store.js';
export type { StoreOptions } from './checkpoint/store.js';
