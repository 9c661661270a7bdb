/** What the pages of the demo apps share. */
export { type Address, addressOf, type Choices } from './address.js';
export { readControls, writeControls } from './controls.js';
export { backendOptions, wordsOf } from './loading.js';
export { attempt, byId, make, on, onFiles, showError } from './page.js';
