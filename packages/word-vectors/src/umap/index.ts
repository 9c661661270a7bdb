export { type UmapOptions, umap } from './umap.js';
