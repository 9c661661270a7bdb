import { writeFile } from 'node:fs/promises';
import { print, printNote } from '../terminal/output.js';
import type { ChatSession } from './session.js';

const help = `/system TEXT  set the system prompt; without a text remove it
/result TEXT  give the result of a call, and hear what the model makes of it
/undo         take back your last message and its answer
/save FILE    write the messages as JSON; --messages FILE goes on with them
/help         show this
/exit         leave, as Ctrl-D does
Ctrl-C stops an answer. A line that ends with \\ goes on in the next one; // begins a message with /.`;

/** What follows a line: an answer, the next line, or the end. */
export type AfterLine = 'answer' | 'ask' | 'end';

/** Does what a line of the user asks for: a command that begins with `/`, or a message. */
export async function followLine(session: ChatSession, line: string): Promise<AfterLine> {
  if (!line.startsWith('/') || line.startsWith('//')) {
    if (line.trim() === '') return 'ask';
    session.say(line.startsWith('//') ? line.slice(1) : line);
    return 'answer';
  }
  const [, name = '', text = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(line) ?? [];
  switch (name) {
    case 'exit':
    case 'quit':
      return 'end';
    case 'help':
      print(help);
      return 'ask';
    case 'system':
      session.setSystem(text.trim());
      return 'ask';
    case 'result':
      session.giveResult(text);
      return session.waiting ? 'ask' : 'answer';
    case 'undo': {
      const message = session.undo();
      printNote(message ? `taken back: ${String(message.content)}` : 'there is nothing to take back');
      return 'ask';
    }
    case 'save': {
      const file = text.trim();
      if (file === '') printNote('/save needs the name of a file');
      else await writeFile(file, `${JSON.stringify(session.messages, null, 2)}\n`);
      return 'ask';
    }
    default:
      printNote(`/${name} is unknown; /help shows the commands`);
      return 'ask';
  }
}
