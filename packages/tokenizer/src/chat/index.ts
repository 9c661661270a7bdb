export {
  type AnswerFormat,
  type AnswerParser,
  type AnswerParserOptions,
  type AnswerPart,
  answerFormat,
  type CallFormat,
  callFormatNames,
  type ToolCall,
} from './answer/index.js';
export { type ChatMessage, type ChatOptions, type ChatTemplate, chatTemplate } from './chat-template.js';
