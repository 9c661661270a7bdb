import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { type ChromePage, openChrome } from '../processes/chrome.js';
import { peakOfProcesses } from '../processes/peak-memory.js';
import type { Form, SubjectName, SubjectRunner } from './subject-runner.js';
import type { GenerationTimes, TextTime } from './subjects/subject.js';

/** A subject on WebGL in its own Chrome. Its peak memory is that of the graphics card. Errors without Chrome. */
export async function inPage(name: SubjectName): Promise<SubjectRunner> {
  return runnerOf(await openPage(name, `${name}.html`));
}

/**
 * This library on WebAssembly in its own Chrome, with weights in a form: from the checkpoint in a folder, or from its
 * GGUF file. Its peak memory is that of the process of the page. Errors without Chrome.
 */
export async function inPageOnWasm(form: Form, file = ''): Promise<PageOnWasm> {
  const opened = await openPage(`residual ${form}`, `residual-wasm.html#${form}`);
  return {
    ...runnerOf(opened, file),
    peak: async () => peakOfProcesses(await opened.renderers()),
    held: () => opened.call('held'),
  };
}

/** This library in a page. */
export interface PageOnWasm extends SubjectRunner {
  /** The bytes of all tensors. */
  held(): Promise<number>;
}

/** A page, and a function that serves a folder to it at the address `/model/`. */
interface OpenedPage extends ChromePage {
  readonly serve: (folder: string) => void;
}

function runnerOf({ serve, call, close }: OpenedPage, file = ''): SubjectRunner {
  return {
    load: (folder): Promise<number> => {
      serve(folder);
      return call('load', `/model/${file}`);
    },
    generate: (prompt, count): Promise<GenerationTimes> => call('generate', prompt, count),
    sample: (prompt, count): Promise<TextTime> => call('sample', prompt, count),
    peak: (): Promise<number> => call('peak'),
    close,
  };
}

async function openPage(name: string, path: string): Promise<OpenedPage> {
  const pages = sirv(fileURLToPath(new URL('./pages', import.meta.url)), { dev: true });
  let models: ReturnType<typeof sirv> | undefined;
  const page = await openChrome(name, path, (request: IncomingMessage, response: ServerResponse) => {
    const missing = () => {
      response.writeHead(404).end();
    };
    if (models === undefined || !request.url?.startsWith('/model/')) return pages(request, response, missing);
    request.url = request.url.slice('/model'.length);
    models(request, response, missing);
  });
  const serve = (folder: string) => {
    models = sirv(folder, { dev: true });
  };
  return { ...page, serve };
}
