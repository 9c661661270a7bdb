export { type ChatMessage, type ChatOptions, type ChatTemplate, chatTemplate } from './chat-template.js';
