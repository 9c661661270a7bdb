export { bart } from './bart.js';
export { composeStored, type StoredComposition } from './compose-stored.js';
export { type Config, ConfigReader } from './config.js';
export { changedConfigText, configText } from './config-text.js';
export type {
  Buffer,
  CausalComposition,
  ComposeOptions,
  Composition,
  Difference,
  Family,
  Row,
  SequenceToSequenceComposition,
  StoredTable,
} from './family.js';
export { gpt2 } from './gpt2.js';
export { families, familyOf } from './known.js';
export { llama } from './llama.js';
export { m2m100 } from './m2m100.js';
export { marian } from './marian.js';
export { mbart } from './mbart.js';
export { inOurNames, inTheirNames, type Place, placesIn, type StoredArrays, withComputed } from './names.js';
export {
  type DecoderSizes,
  type EncoderDecoderSizes,
  gpt2Config,
  type LlamaSizes,
  llamaConfig,
  type MarianSizes,
  marianConfig,
  type SpecialIds,
  type T5Sizes,
  t5Config,
} from './new-configs.js';
export { pegasus } from './pegasus.js';
export { rotaryFields } from './rope.js';
export { mt5, t5 } from './t5.js';
export type { UsualBlock, UsualCrossBlock, UsualEncoderDecoder, UsualLanguageModel } from './usual.js';
