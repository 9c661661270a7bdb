export { type Merge, type MergedWord, type MergeInspector, mergeInspector } from './merges.js';
export { type Segmentation, type SegmentedWord, segmentations } from './segmentations.js';
