export { type TiktokenEncoding, type TiktokenName, tiktokenEncodings } from './encodings.js';
export { type TiktokenOptions, tiktokenTokenizer } from './tiktoken-tokenizer.js';
