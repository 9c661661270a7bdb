export type { BpeTrainerOptions } from '../models/bpe/trainer/train-bpe.js';
export type { UnigramTrainerOptions } from '../models/unigram/trainer/train-unigram.js';
export { characterTokenizer } from '../models/wordlevel/character-tokenizer.js';
export type { ComponentConfig, PipelineConfig, TrainKind } from './presets.js';
export type { TrainProgress } from './scheduler.js';
export { type LearnedMerge, type SpecialToken, type TrainOptions, trainTokenizer } from './train-tokenizer.js';
