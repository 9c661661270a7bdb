import { disposable, ResidualError } from '@residual/base';
import type { ChatMessage } from '@residual/tokenizer/chat';
import { type Generation, generation } from '../generate/generation.js';
import type { LoadedModel } from '../loaded-model.js';
import type { ChatAnswer, ChatDelta } from './chat-answer.js';
import type { KeptCache } from './kept-cache.js';
import type { ChatOptions } from './options.js';

/**
 * A conversation with a model. It keeps the keys and values of its last answer, so that the next prompt computes only
 * what is new: the tokens are compared, and what differs is cut off. The messages belong to the caller and are given
 * whole each time: plain data that can be stored, changed and continued. `dispose` frees the cache; the model does it
 * too when it is disposed.
 */
export class Conversation implements Disposable {
  /** Frees the cache at the end of a `using` scope. */
  declare readonly [Symbol.dispose]: () => void;
  private readonly model: LoadedModel;
  private cache: KeptCache | undefined;
  private isDisposed = false;

  constructor(model: LoadedModel) {
    disposable(this, () => this.dispose());
    this.model = model;
    model.conversations.add(this);
  }

  /** How many tokens the cache holds; 0 while an answer is generated. */
  get cachedTokens(): number {
    return this.cache?.length ?? 0;
  }

  /** As `chat` of the model, with the cache. */
  chat(messages: readonly ChatMessage[], options: ChatOptions = {}): Generation<ChatAnswer, ChatDelta, ChatAnswer> {
    return generation(
      () => startChat(this.model, messages, options, KeptCache => this.cacheOf(KeptCache)),
      answer => answer,
    );
  }

  private cacheOf(Cache: typeof KeptCache): KeptCache {
    if (this.isDisposed) throw new ResidualError('disposed', 'chat: the conversation was disposed');
    this.cache ??= new Cache(this.model);
    return this.cache;
  }

  /** Frees the cache. */
  dispose(): void {
    this.isDisposed = true;
    this.cache?.dispose();
    this.model.conversations.delete(this);
  }
}

/**
 * Answers a conversation, with the cache that `cacheOf` makes, if any. What chats need is loaded when a model is first
 * asked.
 */
export async function* startChat(
  model: LoadedModel,
  messages: readonly ChatMessage[],
  options: ChatOptions,
  cacheOf?: (Cache: typeof KeptCache) => KeptCache,
): AsyncGenerator<ChatDelta, ChatAnswer> {
  model.check();
  const { chatAnswer, KeptCache } = await import('./chat.js');
  return yield* chatAnswer(model, await model.chat('chat'), messages, options, cacheOf?.(KeptCache));
}
