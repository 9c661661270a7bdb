export { folderStore } from './checkpoint/folder.js';
export type { StoreOptions } from './checkpoint/store.js';
