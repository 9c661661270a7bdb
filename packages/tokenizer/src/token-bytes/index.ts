export { tokenBytes } from './token-bytes.js';
