export { folderStore } from './checkpoint/folder-store.js';
export type { StoreOptions } from './checkpoint/store.js';
