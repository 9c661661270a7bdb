export { type FolderStoreOptions, folderStore } from './checkpoint/folder.js';
