/** Code that the pages of the demo apps share. */
export { type Address, addressOf, type Choices } from './address.js';
export { type Alternative, alternativesList, alternativesOf, finePercent, isUnsure } from './alternatives.js';
export { colourOf, fitCanvas, movement, onColourScheme } from './appearance.js';
export { arrowDirection } from './arrow-keys.js';
export { type Debounced, debounce, latestOnly, loadOnce, type SingleRun, singleRun } from './async.js';
export { chips } from './chips.js';
export { offerNumbers, readControls, reportIgnoredSettings, writeControls } from './controls.js';
export type { Download, OnDownload } from './downloads.js';
export { type EmojiPictures, emojiAddress, fetchFile, openEmojiPictures } from './emoji-pictures.js';
export { isFastLine, isSlowLine } from './fast-line.js';
export { fixed, grouped, megabytes, percent } from './format.js';
export { collectPerFrame, nextFrame, perFrame } from './frames.js';
export { handOver, takeOver } from './hand-over.js';
export { joined } from './joined.js';
export { backendOptions, type LoadingView, loadingView } from './loading.js';
export { fontFamily, Pen } from './map-pen.js';
export { messageOf } from './messages.js';
export { type ChoicePage, type ModelChoice, modelChoice } from './model-choice.js';
export { type LoadFailure, type LoadOptions, type ModelLoader, modelLoader } from './model-loader.js';
export { expectTokenizer, type ModelOrigin, sourceOf } from './model-origin.js';
export { prefersStill } from './motion.js';
export { attempt, byId, make, on, onFiles, reportFailure, showError, showNotice, wireCopyLink } from './page.js';
export { type CanvasPoint, penEvents } from './pen-events.js';
export { saveFile } from './save-file.js';
export { settingsFold } from './settings-fold.js';
export {
  shippedEmbedder,
  shippedImageText,
  shippedKeywords,
  shippedModel,
  shippedPainter,
  shippedSpeech,
  speechBytes,
} from './shipped.js';
export { watchSight } from './sight.js';
export { openState, type State } from './state.js';
export { type FlatStroke, mostPoints, strokesFrom, strokesText } from './strokes-text.js';
export { makeSvg } from './svg.js';
export { wireTabs } from './tabs.js';
export { piecesSentence, showPieces, type TokenizedText, textsOf, tokenizedText } from './token-pieces.js';
export { tokenTexts } from './token-texts.js';
export {
  bitsOf,
  formNames,
  formOptions,
  type MeasuredForm,
  type OfferedForm,
  showForms,
  type WeightChoice,
  weightChoices,
  weightForms,
  weightsOf,
  wireForms,
} from './weight-forms.js';
