import { createInterface, type Interface } from 'node:readline';
import { reportError } from '../terminal/output.js';
import { followLine } from './commands.js';
import type { ChatSession } from './session.js';

/** The terminal in which a chat takes place. */
export interface ChatTerminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Ends the chat. */
  readonly signal: AbortSignal;
}

/**
 * Chats line by line until the input ends or `/exit`. Ctrl-C stops an answer; with no answer it clears the line, and
 * leaves on an empty one. Errors are shown and the chat goes on.
 */
export async function chatInTerminal(session: ChatSession, { input, output, signal }: ChatTerminal): Promise<void> {
  const terminal = createInterface({ input, output, terminal: true, prompt: '> ' });
  let answering: AbortController | undefined;
  terminal.on('SIGINT', () => {
    if (answering) answering.abort();
    else if (terminal.line !== '') terminal.write(null, { ctrl: true, name: 'u' });
    else terminal.close();
  });
  const close = () => {
    answering?.abort();
    terminal.close();
  };
  signal.addEventListener('abort', close);
  const answer = async () => {
    answering = new AbortController();
    try {
      await session.answer(answering.signal);
    } catch (error) {
      if (!answering.signal.aborted) reportError(error);
    } finally {
      answering = undefined;
    }
  };
  try {
    if (session.isOpen) await answer();
    for await (const line of linesIn(terminal)) {
      const next = await followLine(session, line).catch(error => {
        reportError(error);
        return 'ask' as const;
      });
      if (next === 'end') break;
      if (next === 'answer') await answer();
      if (signal.aborted) break;
    }
  } finally {
    signal.removeEventListener('abort', close);
    terminal.close();
  }
  signal.throwIfAborted();
}

/** The lines that are typed, each after a prompt; one that ends with `\` has the next one behind it. */
async function* linesIn(terminal: Interface): AsyncGenerator<string> {
  const typed: string[] = [];
  let wake = () => {};
  let isClosed = false;
  terminal.on('line', line => {
    typed.push(line);
    wake();
  });
  terminal.once('close', () => {
    isClosed = true;
    wake();
  });
  let begun = '';
  for (;;) {
    if (typed.length === 0 && !isClosed) {
      terminal.prompt();
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    }
    const line = typed.shift();
    if (line === undefined) {
      if (isClosed) return;
      continue;
    }
    if (line.endsWith('\\')) {
      begun += `${line.slice(0, -1)}\n`;
      continue;
    }
    yield begun + line;
    begun = '';
  }
}
