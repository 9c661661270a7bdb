import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packages, root } from './workspace.js';

const home = 'https://github.com/residual-js/residual';

/** The link targets of a Markdown text, without those in code. */
export const linksOf = (markdown: string): string[] => {
  const text = markdown.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '');
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const others = text.matchAll(
    /^\[[^\]]+\]:\s*(\S+)(?:\s+"[^"]*")?\s*$|(?:href|src)="([^"]+)"|(?<!\()<(https?:[^>\s]+)>/gm,
  );
  return [...inline, ...others].map(match => match.slice(1).find(group => group !== undefined)!);
};

/** The anchors of a Markdown text: its headings, as named by GitHub and npm. */
const anchorsOf = (markdown: string): Set<string> =>
  new Set(
    [...markdown.replace(/^```.*?^```/gms, '').matchAll(/^#+ +(.+?) *#*$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

/** Whether a GitHub path of the repository or one of our npm packages exists; other URLs count as valid. */
const leadsSomewhere = (url: URL): boolean => {
  const [, , , kind, , ...path] = url.pathname.split('/');
  if (url.href.startsWith(home) && (kind === 'tree' || kind === 'blob')) return existsSync(join(root, ...path));
  const [, ours] = /^https:\/\/www\.npmjs\.com\/package\/(@residual\/[^/?#]+)/.exec(url.href) ?? [];
  return ours === undefined || packages().some(({ manifest }) => manifest.name === ours && manifest.private !== true);
};

/** The broken links of a Markdown text; `isThere` tells whether a relative path exists. */
export const brokenLinks = (markdown: string, isThere: (path: string) => boolean): string[] => {
  const anchors = anchorsOf(markdown);
  return linksOf(markdown).filter(link => {
    if (link.startsWith('#')) return !anchors.has(decodeURIComponent(link.slice(1)).toLowerCase());
    if (/^[a-z][a-z\d+.-]*:/i.test(link)) return !(URL.canParse(link) && leadsSomewhere(new URL(link)));
    const path = decodeURIComponent(link.replace(/[?#].*$/, '')).replace(/\/$/, '');
    return path.startsWith('/') || !isThere(path);
  });
};
