export {
  type AnswerFormat,
  type AnswerParser,
  type AnswerParserOptions,
  type AnswerPart,
  answerFormat,
  type CallFormat,
  callFormats,
  type ToolCall,
} from './answer/index.js';
export { type ChatMessage, type ChatOptions, type ChatTemplate, chatTemplate } from './chat-template.js';
