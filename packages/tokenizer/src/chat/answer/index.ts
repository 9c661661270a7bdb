export {
  type AnswerFormat,
  type AnswerParserOptions,
  answerFormat,
  type CallFormat,
  callFormatNames,
} from './answer-format.js';
export type { AnswerParser, AnswerPart, ToolCall } from './answer-part.js';
export { misfit, type Schema } from './json-schema.js';
