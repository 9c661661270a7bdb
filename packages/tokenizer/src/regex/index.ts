export { wholeMatch } from './whole-match.js';
