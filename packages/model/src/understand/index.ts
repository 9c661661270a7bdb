/** What a model reads out of texts. Loaded when it is asked for the first time: a page that writes does not need it. */
export { answerQuestion } from './answer.js';
export { classifyTexts } from './classify.js';
export { classifyTokensOf } from './classify-tokens.js';
export { fillMasks } from './fill-mask.js';
export { rerankDocuments } from './rerank.js';
