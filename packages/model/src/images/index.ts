/** What a model makes of pictures. Loaded when it is asked for the first time: most pages do not need it. */
export { classifyImages } from './classify-image.js';
export { embedImages, embedTextsOf } from './embed-images.js';
export { forwardImageOf } from './forward-image.js';
export { decodeImageOf, encodeImages } from './image-codes.js';
export { imageList } from './image-pass.js';
export { similarities } from './similarity.js';
