export { fullMatch } from './full-match.js';
