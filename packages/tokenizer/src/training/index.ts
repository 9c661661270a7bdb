export { characterTokenizer } from './characters.js';
export type { TrainProgress } from './pace.js';
export type { Component, Surroundings, TrainKind } from './recipes.js';
export { type SpecialToken, type TrainOptions, trainTokenizer } from './train.js';
export type { MergeOptions } from './train-merges.js';
export type { UnigramOptions } from './unigram/train-unigram.js';
