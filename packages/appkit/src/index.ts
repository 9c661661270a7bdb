/** Code that the pages of the demo apps share. */
export { type Address, addressOf, type Choices } from './address.js';
export { readControls, reportIgnoredSettings, writeControls } from './controls.js';
export type { Download, OnDownload } from './downloads.js';
export { backendOptions, type LoadingView, loadingView } from './loading.js';
export { messageOf } from './messages.js';
export { attempt, byId, make, on, onFiles, showError, showNotice } from './page.js';
export { shippedModel } from './shipped.js';
