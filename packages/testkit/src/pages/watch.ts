import type { Page } from 'playwright';

/** What is missing in a page as it stands: a line for each text that ought to be there. */
export type Missing = (page: Page) => Promise<readonly string[]>;

/** What went wrong in pages that are watched. */
export interface Watch {
  /** A line for each error that a page showed, threw or wrote to the console, and each request that failed, but for those that a test expected. */
  readonly wrong: readonly string[];
  /** Watches a page from now on; call it before the page goes anywhere. */
  follow(page: Page): Promise<void>;
  /** Tells what went wrong since the last call and what is missing now, which a test did not expect. */
  news(): Promise<string[]>;
}

/** What a test expects to go wrong, until it ends. */
interface Expected {
  readonly text: string | RegExp;
  met: boolean;
}

interface Followed {
  readonly page: Page;
  expected: Expected[];
}

const watches = new Set<Watch>();
const followed = new Map<Page, Followed>();

/** Every watch of this file, for the check after each test. */
export const allWatches = (): readonly Watch[] => [...watches];

/** Waits until the page shows this error, which then does not count as wrong; any other one that is shown fails the test. */
export const expectError = async (page: Page, text: string | RegExp): Promise<void> => {
  const expected = { text, met: true };
  followed.get(page)?.expected.push(expected);
  await page.locator('[role=alert]:visible, .error:visible', { hasText: text }).first().waitFor();
};

/** Expects that the page writes this to the console or asks for it in vain before the test ends, which then does not count as wrong. */
export const expectFailure = (page: Page, text: string | RegExp): void => {
  followed.get(page)?.expected.push({ text, met: false });
};

/** Lets the page show this error, or write it to the console, before the test ends: where it may also be gone before it is seen, as of a text that is being typed. */
export const tolerateError = (page: Page, text: string | RegExp): void => {
  followed.get(page)?.expected.push({ text, met: true });
};

const fits = (line: string, { text }: Expected) =>
  typeof text === 'string' ? line.toLowerCase().includes(text.toLowerCase()) : text.test(line);

/** Runs in the page: tells of each error as it becomes visible. */
const tellShown = () => {
  const shown = new Map<Element, string>();
  const look = () => {
    for (const place of document.querySelectorAll('[role=alert], .error')) {
      const text = place.checkVisibility() ? place.textContent!.trim() : '';
      if (text === (shown.get(place) ?? '')) continue;
      shown.set(place, text);
      if (text !== '') (globalThis as unknown as { tellTest(line: string): void }).tellTest(text);
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });
};

/** Runs in the page: the visible texts, in shadows too, that no visitor should read, and controls and headings without a text. */
const unreadable = () => {
  const found: string[] = [];
  const look = (root: ParentNode) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) look(element.shadowRoot);
      if (!element.checkVisibility()) continue;
      const text = element.textContent ?? '';
      const isNamed = text.trim() !== '' || element.hasAttribute('aria-label') || element.hasAttribute('title');
      if (element.matches('h1, h2, h3, h4, button, legend, th, option, a') && !isNamed)
        found.push(`<${element.localName}${element.id && ` id="${element.id}"`}> has no text`);
      const own = [...element.childNodes]
        .filter(node => node.nodeType === Node.TEXT_NODE)
        .map(node => node.textContent);
      const raw = /\b(undefined|NaN|\w*Error:.*)|\[object \w+\]/.exec(own.join(' '));
      if (raw && !element.matches('script, style, textarea')) found.push(`it shows “${raw[0]}”`);
    }
  };
  look(document);
  return found;
};

/** Watches pages; `missing` says what must stand in each of them at the end of every test. */
export const watchPages = (missing: Missing = async () => []): Watch => {
  const pages: Followed[] = [];
  const [wrong, fresh]: [string[], { line: string; from: Followed }[]] = [[], []];
  const watch: Watch = {
    get wrong() {
      return [
        ...wrong,
        ...fresh.filter(({ line, from }) => !from.expected.some(each => fits(line, each))).map(({ line }) => line),
      ];
    },
    follow: async page => {
      const own: Followed = { page, expected: [] };
      const add = (line: string) => fresh.push({ line, from: own });
      followed.set(page, own);
      pages.push(own);
      await page.exposeFunction('tellTest', (text: string) => add(`shows the error “${text}”`));
      await page.addInitScript(tellShown);
      page.on('pageerror', error => add(`throws ${error.message}`));
      page.on('console', message => message.type() === 'error' && add(`writes to the console: ${message.text()}`));
      page.on(
        'response',
        response => response.status() >= 400 && add(`gets ${response.status()} from ${response.url()}`),
      );
      page.on('requestfailed', request => {
        const reason = request.failure()?.errorText ?? '';
        if (reason !== 'net::ERR_ABORTED') add(`asks ${request.url()} in vain: ${reason}`); // a request that was ended is not lost
      });
    },
    news: async () => {
      const lines: string[] = [];
      for (const own of pages) {
        if (own.page.isClosed()) continue;
        for (const what of [...(await own.page.evaluate(unreadable)), ...(await missing(own.page))]) lines.push(what);
      }
      for (const { line, from } of fresh.splice(0)) {
        const expected = from.expected.find(each => fits(line, each));
        if (expected) expected.met = true;
        else lines.push(line);
      }
      for (const own of pages) {
        for (const { text, met } of own.expected) if (!met) lines.push(`did not go wrong as expected: ${text}`);
        own.expected = [];
      }
      wrong.push(...lines);
      return lines;
    },
  };
  watches.add(watch);
  return watch;
};
