export type { ModelFiles, OnBytes } from './files.js';
export type { Step } from './generate.js';
export type { GenerateOptions, GenerationConfig } from './generate-options.js';
export type { Generation } from './generation.js';
export { type LoadModelOptions, type LoadProgress, loadModel } from './load-model.js';
export { Model, type ModelParts, type Prompt } from './model.js';
export type { PlainTensor } from './plain-tensor.js';
export type { Finish, Generated } from './row.js';
export type { ModelSource, SourceOptions } from './source.js';
